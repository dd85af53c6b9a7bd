"""Odoo 19.0 itself: named by ODOO_HOME, or fetched from Debian into the cache.

The fetch leaves the system's own package sources alone: apt-get works in private
directories, with the mirror that the machine already uses.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .console import KeystoneError, Step
from .locks import build_in_place, is_complete
from .paths import SETUP_BYTES, Paths, digest
from .procs import checked

SERIES = "19.0"
UNSTABLE = ("odoo-19", "fonts-montserrat")
# Debian replaces these files of Odoo's by links into other packages. They come from the
# machine's own release: unstable's Font Awesome is too new and leaves the client without icons.
STABLE = (
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-font-awesome",
    "fonts-roboto-unhinted",
    "fonts-inconsolata",
    "fonts-ocr-b",
)
# Missing in the package; without it each page logs an error, which fails browser tours.
STUB = "addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
KEYRINGS = ("debian-archive-keyring.gpg", "debian-archive-keyring.pgp")
RECIPE = digest("1", *UNSTABLE, *STABLE, STUB, length=8)
DIST_PACKAGES = Path("usr/lib/python3/dist-packages")


@dataclass(frozen=True)
class OdooSource:
    """``path`` is the directory to put on Python's path; ``version`` tells two Odoos apart."""

    path: Path
    version: str

    @property
    def key(self) -> str:
        return digest(str(self.path), self.version)


def read_series(path: Path) -> str | None:
    """The series (``19.0``) of the Odoo in directory ``path``, or None when there is none."""
    release = path / "odoo" / "release.py"
    if not release.is_file():
        return None
    found = re.search(r"^version_info = \((\d+), (\d+)", release.read_text(), re.M)
    return f"{found[1]}.{found[2]}" if found else None


def from_home(home: Path) -> OdooSource:
    """The Odoo that ODOO_HOME names: a checkout, or a directory that holds the package."""
    series = read_series(home)
    if series is None:
        raise KeystoneError(
            f"ODOO_HOME={home} holds no odoo/release.py: name an Odoo {SERIES} checkout"
        )
    if series != SERIES:
        raise KeystoneError(
            f"ODOO_HOME={home} is Odoo {series}, but {SERIES} is needed"
        )
    stamp = (home / "odoo" / "release.py").stat().st_mtime_ns
    return OdooSource(home, f"{series}-{stamp}")


def parse_mirror(targets: str) -> tuple[str, str]:
    """The Debian mirror and release among lines of ``site release component``."""
    for line in targets.splitlines():
        site, release, component = [*line.split(), "", "", ""][:3]
        if component == "main" and site and not re.search(r"[-/]", release):
            rolling = release in ("sid", "unstable", "testing")
            return site, "stable" if rolling else release
    raise KeystoneError(
        "apt-get names no Debian mirror: set ODOO_HOME to an Odoo 19.0 checkout"
    )


def _mirror() -> tuple[str, str]:
    for program in ("apt-get", "dpkg"):
        if not shutil.which(program):
            raise KeystoneError(
                f"{program} is not available to fetch Odoo: set ODOO_HOME to an Odoo {SERIES} checkout"
            )
    done = subprocess.run(
        [
            "apt-get",
            "indextargets",
            "--format",
            "$(SITE) $(RELEASE) $(COMPONENT)",
            "Created-By: Packages",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    return parse_mirror(done.stdout)


def _keyring() -> Path:
    for name in KEYRINGS:
        path = Path("/usr/share/keyrings") / name
        if path.is_file():
            return path
    raise KeystoneError(
        f"Debian's archive keys are missing: install debian-archive-keyring, or set ODOO_HOME to an Odoo {SERIES} checkout"
    )


def _apt(work: Path, site: str, release: str) -> list[str]:
    """``apt-get`` with its options, confined to the directory ``work``."""
    keyring = _keyring()
    for part in ("lists/partial", "cache/archives/partial", "debs"):
        (work / part).mkdir(parents=True)
    lines = [
        f"deb [signed-by={keyring}] {site} {suite} main\n" for suite in ("sid", release)
    ]
    (work / "sources.list").write_text("".join(lines))
    options = {
        "Dir::Etc::sourcelist": work / "sources.list",
        "Dir::Etc::sourceparts": "-",
        "Dir::Etc::preferencesparts": "-",
        "Dir::State::lists": work / "lists",
        "Dir::Cache": work / "cache",
        "Dir::State::status": "/dev/null",
        "APT::Sandbox::User": "",
        "APT::Update::Error-Mode": "any",
        "Acquire::Languages": "none",
        "Acquire::Retries": "2",
    }
    return ["apt-get", "-q"] + [
        part for name, value in options.items() for part in ("-o", f"{name}={value}")
    ]


def _fetch(target: Path, log: Path) -> None:
    site, release = _mirror()
    work = target / "fetch"
    apt = _apt(work, site, release)
    source = "the Debian mirror (apt)"
    with Step("Odoo: package lists"):
        checked([*apt, "update"], log, what="apt-get update", source=source)
    names = [f"{name}/sid" for name in UNSTABLE] + [
        f"{name}/{release}" for name in STABLE
    ]
    with Step("Odoo: download (150 MB)"):
        checked(
            [*apt, "download", *names],
            log,
            what="apt-get download",
            source=source,
            cwd=work / "debs",
        )
    with Step("Odoo: unpack") as step:
        for deb in sorted((work / "debs").glob("*.deb")):
            step.progress(deb.name.split("_")[0])
            checked(
                ["dpkg", "-x", str(deb), str(target)], log, what="dpkg -x", source=""
            )
            if deb.name.startswith("odoo-19_"):
                (target / "VERSION").write_text(deb.name.split("_")[1])
    stub = target / DIST_PACKAGES / "odoo" / STUB
    stub.parent.mkdir(parents=True, exist_ok=True)
    stub.write_text(
        "// Left out of the distribution's package; the client works without it.\n"
    )
    shutil.rmtree(work)


def find_odoo(paths: Paths) -> OdooSource:
    """Odoo 19.0, fetched first when nothing names one."""
    if os.environ.get("ODOO_HOME"):
        return from_home(Path(os.environ["ODOO_HOME"]).expanduser().resolve())
    name = f"odoo-{SERIES}-{RECIPE}"
    target = paths.cache / name
    if not is_complete(target):
        paths.check_space(SETUP_BYTES)
    build_in_place(
        target,
        paths.lock(name),
        lambda path: _fetch(path, paths.logs / "odoo-fetch.log"),
    )
    return OdooSource(target / DIST_PACKAGES, (target / "VERSION").read_text().strip())
