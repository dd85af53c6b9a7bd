"""One line for each failure, and what is read from the output of others."""

import errno
from collections import Counter

from keystone.console import NO_SPACE, error_line
from keystone.installing import own_problem
from keystone.lint import long_files, unexplained_sudos
from keystone.procs import diagnose
from keystone.tally import lacks_browser
from keystone.testing import Outcome, closing_line, select

LINE = "2026-01-02 03:04:05,678 12 {} db odoo.addons.{}: {}"


def test_no_space_is_recognised_wherever_it_shows():
    assert error_line(OSError(errno.ENOSPC, "x")) == NO_SPACE
    assert diagnose("error: [Errno 28] No space left on device", "pip") == NO_SPACE


def test_an_unreachable_registry_is_named():
    line = diagnose(
        "pip: NewConnectionError: Temporary failure in name resolution",
        "the package index",
    )
    assert line.startswith("the package index could not be reached")
    assert "\n" not in line
    assert diagnose("SyntaxError", "the package index") is None


def test_only_warnings_about_our_addons_count():
    assert own_problem(
        LINE.format("WARNING", "base.models", "field on key_account.x has no label"), []
    )
    assert own_problem(LINE.format("ERROR", "test_mine.models", "x"), ["test_mine"])
    assert not own_problem(LINE.format("WARNING", "sale.models", "x"), ["test_mine"])
    assert not own_problem(LINE.format("INFO", "key_account.models", "x"), [])


def test_the_closing_line_adds_the_runs_up():
    outcomes = [
        Outcome(0, Counter(passed=3)),
        Outcome(1, Counter(passed=1, failed=2, skipped=1)),
    ]
    assert closing_line(outcomes) == "4 passed, 2 failed, 1 skipped"
    assert outcomes[1].failed
    assert not Outcome().failed


def test_paths_go_to_the_side_that_can_run_them(tmp_path):
    for name in ("addons/a/tests", "tests/addons/b/tests", "tests"):
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
        (tmp_path / name / "test_x.py").touch()
    args = [
        "-k",
        "tests/test_x.py",
        "addons/a/tests/test_x.py::T",
        "tests/addons/b/tests",
        "tests/test_x.py",
        "-x",
    ]
    found = select(args, tmp_path)
    assert found.options == ["-k", "tests/test_x.py", "-x"]
    assert found.addons == ["addons/a/tests/test_x.py::T", "tests/addons/b/tests"]
    assert found.plain == ["tests/test_x.py"]


def test_a_skip_for_want_of_a_browser_is_told_from_others():
    assert lacks_browser("Skipped: Chrome executable not found")
    assert not lacks_browser("Skipped: needs two companies")


def test_long_files_are_named(tmp_path):
    (tmp_path / "long.py").write_text("x = 1\n" * 401)
    (tmp_path / "short.py").write_text("x = 1\n" * 400)
    assert list(long_files(sorted(tmp_path.glob("*.py")), tmp_path)) == [
        "long.py: 401 lines, at most 400"
    ]


SUDOS = """
def explained(self):
    # sudo: the reason, which may be told on two lines,
    # like here.
    first = self.sudo()
    second = (
        # sudo: inside of the statement.
        self.env["a"].sudo()
    )
    third = first.sudo()  # sudo: beside it.
    return second.sudo(False), third


def unexplained(self):
    # sudo: what belongs to another statement.
    first = "# no comment"
    second = {"#": 1}

    if self.sudo().name:
        return self.env["a"].search([]).sudo(), first, second
"""


def test_a_sudo_without_a_reason_is_named(tmp_path):
    (tmp_path / "model.py").write_text(SUDOS)
    assert list(unexplained_sudos([tmp_path / "model.py"], tmp_path)) == [
        f"model.py:{line}: sudo() without a comment that says why" for line in (19, 20)
    ]
