"""Copies of the test template for tests that change a whole database, and Odoo
programs run on them or on the served database."""

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest
from keystone.databases import Databases
from keystone.paths import Paths
from keystone.postgres import Server
from keystone.procs import die_with_parent

PATIENCE = 300
CLONE = Path(__file__).resolve().parent.parent

# Odoo without a server, as far as a script needs it; the script goes on with ``env``.
PRELUDE = """
import os, sys
import odoo
from odoo.tools import config
config.parse_config(
    ["-c", os.environ["ODOO_RC"], "-d", sys.argv[1], "--no-http",
     "--max-cron-threads=0"],
    setup_logging=True,
)
from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry
registry = Registry(sys.argv[1])
cr = registry.cursor()
env = Environment(cr, SUPERUSER_ID, {})
"""


def need(name):
    """Return a variable that ``make test`` sets for the run."""
    value = os.environ.get(name)
    if not value:
        pytest.fail(f"{name} is not set: run these tests with make test", pytrace=False)
    return value


def _databases():
    """Return what the tool manages databases with, for the server of this run."""
    served = need("KEYSTONE_DB")
    paths = Paths.find()
    environ = os.environ
    server = Server(
        Path(shutil.which("createdb")).parent,
        environ.get("PGHOST", ""),
        environ.get("PGPORT", "5432"),
        environ.get("PGUSER", ""),
        environ.get("PGPASSWORD", ""),
        # The marks of the embedded server's databases have a place of their own.
        embedded=(paths.cache / "temporary" / "embedded" / served).exists(),
    )
    return Databases(paths, server, paths.own / "data")


def _template(databases):
    """Return the template that the served database was copied from."""
    if os.environ.get("KEYSTONE_TEST_TEMPLATE"):
        return os.environ["KEYSTONE_TEST_TEMPLATE"]
    # Each run notes when it took its template: the newest note is this run's.
    notes = {name: databases.note(name) for name in databases.names("keystone_suite_")}
    complete = {name: note["used"] for name, note in notes.items() if note}
    if not complete:
        pytest.fail("no template: run these tests with make test", pytrace=False)
    return max(complete, key=complete.get)


@contextmanager
def copied_database(kind):
    """A copy of the template, dropped at the end; a killed run's is swept up later."""
    databases = _databases()
    with databases.throwaway(kind, _template(databases)) as name:
        yield name


def run(*command, **kwargs):
    """Run a program from the clone to its end and return it with its output."""
    return subprocess.run(
        [str(part) for part in command],
        cwd=CLONE,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        preexec_fn=die_with_parent,
        **kwargs,
    )


def run_odoo(database, *words):
    """Run a command of Odoo's on ``database``, the words of the command first."""
    return run(
        sys.executable,
        "-m",
        "odoo",
        *words[:1],
        "-c",
        os.environ["ODOO_RC"],
        "-d",
        database,
        *words[1:],
    )


def run_script(database, code, *args):
    """Run Python with ``env``, ``cr`` and ``registry`` of ``database``; ``sys.argv``
    has the database and ``args``. Nothing is committed unless the code does it."""
    return run(sys.executable, "-c", PRELUDE + code, database, *args)


@contextmanager
def query(database):
    """``select(sql, *params)`` that returns rows, each in a transaction of its own."""
    connection = psycopg2.connect(dbname=database)
    connection.autocommit = True

    def select(sql, *params):
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.fetchall() if cursor.description else []

    try:
        yield select
    finally:
        connection.close()
