"""An Odoo server as a child process: started, waited for, stopped."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .console import KeystoneError, Step, say
from .procs import die_with_parent, stop, tail
from .workspace import LOOPBACK, Workspace


def port_is_free(port: int) -> bool:
    """Whether a server could listen on ``port``."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def _answers(url: str, timeout: float) -> bool:
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
            url, timeout=timeout
        ) as answer:
            return answer.status < 400
    except (urllib.error.URLError, OSError):
        return False


@contextmanager
def odoo_server(
    workspace: Workspace,
    database: str,
    port: int,
    log: Path,
    *args: str,
    patience: float = 180,
) -> Iterator[tuple[subprocess.Popen, str]]:
    """Odoo serving ``database``: yields the process and its address once it answers."""
    url = f"http://localhost:{port}"
    command = workspace.odoo_command(
        "-d", database, "--db-filter", f"^{database}$", f"--http-port={port}", *args
    )
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as out:
        # Its own process group: Ctrl-C reaches the tool alone, which stops Odoo, then the database.
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=workspace.env,
            cwd=workspace.paths.clone,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
    try:
        with Step("Odoo server"):
            _wait(process, url, log, patience)
        yield process, url
    finally:
        stop(process, group=False, grace=30)


def _wait(process: subprocess.Popen, url: str, log: Path, patience: float) -> None:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if process.poll() is not None:
            say(tail(log))
            raise KeystoneError(f"Odoo stopped while starting (log: {log})")
        if _answers(f"{url}/web/health", 5):
            break
        time.sleep(0.3)
    # The first page loads the registry; users and tests should not wait for it.
    if not _answers(f"{url}/web/login", max(deadline - time.monotonic(), 5)):
        say(tail(log))
        raise KeystoneError(f"Odoo does not serve its login page (log: {log})")
