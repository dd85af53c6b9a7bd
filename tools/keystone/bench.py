"""Run the cases in bench/ on a throwaway copy of the test template and print how they compare."""

from __future__ import annotations

import subprocess
import time

from .paths import Paths
from .procs import die_with_parent
from .templates import suite_template
from .workspace import with_server


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
    with (
        with_server(paths) as workspace,
        suite_template(workspace) as template,
        workspace.databases.throwaway("bench", template) as database,
    ):
        command = [
            workspace.environment.python,
            "bench/harness.py",
            "--config",
            workspace.rc,
            "--database",
            database,
        ]
        command += ["--results", results, "-k", args.pattern]
        command += ["--repeat", str(args.repeat)] if args.repeat else []
        return subprocess.run(
            [str(part) for part in command],
            env=workspace.env,
            cwd=paths.clone,
            preexec_fn=die_with_parent,
            check=False,
        ).returncode
