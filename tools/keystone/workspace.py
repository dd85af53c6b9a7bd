"""Everything a command needs, found or made: Odoo, environment, server, configuration."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from .companions import fetch_companions, fetch_needed
from .configuration import derive, read_options, read_sections, write_options
from .databases import Databases
from .environment import Environment, make_environment
from .manifests import read_manifests
from .odoo_source import OdooSource, find_odoo
from .paths import Paths
from .postgres import Server, use_server

LOOPBACK = "127.0.0.1"


@dataclass
class Workspace:
    paths: Paths
    odoo: OdooSource
    environment: Environment
    options: dict[str, str]
    beside: Path
    needed: Path
    server: Server | None = None

    @property
    def addon_directories(self) -> list[Path]:
        return [
            path
            for path in (self.paths.addons, self.paths.test_addons)
            if path.is_dir()
        ]

    @cached_property
    def manifests(self) -> dict[str, dict]:
        """Of the product's addons and of those that only tests use."""
        return read_manifests(self.addon_directories)

    @cached_property
    def product(self) -> dict[str, dict]:
        return read_manifests([self.paths.addons] if self.paths.addons.is_dir() else [])

    @cached_property
    def companions(self) -> dict[str, dict]:
        """Addons of others that the demo database has beside the product's."""
        return read_manifests([self.beside])

    @property
    def data_dir(self) -> Path:
        return self.paths.own / "data"

    @property
    def rc(self) -> Path:
        return self.paths.own / "odoo.conf"

    @cached_property
    def databases(self) -> Databases:
        return Databases(self.paths, self.server, self.data_dir)

    @property
    def env(self) -> dict[str, str]:
        """The environment of programs run for this workspace."""
        drop = ("PG", "PYTHON", "VIRTUAL_ENV", "ODOO_", "MAKE")
        env = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(drop)
        }
        env["PATH"] = self.environment.search_path
        # The clone stays free of compiled files.
        env["PYTHONPYCACHEPREFIX"] = str(self.paths.cache / "pycache")
        if self.server:
            env |= self.server.env | {"ODOO_RC": str(self.rc)}
        return env

    def odoo_command(self, *args: str) -> list[str]:
        """``odoo`` with this workspace's configuration; the words of a subcommand come first in ``args``."""
        words = list(itertools.takewhile(lambda arg: not arg.startswith("-"), args))
        return [
            str(self.environment.python),
            str(Path(__file__).with_name("odoo_launcher.py")),
            *words,
            "-c",
            str(self.rc),
            *args[len(words) :],
        ]

    def addons_path(self, *more: Path) -> str:
        """What ``--addons-path`` takes: the configured directories and ``more``."""
        return ",".join(str(path) for path in [*self._addons(), *more])

    def _addons(self) -> list[Path]:
        return [
            path.resolve()
            for path in (*self.addon_directories, self.needed, self.beside)
            if any(path.glob("*/__manifest__.py"))
        ]

    def write_configuration(self) -> None:
        options = derive(
            self.options,
            addons=self._addons(),
            data_dir=self.data_dir,
            server=self.server.options,
        )
        # Demo passwords are no secret: other machines see the server only when asked for.
        options.setdefault("http_interface", LOOPBACK)
        sections = read_sections(self.paths.clone / "odoo.conf")
        write_options(self.rc, options, sections)


def prepare(paths: Paths) -> Workspace:
    """Odoo and the environment, without a database server."""
    paths.register()
    paths.check_space()
    odoo = find_odoo(paths)
    environment = make_environment(paths, odoo)
    options = read_options(paths.clone / "odoo.conf")
    beside = fetch_companions(paths, environment)
    needed = fetch_needed(paths, environment)
    return Workspace(paths, odoo, environment, options, beside, needed)


@contextmanager
def with_server(paths: Paths, pin: bool = False) -> Iterator[Workspace]:
    """A workspace with the database server running."""
    workspace = prepare(paths)
    with use_server(paths, workspace.environment, workspace.options, pin) as server:
        workspace.server = server
        workspace.write_configuration()
        workspace.databases.sweep()
        yield workspace
