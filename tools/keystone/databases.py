"""Databases: made, copied, dropped, annotated, and swept up after killed runs."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .console import KeystoneError
from .locks import lock, try_lock
from .paths import Paths, digest
from .postgres import Server

NOTE = "keystone:"


class Databases:
    """The databases of one server, as far as this tool made them.

    A note in a database's comment says what it holds. Copies do not inherit it, and an
    unfinished database has none, so the note is also the mark of completeness.
    """

    def __init__(self, paths: Paths, server: Server, data_dir: Path):
        self.paths = paths
        self.server = server
        self.data_dir = data_dir
        place = (
            "embedded"
            if server.embedded
            else digest(server.host, server.port, length=8)
        )
        self.temporary = paths.cache / "temporary" / place

    def names(self, prefix: str = "keystone_") -> list[str]:
        rows = self.server.psql("SELECT datname FROM pg_database ORDER BY datname")
        return [name for (name,) in rows if name.startswith(prefix)]

    def exists(self, name: str) -> bool:
        return name in self.names(name)

    def note(self, name: str) -> dict:
        """What ``set_note`` stored, {} when the database is missing or has none."""
        sql = f"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{name}'"
        rows = self.server.psql(sql)
        text = rows[0][0] if rows else ""
        return json.loads(text.removeprefix(NOTE)) if text.startswith(NOTE) else {}

    def set_note(self, name: str, note: dict) -> None:
        text = json.dumps(note, sort_keys=True).replace("'", "''")
        self.server.psql(f"COMMENT ON DATABASE \"{name}\" IS '{NOTE}{text}'")

    def create(self, name: str, template: str | None = None) -> None:
        """A new database: empty, or a copy of ``template``."""
        if template:
            self.server.run("createdb", "-T", template, name)
        else:
            self.server.run(
                "createdb", "-T", "template0", "-E", "UTF8", "--lc-collate=C", name
            )

    def drop(self, name: str) -> None:
        self.server.run("dropdb", "--if-exists", "--force", name)
        shutil.rmtree(self.data_dir / "filestore" / name, ignore_errors=True)

    def rename(self, name: str, new: str) -> None:
        self.server.psql(f'ALTER DATABASE "{name}" RENAME TO "{new}"')
        store = self.data_dir / "filestore"
        if (store / name).is_dir():
            (store / name).rename(store / new)

    @contextmanager
    def throwaway(self, kind: str, template: str | None = None) -> Iterator[str]:
        """A name for this run alone, with a copy of ``template`` behind it when one is given.

        The database is dropped at the end, or by a later run's ``sweep``, unless it was renamed.
        """
        name = f"keystone_{kind}_{secrets.token_hex(4)}"
        mark = self.temporary / name
        with lock(mark):
            try:
                if template:
                    self.create(name, template)
                yield name
            finally:
                try:
                    self.drop(name)
                    mark.unlink(missing_ok=True)
                except KeystoneError:
                    pass  # the server is gone: the mark stays, and a later run sweeps up

    def sweep(self) -> None:
        """Drop the throwaway databases whose run has ended without dropping them."""
        for mark in self.temporary.glob("keystone_*"):
            with try_lock(mark) as dead:
                if dead:
                    self.drop(mark.name)
                    mark.unlink(missing_ok=True)
