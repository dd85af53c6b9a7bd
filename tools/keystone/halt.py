"""Stop the embedded database server that "make env" left running."""

from __future__ import annotations

from .clean import finished_environment
from .console import KeystoneError
from .locks import try_lock
from .paths import Paths
from .postgres import Embedded


def configure(_parser) -> None:
    pass


def run(paths: Paths, _args) -> int:
    environment = finished_environment(paths)
    if environment is None:
        return 0
    embedded = Embedded(paths, environment)
    embedded.pin_mark.unlink(missing_ok=True)
    with try_lock(embedded.users_lock) as alone:
        if not alone:
            raise KeystoneError(
                "another run is using the database server; it stops with that run"
            )
    embedded.stop_if_unused()
    return 0
