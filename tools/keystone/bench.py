"""Run the cases in bench/ on throwaway databases and print how they compare."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from .companions import fetch_peers
from .console import KeystoneError
from .paths import Paths
from .procs import die_with_parent
from .templates import part_template, suite_template
from .workspace import Workspace, with_server


def configure(parser) -> None:
    parser.add_argument(
        "-k", dest="pattern", default="", help="only the cases whose name contains this"
    )
    parser.add_argument(
        "--repeat", type=int, help="runs per variant, instead of what each case says"
    )


def run(paths: Paths, args) -> int:
    results = (
        paths.clone / "bench" / "results" / f"{time.strftime('%Y%m%d-%H%M%S')}.json"
    )
    options = ["-k", args.pattern]
    with with_server(paths) as workspace, ExitStack() as stack:
        databases = {}
        beside = None
        for addons in _needed(workspace, options):
            beside = beside or fetch_peers(paths, workspace.environment)
            databases[addons] = stack.enter_context(
                _database(workspace, addons, beside)
            )
        options += ["--config", workspace.rc, "--results", results]
        options += ["--addons-path", workspace.addons_path(*filter(None, [beside]))]
        options += ["--databases", json.dumps(databases)]
        options += ["--repeat", args.repeat] if args.repeat else []
        return _harness(workspace, options).returncode


def _needed(workspace: Workspace, options: list) -> list[str]:
    """What the databases have installed that the cases ask for, see ``bench/harness.py``."""
    found = _harness(workspace, [*options, "--needed"], stdout=subprocess.PIPE)
    if found.returncode:
        raise KeystoneError("the cases in bench/ could not be read")
    return json.loads(found.stdout)


@contextmanager
def _database(workspace: Workspace, addons: str, beside: Path) -> Iterator[str]:
    """A throwaway copy of the test template (``*``), or of Odoo with ``addons``."""
    names = tuple(filter(None, addons.split(",")))
    template = (
        suite_template(workspace)
        if addons == "*"
        else part_template(workspace, names, beside)
    )
    with (
        template as template_name,
        workspace.databases.throwaway("bench", template_name) as database,
    ):
        yield database


def _harness(
    workspace: Workspace, options: list, **kwargs
) -> subprocess.CompletedProcess:
    command = [workspace.environment.python, "bench/harness.py", *options]
    return subprocess.run(
        [str(part) for part in command],
        env=workspace.env,
        cwd=workspace.paths.clone,
        preexec_fn=die_with_parent,
        check=False,
        text=True,
        **kwargs,
    )
