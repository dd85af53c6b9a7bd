"""File locks between runs, and directories that are either complete or rebuilt."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .console import say

MARKER = ".complete"


def _open_locked(path: Path, mode: int) -> int | None:
    """A descriptor that holds the lock, or None when it is taken and ``mode`` does not wait."""
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, mode)
            # Another run may have removed the file while this one waited for it.
            if os.stat(path).st_ino == os.fstat(handle).st_ino:
                return handle
        except BlockingIOError:
            os.close(handle)
            return None
        except FileNotFoundError:
            pass
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


@contextmanager
def lock(path: Path, *, shared: bool = False, waiting: str = "") -> Iterator[None]:
    """Hold ``path`` locked; the lock ends with the process however it ends.

    ``waiting`` is said once when another run holds it.
    """
    mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    handle = _open_locked(path, mode | fcntl.LOCK_NB)
    if handle is None:
        if waiting:
            say(f"* waiting for another run: {waiting}")
        handle = _open_locked(path, mode)
    try:
        yield
    finally:
        os.close(handle)


@contextmanager
def try_lock(path: Path) -> Iterator[bool]:
    """Yield whether the exclusive lock on ``path`` could be taken at once."""
    handle = _open_locked(path, fcntl.LOCK_EX | fcntl.LOCK_NB)
    try:
        yield handle is not None
    finally:
        if handle is not None:
            os.close(handle)


def is_complete(path: Path) -> bool:
    return (path / MARKER).is_file()


def build_in_place(path: Path, lock_path: Path, build: Callable[[Path], None]) -> Path:
    """Return ``path``, built by ``build(path)`` unless a complete one is there.

    A directory without its marker was left by an interrupted run: it is thrown away. The
    marker is written last, so nothing half-made is ever used.
    """
    if is_complete(path):
        return path
    with lock(lock_path, waiting=path.name):
        if not is_complete(path):
            if path.exists():
                say(
                    f"* {path.name} was left unfinished by an interrupted run: making it again"
                )
                shutil.rmtree(path)
            path.mkdir(parents=True)
            try:
                build(path)
            except BaseException:
                with suppress(OSError):
                    shutil.rmtree(path)
                raise
            (path / MARKER).touch()
    return path
