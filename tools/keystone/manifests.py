"""What the addons' manifests say, and keys of what the addons contain."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from .console import KeystoneError
from .paths import digest, tree_digest

# Changing these changes nothing that an installation stores.
NOT_INSTALLED = {"tests", "doc", "docs", "__pycache__"}


def read_manifests(directories: Iterable[Path]) -> dict[str, dict]:
    """``{addon: manifest}`` of the installable addons in ``directories``; ``path`` is added."""
    found = {}
    for directory in directories:
        for path in sorted(directory.glob("*/__manifest__.py")):
            try:
                manifest = ast.literal_eval(path.read_text(encoding="utf-8"))
            except (SyntaxError, ValueError) as error:
                raise KeystoneError(
                    f"{path}: not a valid manifest ({error})"
                ) from error
            if manifest.get("installable", True):
                found[path.parent.name] = manifest | {"path": path.parent}
    return found


def external_depends(manifests: dict[str, dict]) -> list[str]:
    """The addons of others that ``manifests`` need."""
    needed = {
        name
        for manifest in manifests.values()
        for name in manifest.get("depends", ["base"])
    }
    return sorted(needed - set(manifests)) or ["base"]


def with_depends(manifests: dict[str, dict], names: Iterable[str]) -> dict[str, dict]:
    """Those of ``manifests`` that installing ``names`` installs."""
    found, waiting = {}, list(names)
    while waiting:
        name = waiting.pop()
        if name in manifests and name not in found:
            found[name] = manifests[name]
            waiting += manifests[name].get("depends", [])
    return found


def installed_files(addon: Path) -> Iterator[Path]:
    """The files of ``addon`` that an installation can depend on."""
    for path in addon.rglob("*"):
        inner = path.relative_to(addon)
        if not path.is_file() or NOT_INSTALLED.intersection(inner.parts[:-1]):
            continue
        if inner.suffix in (
            ".pot",
            ".pyc",
            ".md",
            ".rst",
            ".orig",
        ) or path.name.startswith("."):
            continue
        yield path


def addon_digests(manifests: dict[str, dict]) -> dict[str, str]:
    """``{addon: key of its contents}``."""
    return {
        name: tree_digest(m["path"], installed_files(m["path"]))
        for name, m in manifests.items()
    }


def combined(digests: dict[str, str]) -> str:
    return digest(*(part for item in sorted(digests.items()) for part in item))
