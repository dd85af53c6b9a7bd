"""Chromium, which browser tours need: found, or installed where that is allowed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from .console import KeystoneError, Step
from .locks import lock
from .paths import Paths
from .procs import checked

# The names that Odoo looks for.
PROGRAMS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
# The font lets screenshots and printed pages show Chinese.
PACKAGES = ("chromium", "fonts-wqy-microhei")


def find_browser() -> str | None:
    return next((path for path in map(shutil.which, PROGRAMS) if path), None)


def need_browser(paths: Paths) -> None:
    """Have Chromium installed, or say in one line what to install."""
    if find_browser():
        return
    command = f"apt-get install {' '.join(PACKAGES)}"
    if not shutil.which("apt-get") or os.geteuid() != 0:
        raise KeystoneError(
            f"browser tests need Chromium: install it (on Debian: {command}) or pass --no-browser"
        )
    with lock(paths.lock("apt"), waiting="apt-get"), Step("Chromium"):
        _install(paths.logs / "chromium.log")
    if not find_browser():
        raise KeystoneError(f'Chromium is still missing after "{command}"')


def _install(log: Path) -> None:
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    source = "the Debian mirror (apt)"
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *PACKAGES]
    try:
        checked(install, log, what="apt-get install chromium", source=source, env=env)
    except KeystoneError:
        # The machine's package lists may be missing or old.
        checked(
            ["apt-get", "update", "-q"],
            log,
            what="apt-get update",
            source=source,
            env=env,
        )
        checked(install, log, what="apt-get install chromium", source=source, env=env)
