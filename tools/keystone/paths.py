"""Where things are: the clone, and one cache outside it that clones share."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .console import NO_SPACE, KeystoneError

SETUP_BYTES = 3 * 1024**3
WORK_BYTES = 300 * 1024**2


def digest(*parts: str | bytes, length: int = 12) -> str:
    """A short stable key of ``parts``; where one part ends and the next begins matters."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        total.update(str(len(data)).encode() + b":" + data)
    return total.hexdigest()[:length]


def tree_digest(root: Path, files: Iterable[Path]) -> str:
    """A key of the names (relative to ``root``) and contents of ``files``."""
    parts = []
    for path in sorted(files):
        parts += [str(path.relative_to(root)), path.read_bytes()]
    return digest(*parts)


def cache_root(environ: dict | None = None) -> Path:
    """$KEYSTONE_CACHE, else $XDG_CACHE_HOME/keystone, else ~/.cache/keystone."""
    environ = os.environ if environ is None else environ
    if environ.get("KEYSTONE_CACHE"):
        return Path(environ["KEYSTONE_CACHE"]).expanduser().resolve()
    if environ.get("XDG_CACHE_HOME"):
        return Path(environ["XDG_CACHE_HOME"]).expanduser().resolve() / "keystone"
    return Path.home() / ".cache" / "keystone"


@dataclass(frozen=True)
class Paths:
    """The layout of the clone and of the cache."""

    clone: Path
    cache: Path

    @classmethod
    def find(cls) -> Paths:
        return cls(Path(__file__).resolve().parents[2], cache_root())

    @property
    def clone_id(self) -> str:
        return digest(str(self.clone), length=8)

    @property
    def demo_database(self) -> str:
        return f"keystone_{self.clone_id}"

    @property
    def addons(self) -> Path:
        return self.clone / "addons"

    @property
    def test_addons(self) -> Path:
        return self.clone / "tests" / "addons"

    @property
    def requirements(self) -> Path:
        return self.clone / "requirements" / "python.txt"

    @property
    def companions(self) -> Path:
        return self.clone / "requirements" / "oca.txt"

    @property
    def needed(self) -> Path:
        return self.clone / "requirements" / "addons.txt"

    @property
    def peers(self) -> Path:
        return self.clone / "requirements" / "peers.txt"

    @property
    def clones(self) -> Path:
        return self.cache / "clones"

    @property
    def own(self) -> Path:
        """What belongs to this clone alone: its configuration, data directory and logs."""
        return self.clones / self.clone_id

    @property
    def logs(self) -> Path:
        return self.own / "logs"

    def lock(self, name: str) -> Path:
        return self.cache / "locks" / f"{name}.lock"

    def register(self) -> None:
        """Note that this clone uses the cache, and check that there is room to work."""
        try:
            self.logs.mkdir(parents=True, exist_ok=True)
            (self.own / "path").write_text(str(self.clone))
        except PermissionError as error:
            raise KeystoneError(
                f"the cache {self.cache} is not writable: set KEYSTONE_CACHE ({error})"
            ) from error

    def living_clones(self) -> list[Path]:
        """The registered clones that still exist, this one included."""
        found = []
        for note in self.clones.glob("*/path"):
            clone = Path(note.read_text().strip())
            if (clone / "tools" / "keystone").is_dir():
                found.append(clone)
        return found

    def check_space(self, needed: int = WORK_BYTES) -> None:
        free = shutil.disk_usage(self.cache).free
        if free < needed:
            raise KeystoneError(
                f"{NO_SPACE} (in {self.cache}: {free // 1024**2} MB free)"
            )
