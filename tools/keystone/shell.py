"""Open Odoo's shell on the demo database, which is made first when missing."""

from __future__ import annotations

import signal
import subprocess

from .demo import ensure_demo
from .installing import QUIET
from .paths import Paths
from .procs import die_with_parent
from .workspace import with_server


def configure(_parser) -> None:
    pass


def run(paths: Paths, _args) -> int:
    with with_server(paths) as workspace:
        name = ensure_demo(workspace)
        command = workspace.odoo_command(
            "shell", "-d", name, "--log-level=warn", *QUIET
        )
        # Ctrl-C belongs to the shell, not to the tool around it.
        signal.signal(signal.SIGINT, signal.SIG_IGN)

        def child() -> None:
            die_with_parent()
            signal.signal(signal.SIGINT, signal.default_int_handler)

        return subprocess.run(
            command, env=workspace.env, cwd=paths.clone, preexec_fn=child, check=False
        ).returncode
