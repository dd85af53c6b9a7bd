"""Addons of others: those that ours depend on, those that stand beside ours, and those
that ours are measured against. Pinned, fetched once."""

from __future__ import annotations

from pathlib import Path

from .console import Step
from .environment import Environment, requirement_lines
from .locks import build_in_place
from .paths import Paths, digest
from .procs import checked


def fetch_companions(paths: Paths, environment: Environment) -> Path:
    """The directory of addons with the pins of ``requirements/oca.txt``; made when missing."""
    return _fetch(paths, environment, paths.companions, "companions", "beside ours")


def fetch_needed(paths: Paths, environment: Environment) -> Path:
    """The same of ``requirements/addons.txt``: what ours depend on."""
    return _fetch(paths, environment, paths.needed, "needed", "that ours need")


def fetch_peers(paths: Paths, environment: Environment) -> Path:
    """The same of ``requirements/peers.txt``: what benchmarks measure ours against."""
    return _fetch(paths, environment, paths.peers, "peers", "to measure ours against")


def _fetch(
    paths: Paths, environment: Environment, pinned: Path, name: str, purpose: str
) -> Path:
    pins = requirement_lines(pinned.read_text())
    target = paths.cache / f"{name}-{digest('1', *pins, length=8)}"

    def build(path: Path) -> None:
        with Step(f"Addons {purpose} ({len(pins)} pinned)"):
            checked(
                # Their only dependencies are Odoo, which is not on the index, and each other.
                [
                    *(environment.python, "-m", "pip", "install", "--no-input"),
                    *("--disable-pip-version-check", "--no-deps", "--no-compile"),
                    *("--target", path / "packages", "-r", pinned),
                ],
                paths.logs / f"{name}.log",
                what="pip install",
                source="the Python package index (pip)",
            )

    build_in_place(target, paths.lock(target.name), build)
    return target / "packages" / "odoo" / "addons"
