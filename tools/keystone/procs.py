"""Running other programs: logged, with progress, never left behind."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from .console import NO_SPACE, KeystoneError

_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1

NETWORK_SIGNS = (
    "NewConnectionError",
    "ConnectTimeout",
    "ReadTimeout",
    "ProxyError",
    "SSLError",
    "Temporary failure",
    "Could not resolve",
    "Could not connect",
    "Connection refused",
    "Connection timed out",
    "Connection failed",
    "Unable to connect",
    "Failed to fetch",
    "Network is unreachable",
    "No matching distribution found",
    "407  Proxy",
)


def die_with_parent() -> None:
    """Run in a child: when the tool is killed outright, the child is asked to stop."""
    if _LIBC:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def tail(path: Path, lines: int = 15) -> str:
    """The last ``lines`` of a log."""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


def diagnose(output: str, source: str) -> str | None:
    """What usually lies behind a failure with ``output``, or None. ``source`` names the registry."""
    if "No space left on device" in output or "Disk quota exceeded" in output:
        return NO_SPACE
    if any(sign in output for sign in NETWORK_SIGNS):
        return f"{source} could not be reached: check the network and proxy settings"
    return None


def stop(process: subprocess.Popen, grace: float = 20, group: bool = False) -> None:
    """End ``process`` (with its group): politely, then not."""
    send = (
        (lambda number: os.killpg(process.pid, number))
        if group
        else process.send_signal
    )
    if process.poll() is not None:
        return
    try:
        send(signal.SIGTERM)
        process.wait(grace)
    except subprocess.TimeoutExpired:
        send(signal.SIGKILL)
        process.wait()
    except ProcessLookupError:
        process.wait()


def logged(
    command: Sequence[str],
    log: Path,
    *,
    env: dict | None = None,
    cwd: Path | None = None,
    stdin: str | None = None,
    on_line: Callable[[str], None] | None = None,
) -> int:
    """Run ``command`` with all its output in ``log``; each line also goes to ``on_line``."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as out:
        out.write(f"$ {' '.join(map(str, command))}\n")
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=cwd,
            text=True,
            errors="replace",
            preexec_fn=die_with_parent,
        )
        try:
            if stdin is not None:
                process.stdin.write(stdin)
                process.stdin.close()
            for line in process.stdout:
                out.write(line)
                if on_line:
                    on_line(line)
            return process.wait()
        finally:
            stop(process)


def checked(
    command: Sequence[str], log: Path, *, what: str, source: str, **kwargs
) -> None:
    """Like ``logged``; a failure raises one line that says which of the usual causes it was."""
    start = log.stat().st_size if log.exists() else 0
    if logged(command, log, **kwargs) == 0:
        return
    with log.open(encoding="utf-8", errors="replace") as lines:
        lines.seek(start)
        cause = diagnose(lines.read(), source)
    raise KeystoneError(f"{what} failed: {cause or 'see ' + str(log)}")
