"""Print shell export lines for working by hand; the database server is started and stays."""

from __future__ import annotations

import shlex

from .console import say
from .paths import Paths
from .templates import suite_name
from .workspace import with_server


def configure(parser) -> None:
    parser.epilog = 'Use: eval "$(make env)". The server stays until "keystone stop" or "make clean".'


def run(paths: Paths, _args) -> int:
    with with_server(paths, pin=True) as workspace:
        template = suite_name(workspace)
        exports = {
            "PATH": workspace.environment.search_path,
            **{
                name: workspace.server.env.get(name, "")
                for name in ("PGHOST", "PGPORT", "PGUSER")
            },
            "ODOO_RC": str(workspace.rc),
            "KEYSTONE_DEMO_DB": paths.demo_database,
            "KEYSTONE_TEST_TEMPLATE": template,
        }
        for name, value in exports.items():
            print(f"export {name}={shlex.quote(value)}")
        for name, maker in ((paths.demo_database, "make run"), (template, "make test")):
            if not workspace.databases.exists(name):
                say(f"* the database {name} is not there yet: {maker} makes it")
    return 0
