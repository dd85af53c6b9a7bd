"""Remove this clone's databases, data and generated files.

When no other clone uses the cache, the cache goes as well. Nothing that these commands did not
make is touched.
"""

from __future__ import annotations

import shutil

from .configuration import read_options
from .console import KeystoneError, Step, say
from .databases import Databases
from .environment import Environment
from .locks import is_complete, try_lock
from .paths import Paths
from .postgres import Embedded, use_server

# What the tool and pytest put into the cache; anything else there is somebody else's.
OWN = (
    "odoo-19.0-*",
    "venv-*",
    "companions-*",
    "needed-*",
    "peers-*",
    "postgres-18*",
    "clones",
    "temporary",
    "pycache",
    "locks",
)


def configure(_parser) -> None:
    pass


def finished_environment(paths: Paths) -> Environment | None:
    """Any finished environment, for its PostgreSQL tools: cleaning must not download anything."""
    finished = [path for path in paths.cache.glob("venv-*") if is_complete(path)]
    return Environment(finished[0], "") if finished else None


def run(paths: Paths, _args) -> int:
    if not paths.cache.is_dir():
        say("* nothing to clean")
        return 0
    environment = finished_environment(paths)
    others = [clone for clone in paths.living_clones() if clone != paths.clone]
    if others:
        if environment:
            _drop_databases(paths, environment, templates=False)
        shutil.rmtree(paths.own, ignore_errors=True)
        say(
            f"* the cache {paths.cache} stays: also used by {', '.join(map(str, others))}"
        )
    else:
        _drop_cache(paths, environment)
    shutil.rmtree(paths.clone / "bench" / "results", ignore_errors=True)
    return 0


def _drop_databases(paths: Paths, environment: Environment, templates: bool) -> None:
    """Drop this clone's databases, and the templates when nobody else wants them."""
    options = read_options(paths.clone / "odoo.conf")
    with use_server(paths, environment, options) as server, Step("Databases"):
        databases = Databases(paths, server, paths.own / "data")
        databases.sweep()
        for name in databases.names():
            if name == paths.demo_database or (templates and databases.note(name)):
                databases.drop(name)


def _drop_cache(paths: Paths, environment: Environment | None) -> None:
    if environment:
        embedded = Embedded(paths, environment)
        with try_lock(embedded.users_lock) as alone:
            if not alone:
                raise KeystoneError("another run is using the cache: stop it first")
        _drop_databases(paths, environment, templates=True)
        embedded.pin_mark.unlink(missing_ok=True)
        embedded.stop_if_unused()
        if embedded.socket_dir != embedded.data:
            shutil.rmtree(embedded.socket_dir, ignore_errors=True)
    with Step(f"Removing {paths.cache}"):
        for pattern in OWN:
            for path in paths.cache.glob(pattern):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        try:
            paths.cache.rmdir()
        except OSError:
            say(f"* {paths.cache} holds files that this tool did not make: they stay")
