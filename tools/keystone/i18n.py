"""Export each addon's .pot, merge its zh_CN.po, and name every string that is not translated.

Two runs give the same files. With --check nothing is written, and a file that is not up to
date is a failure. The project's glossary check (i18n/check.py) runs afterwards.
"""

from __future__ import annotations

import subprocess

from .console import say
from .installing import log_path, odoo
from .paths import Paths
from .procs import die_with_parent
from .templates import suite_template
from .workspace import Workspace, with_server

# Whose translations serve as a first draft: every model has their fields.
MEMORY = ("base", "mail")


def configure(parser) -> None:
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; fail when a file is not up to date",
    )


def _python(workspace: Workspace, *args: str) -> int:
    env = workspace.env | {"PYTHONPATH": str(workspace.paths.clone / "tools")}
    command = [str(workspace.environment.python), *args]
    return subprocess.run(
        command,
        env=env,
        cwd=workspace.paths.clone,
        preexec_fn=die_with_parent,
        check=False,
    ).returncode


def run(paths: Paths, args) -> int:
    status = 0
    with with_server(paths) as workspace:
        addons = sorted(workspace.product)
        if addons:
            flags = ["--check"] if args.check else []
            for name in MEMORY:
                flags += [
                    f"--memory={path}"
                    for path in workspace.odoo.path.glob(
                        f"odoo/addons/{name}/i18n/zh_CN.po"
                    )
                ]
            folders = [str(workspace.product[name]["path"]) for name in addons]
            # Odoo exports into the addons themselves: what is there now comes first.
            _python(
                workspace,
                "-m",
                "keystone.translations",
                "keep",
                str(paths.own / "pot"),
                *folders,
            )
            try:
                _export(workspace, addons)
            finally:
                status = _python(
                    workspace,
                    "-m",
                    "keystone.translations",
                    "merge",
                    str(paths.own / "pot"),
                    *flags,
                    *folders,
                )
    check = paths.clone / "i18n" / "check.py"
    if check.is_file():
        status = _python(workspace, str(check)) or status
    say("* translations: " + ("FAILED" if status else "ok"))
    return 1 if status else 0


def _export(workspace: Workspace, addons: list[str]) -> None:
    with (
        suite_template(workspace) as template,
        workspace.databases.throwaway("i18n", template) as database,
    ):
        log = log_path(workspace, "i18n")
        odoo(
            workspace, "Export of terms", log, "i18n", "export", "-d", database, *addons
        )
