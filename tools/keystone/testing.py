"""Run the tests: those inside addons under pytest-odoo, then tests/ against a running server.

Options that are not listed here go to pytest: -k, -x, -vv, or the path of a test file.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from .browser import need_browser
from .console import KeystoneError, say
from .paths import Paths
from .procs import die_with_parent
from .servers import free_port, odoo_server
from .templates import suite_template
from .workspace import Workspace, with_server

PASSES_ON = True
NOTHING_SELECTED = 5
INTERRUPTED = 2
VALUED = (
    "-k",
    "-m",
    "-p",
    "-o",
    "-c",
    "-W",
    "-n",
    "-r",
    "--deselect",
    "--ignore",
    "--maxfail",
    "--tb",
    "--durations",
)


def configure(parser) -> None:
    parser.add_argument(
        "--no-browser",
        action="store_true",
        help="do without Chromium: browser tests are skipped",
    )


@dataclass
class Selection:
    """pytest's arguments, with the paths among them sorted by who runs them."""

    options: list[str] = field(default_factory=list)
    addons: list[str] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)

    @property
    def has_paths(self) -> bool:
        return bool(self.addons or self.plain)


def select(args: list[str], clone: Path) -> Selection:
    """Sort pytest's ``args``; a path inside an addon goes to pytest-odoo."""
    found = Selection()
    value_next = False
    for arg in args:
        path = clone / arg.split("::")[0]
        if (
            value_next
            or arg.startswith("-")
            or not ("/" in arg or arg.endswith(".py") or path.is_dir())
            or not path.exists()
        ):
            found.options.append(arg)
        elif _in_addon(path, clone):
            found.addons.append(arg)
        else:
            found.plain.append(arg)
        value_next = arg in VALUED and not value_next
    return found


def _in_addon(path: Path, clone: Path) -> bool:
    return any(path.is_relative_to(clone / part) for part in ("addons", "tests/addons"))


@dataclass
class Outcome:
    """What one pytest run did."""

    status: int = NOTHING_SELECTED
    counts: Counter = field(default_factory=Counter)
    selected: list[str] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        return self.status not in (0, NOTHING_SELECTED)


def closing_line(outcomes: list[Outcome]) -> str:
    """One line in pytest's words over all runs."""
    total = sum((outcome.counts for outcome in outcomes), Counter())
    parts = [f"{total['passed']} passed", f"{total['failed']} failed"]
    names = {"error": "errors"}
    parts += [
        f"{total[n]} {names.get(n, n)}"
        for n in ("error", "skipped", "xfailed", "xpassed")
        if total[n]
    ]
    return ", ".join(parts)


def pytest(
    workspace: Workspace,
    args: list[str],
    env: dict[str, str] | None = None,
    quiet: bool = False,
) -> Outcome:
    """Run pytest from the clone; nothing is written into the clone."""
    with tempfile.TemporaryDirectory() as scratch:
        tally = Path(scratch) / "tally.json"
        command = [workspace.environment.python, "-m", "pytest", "-p", "keystone.tally"]
        command += ["-o", f"cache_dir={workspace.paths.own / 'pytest-cache'}", *args]
        process = subprocess.Popen(
            [str(part) for part in command],
            env=workspace.env
            | {
                "PYTHONPATH": str(workspace.paths.clone / "tools"),
                "KEYSTONE_TALLY": str(tally),
            }
            | {"HYPOTHESIS_STORAGE_DIRECTORY": str(workspace.paths.own / "hypothesis")}
            | (env or {}),
            cwd=workspace.paths.clone,
            stdout=subprocess.DEVNULL if quiet else None,
            preexec_fn=die_with_parent,
        )
        try:
            status = process.wait()
        except KeyboardInterrupt:
            # pytest got the same Ctrl-C and prints its summary.
            process.wait(30)
            raise
        report = json.loads(tally.read_text()) if tally.is_file() else {}
    return Outcome(
        status, Counter(report.get("counts", {})), report.get("selected", [])
    )


def addon_test_paths(workspace: Workspace) -> list[str]:
    paths = [manifest["path"] / "tests" for manifest in workspace.manifests.values()]
    return [
        str(path.relative_to(workspace.paths.clone)) for path in paths if path.is_dir()
    ]


def plain_test_paths(paths: Paths) -> list[str]:
    return [
        name
        for name in ("tests", "tools/tests")
        if any((paths.clone / name).rglob("test_*.py"))
    ]


def run_addon_tests(
    workspace: Workspace, template: str, chosen: Selection, env: dict
) -> Outcome:
    """The tests inside addons, on a copy of the template."""
    targets = chosen.addons if chosen.has_paths else addon_test_paths(workspace)
    if not targets:
        return Outcome()
    with workspace.databases.throwaway("test", template) as database:
        args = [
            f"--odoo-database={database}",
            f"--odoo-config={workspace.rc}",
            "--odoo-http",
        ]
        args += [
            f"--odoo-extra=db-filter=^{database}$",
            "--odoo-extra=workers=0",
            "--odoo-extra=max-cron-threads=0",
        ]
        args += ["--odoo-log-level=error", *chosen.options, *targets]
        return pytest(workspace, args, env)


def run_plain_tests(
    workspace: Workspace, template: str, chosen: Selection, env: dict
) -> Outcome:
    """The tests above the addons; a server runs for them when one of tests/ is selected."""
    targets = chosen.plain if chosen.has_paths else plain_test_paths(workspace.paths)
    if not targets:
        return Outcome()
    args = ["-p", "no:odoo", "--ignore=tests/addons", *chosen.options, *targets]
    planned = pytest(workspace, ["--collect-only", "-q", *args], env, quiet=True)
    if planned.status == NOTHING_SELECTED:
        return planned
    if planned.selected and not any(
        name.startswith("tests/") for name in planned.selected
    ):
        return pytest(workspace, args, env)
    log = workspace.paths.logs / "test-server.log"
    with workspace.databases.throwaway("serve", template) as database:
        server_args = (
            "--workers=2",
            f"--gevent-port={free_port()}",
            "--max-cron-threads=0",
        )
        with odoo_server(workspace, database, free_port(), log, *server_args) as (
            _process,
            url,
        ):
            return pytest(
                workspace,
                args,
                env
                | {
                    "KEYSTONE_URL": url,
                    "KEYSTONE_DB": database,
                    "KEYSTONE_TEST_TEMPLATE": template,
                },
            )


def run(paths: Paths, args) -> int:
    start = time.monotonic()
    chosen = select(args.rest, paths.clone)
    env = {"KEYSTONE_NO_BROWSER": "1"} if args.no_browser else {}
    with with_server(paths) as workspace:
        if not args.no_browser:
            need_browser(paths)
        with suite_template(workspace) as template:
            outcomes = []
            for part in (run_addon_tests, run_plain_tests):
                outcomes.append(part(workspace, template, chosen, env))
                if outcomes[-1].status == INTERRUPTED:
                    break
    if all(outcome.status == NOTHING_SELECTED for outcome in outcomes):
        raise KeystoneError("no test was selected")
    say("")
    say(f"* all tests: {time.monotonic() - start:.0f} s")
    print(closing_line(outcomes), flush=True)
    return int(any(outcome.failed for outcome in outcomes))
