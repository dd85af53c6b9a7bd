"""Check the code: ruff, pylint with the Odoo (OCA) rules, XML that parses, files of bearable length,
and that each sudo() says why."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from .console import say
from .paths import Paths
from .procs import die_with_parent
from .workspace import Workspace, prepare

PARTS = ("addons", "tools", "tests", "bench", "data", "i18n")
LINE_LIMIT = 400
COMMENT = re.compile(r"(^|\s)#\s")
XML_CHECK = """
import sys
from lxml import etree
bad = 0
for path in sys.argv[1:]:
    try:
        etree.parse(path)
    except etree.XMLSyntaxError as error:
        bad += 1
        print(f"{path}:{error.lineno}: {error.msg}")
sys.exit(bool(bad))
"""


def configure(parser) -> None:
    parser.add_argument(
        "--fix",
        action="store_true",
        help="let ruff correct what it can before checking",
    )


def long_files(files: list[Path], clone: Path) -> Iterator[str]:
    """A line for each Python file of more than LINE_LIMIT lines."""
    for path in files:
        count = len(path.read_text(encoding="utf-8").splitlines())
        if count > LINE_LIMIT:
            yield f"{path.relative_to(clone)}: {count} lines, at most {LINE_LIMIT}"


def unexplained_sudos(files: list[Path], clone: Path) -> Iterator[str]:
    """A line for each ``sudo()`` without a comment: in its statement, or on one of the two lines above."""
    for path in files:
        text = path.read_text(encoding="utf-8")
        lines, nodes = text.splitlines(), list(ast.walk(ast.parse(text)))
        statements = [node for node in nodes if isinstance(node, ast.stmt)]
        for node in nodes:
            # sudo(False) gives rights back.
            if not isinstance(node, ast.Call) or node.args:
                continue
            if not isinstance(node.func, ast.Attribute) or node.func.attr != "sudo":
                continue
            last = node.func.end_lineno
            first = max(
                s.lineno for s in statements if s.lineno <= last <= s.end_lineno
            )
            if not any(map(COMMENT.search, lines[max(first - 3, 0) : last])):
                yield f"{path.relative_to(clone)}:{last}: sudo() without a comment that says why"


def _check(workspace: Workspace, title: str, *command: str | Path) -> bool:
    """Run one checker; True when it found nothing."""
    done = subprocess.run(
        [str(part) for part in command],
        # pylint keeps its notes with the rest, not in the home directory.
        env=workspace.env | {"PYLINTHOME": str(workspace.paths.own / "pylint")},
        cwd=workspace.paths.clone,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=die_with_parent,
        check=False,
    )
    say(f"* {title}: {'ok' if done.returncode == 0 else 'FAILED'}")
    if done.returncode:
        print(done.stdout.strip(), flush=True)
    return done.returncode == 0


def run(paths: Paths, args) -> int:
    workspace = prepare(paths)
    parts = [part for part in PARTS if (paths.clone / part).is_dir()]

    def ruff(title: str, *words: str) -> bool:
        command = [workspace.environment.path / "bin" / "ruff", *words, "-q"]
        cache = ["--cache-dir", paths.own / "ruff-cache"]
        return _check(workspace, title, *command, *cache, *parts)

    if args.fix:
        ruff("ruff --fix", "check", "--fix")
        ruff("ruff format", "format")
    results = [
        ruff("ruff check", "check"),
        ruff("ruff format", "format", "--check"),
        _check_addons(workspace),
        _check_xml(workspace, parts),
        _check_length(workspace),
        _check_sudos(workspace),
    ]
    return 0 if all(results) else 1


def _check_addons(workspace: Workspace) -> bool:
    addons = [str(manifest["path"]) for manifest in workspace.manifests.values()]
    if not addons:
        say("* pylint-odoo: no addon yet")
        return True
    python = workspace.environment.python
    return _check(
        workspace,
        "pylint-odoo",
        python,
        "-m",
        "pylint",
        f"--rcfile={workspace.paths.clone / '.pylintrc'}",
        *addons,
    )


def _check_xml(workspace: Workspace, parts: list[str]) -> bool:
    files = sorted(
        path for part in parts for path in (workspace.paths.clone / part).rglob("*.xml")
    )
    names = [path.relative_to(workspace.paths.clone) for path in files]
    return _check(
        workspace,
        f"XML ({len(files)} files)",
        workspace.environment.python,
        "-c",
        XML_CHECK,
        *names,
    )


def _check_length(workspace: Workspace) -> bool:
    files = [
        path
        for part in ("addons", "tools")
        for path in sorted((workspace.paths.clone / part).rglob("*.py"))
    ]
    return _report("file length", long_files(files, workspace.paths.clone))


def _check_sudos(workspace: Workspace) -> bool:
    files = [
        path
        for path in sorted((workspace.paths.clone / "addons").rglob("*.py"))
        if "tests" not in path.relative_to(workspace.paths.clone).parts
    ]
    return _report("sudo() says why", unexplained_sudos(files, workspace.paths.clone))


def _report(title: str, lines: Iterator[str]) -> bool:
    found = list(lines)
    say(f"* {title}: {'FAILED' if found else 'ok'}")
    for line in found:
        print(line)
    return not found
