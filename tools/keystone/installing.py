"""Installing and upgrading addons in a database, with Odoo's log read for us."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from pathlib import Path

from .console import KeystoneError, Step, say
from .procs import diagnose, logged, tail
from .workspace import Workspace

LOG_LINE = re.compile(
    r"^\d{4}-\d\d-\d\d [\d:,]+ \d+ (?P<level>[A-Z]+) \S+ (?P<logger>\S+?): (?P<text>.*)"
)
PROGRESS = re.compile(r"Loading module (\S+) \((\d+/\d+)\)")
# An addon that only brings others together has no text of its own.
HARMLESS = ("No translatable terms were found",)
QUIET = ("--no-http", "--max-cron-threads=0", "--workers=0")


def own_problem(line: str, addons: Iterable[str]) -> bool:
    """Whether ``line`` of Odoo's log is a warning or an error about one of ``addons``."""
    found = LOG_LINE.match(line)
    if not found or found["level"] not in ("WARNING", "ERROR", "CRITICAL"):
        return False
    if found["text"].startswith(HARMLESS):
        return False
    return any(
        addon in found["logger"] or addon in found["text"]
        for addon in (*addons, "key_account")
    )


def log_path(workspace: Workspace, name: str) -> Path:
    return workspace.paths.logs / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}.log"


def odoo(
    workspace: Workspace, title: str, log: Path, *args: str, stdin: str | None = None
) -> None:
    """Run Odoo to its end as one step; a failure, or a warning about our addons, is an error."""
    problems: list[str] = []
    with Step(title) as step:

        def watch(line: str) -> None:
            if module := PROGRESS.search(line):
                step.progress(f"{module[2]} {module[1]}")
            if own_problem(line, workspace.manifests):
                problems.append(line.rstrip())

        command = workspace.odoo_command(*args)
        status = logged(
            command,
            log,
            env=workspace.env,
            cwd=workspace.paths.clone,
            stdin=stdin,
            on_line=watch,
        )
    if status:
        say(tail(log, 25))
        cause = (
            diagnose(tail(log, 200), "a server")
            if "No space left" in tail(log, 200)
            else None
        )
        raise KeystoneError(f"{title}: failed ({cause or 'log: ' + str(log)})")
    if problems:
        say("\n".join(problems))
        raise KeystoneError(
            f"{title}: {len(problems)} warnings or errors about our addons (log: {log})"
        )


def install(
    workspace: Workspace,
    database: str,
    *,
    title: str,
    init: Iterable[str] = (),
    update: Iterable[str] = (),
    demo: bool = False,
    languages: Iterable[str] = (),
    beside: Iterable[Path] = (),
) -> None:
    """Install ``init`` and upgrade ``update``; every one of them is installed afterwards.

    Addons are also looked for in the directories ``beside``.
    """
    log = log_path(workspace, "install")
    args = ["-d", database, "--stop-after-init", *QUIET]
    args += ["--addons-path", workspace.addons_path(*beside)] if beside else []
    args += ["-i", ",".join(init)] if init else []
    # Without the second flag an upgrade keeps the translations of the first day.
    args += ["-u", ",".join(update), "--i18n-overwrite"] if update else []
    args += ["--with-demo"] if demo else []
    args += [f"--load-language={','.join(languages)}"] if languages else []
    odoo(workspace, title, log, *args)
    rows = workspace.server.psql(
        "SELECT name FROM ir_module_module WHERE state = 'installed'", database
    )
    missing = sorted({*init, *update} - {name for (name,) in rows})
    if missing:
        raise KeystoneError(
            f"{title}: not installed: {', '.join(missing)} (log: {log})"
        )


def script(workspace: Workspace, database: str, code: str, *, title: str) -> None:
    """Run ``code`` in Odoo's shell on ``database``."""
    odoo(
        workspace,
        title,
        log_path(workspace, "shell"),
        "shell",
        "-d",
        database,
        *QUIET,
        stdin=code,
    )
