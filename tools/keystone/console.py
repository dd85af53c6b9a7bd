"""What the tool says: step lines with elapsed time on stderr, and one-line errors."""

from __future__ import annotations

import errno
import sys
import threading
import time


class KeystoneError(Exception):
    """A failure the user can act on. Its text is the one line that is printed."""


NO_SPACE = "no disk space left: free some space (a first set-up needs about 3 GB) and run the command again"
HEARTBEAT = 20  # seconds between progress lines when the output is not a terminal


def say(text: str = "") -> None:
    """Chatter goes to stderr, so that stdout stays usable by programs."""
    print(text, file=sys.stderr, flush=True)


def error_line(error: BaseException) -> str:
    """The one line printed for ``error``."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return NO_SPACE
    return str(error)


class Step:
    """A long piece of work: ``with Step("Python packages") as step: ... step.progress("12/80")``."""

    def __init__(self, title: str):
        self.title = title
        self.detail = ""
        self._done = threading.Event()
        self._tty = sys.stderr.isatty()

    def __enter__(self) -> Step:
        self._start = time.monotonic()
        if not self._tty:
            say(f"* {self.title} ...")
        self._ticker = threading.Thread(target=self._tick, daemon=True)
        self._ticker.start()
        return self

    def progress(self, detail: str) -> None:
        """Shown beside the elapsed time until the next call."""
        self.detail = detail

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self._start

    def _line(self) -> str:
        detail = f" ({self.detail})" if self.detail else ""
        return f"* {self.title}{detail} {self.elapsed:.0f} s"

    def _tick(self) -> None:
        while not self._done.wait(1 if self._tty else HEARTBEAT):
            if self._tty:
                sys.stderr.write(f"\r\033[K{self._line()}")
                sys.stderr.flush()
            else:
                say(self._line())

    def __exit__(self, kind, error, trace) -> None:
        self._done.set()
        self._ticker.join()
        if self._tty:
            sys.stderr.write("\r\033[K")
        outcome = "done in" if kind is None else "stopped after"
        say(f"* {self.title}: {outcome} {self.elapsed:.1f} s")
