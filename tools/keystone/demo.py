"""The demo database: the whole suite with demo data, and the story played on it."""

from __future__ import annotations

import csv
import subprocess

from .console import KeystoneError
from .installing import install, script
from .manifests import addon_digests, read_manifests
from .paths import WORK_BYTES
from .procs import die_with_parent
from .templates import BUILD_ASSETS, DEMO_LANGUAGES, base_template
from .workspace import Workspace


def ensure_demo(workspace: Workspace) -> str:
    """The demo database, made when missing and upgraded when addons have changed."""
    if not workspace.product:
        raise KeystoneError(f"no installable addon in {workspace.paths.addons}")
    name = workspace.paths.demo_database
    digests = addon_digests(workspace.product | workspace.companions)
    note = workspace.databases.note(name)
    if not note:
        _create(workspace, name, digests)
    elif note["addons"] != digests:
        _upgrade(workspace, name, note, digests)
    return name


def _create(workspace: Workspace, name: str, digests: dict[str, str]) -> None:
    databases = workspace.databases
    workspace.paths.check_space(2 * WORK_BYTES)
    with (
        base_template(workspace, demo=True) as base,
        databases.throwaway("demo", base) as scratch,
    ):
        title = "The suite with demo data"
        install(
            workspace,
            scratch,
            title=title,
            init=digests,
            demo=True,
            languages=DEMO_LANGUAGES,
        )
        script(workspace, scratch, BUILD_ASSETS, title="Web assets of the suite")
        databases.drop(name)  # without a note it is unfinished
        databases.rename(scratch, name)
    databases.set_note(name, {"addons": digests, "story": False})


def _upgrade(
    workspace: Workspace, name: str, note: dict, digests: dict[str, str]
) -> None:
    """Upgrade what has changed and install what is new."""
    old = note["addons"]
    changed = [
        addon for addon in digests if addon in old and old[addon] != digests[addon]
    ]
    new = [addon for addon in digests if addon not in old]
    if changed or new:
        try:
            install(
                workspace,
                name,
                title="Changed addons",
                init=new,
                update=changed,
                demo=True,
            )
        except KeystoneError as error:
            raise KeystoneError(
                f'{error}; "make clean" starts the demo afresh'
            ) from error
    workspace.databases.set_note(name, note | {"addons": digests})


def has_story(workspace: Workspace) -> bool:
    return any(workspace.paths.addons.glob("*/cli/story.py"))


def play_story(workspace: Workspace, args: list[str]) -> int:
    """The exit status of the demo's own story; a success is noted in the database."""
    status = run_story(workspace, args)
    if status == 0:
        name = workspace.paths.demo_database
        note = workspace.databases.note(name)
        workspace.databases.set_note(name, note | {"story": True})
    return status


def run_story(workspace: Workspace, args: list[str]) -> int:
    """The exit status of the story command."""
    # Not by odoo_command: Odoo reads its configuration from ODOO_RC before it looks for commands.
    command = [
        workspace.environment.python,
        "-m",
        "odoo",
        "story",
        "-c",
        workspace.rc,
        "-d",
        workspace.paths.demo_database,
        "--log-level=warn",
        *args,
    ]
    return subprocess.run(
        command,
        env=workspace.env,
        cwd=workspace.paths.clone,
        preexec_fn=die_with_parent,
        check=False,
    ).returncode


def story_pending(workspace: Workspace) -> bool:
    return has_story(workspace) and not workspace.databases.note(
        workspace.paths.demo_database
    ).get("story")


def login_table(workspace: Workspace) -> str:
    """The logins of the demo data, one line per role; empty when no addon lists any."""
    rows = []
    for manifest in read_manifests([workspace.paths.addons]).values():
        path = manifest["path"] / "demo" / "logins.csv"
        if path.is_file():
            with path.open(encoding="utf-8", newline="") as lines:
                rows += [
                    [row.get(c) or "" for c in ("role", "login", "password", "landing")]
                    for row in csv.DictReader(lines)
                ]
    if not rows:
        return ""
    rows.insert(0, ["Role", "Login", "Password", "Lands on"])
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )
    return "\n".join(f"  {line}".rstrip() for line in lines)
