"""Set up what is missing and serve the suite with its demo data; Ctrl-C stops everything."""

from __future__ import annotations

import sys
from pathlib import Path

from .configuration import option, read_options
from .console import KeystoneError, say
from .demo import ensure_demo, login_table, play_story, story_pending
from .paths import Paths
from .servers import free_port, odoo_server, port_is_free
from .workspace import Workspace, with_server


def configure(parser) -> None:
    parser.add_argument(
        "--port", type=int, help="port to serve on (default: http_port of odoo.conf)"
    )
    parser.add_argument(
        "--no-story", action="store_true", help="do not play the demo story"
    )
    parser.add_argument(
        "--path", help="directory of the Northwind CSV files for the story"
    )


def _port(paths: Paths, args) -> int:
    wanted = (
        args.port
        or option(read_options(paths.clone / "odoo.conf"), "http_port")
        or 8069
    )
    port = int(wanted)
    if not port_is_free(port):
        raise KeystoneError(
            f"port {port} is in use: stop the program that uses it, or run: make run PORT={port + 1}"
        )
    return port


def run(paths: Paths, args) -> int:
    port = _port(paths, args)
    with with_server(paths) as workspace:
        name = ensure_demo(workspace)
        if not args.no_story and story_pending(workspace):
            status = play_story(workspace, ["--path", args.path] if args.path else [])
            if status:
                raise KeystoneError(
                    f"the demo story failed (exit status {status}); the output above says where"
                )
        return _serve(workspace, name, port, paths.logs / "server.log")


def _serve(workspace: Workspace, name: str, port: int, log: Path) -> int:
    with odoo_server(workspace, name, port, log, f"--gevent-port={free_port()}") as (
        process,
        url,
    ):
        print(f"\nKeystone is running at {url}\n", flush=True)
        table = login_table(workspace)
        if table:
            print(table + "\n", flush=True)
        print(f"Server log: {log}\nStop with Ctrl-C.", flush=True)
        try:
            status = process.wait()
        except KeyboardInterrupt:
            say("\n* stopping")
            return 0
    say(f"* Odoo has stopped (log: {log})")
    sys.stdout.flush()
    return status
