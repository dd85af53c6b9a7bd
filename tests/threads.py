"""A server of one process in which every request has a thread and a connection of its
own: as many run at the same moment as are made, not as there are workers."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

from copies import CLONE, PATIENCE
from keystone.procs import die_with_parent

RETRY = re.compile(r"(\w+), (\d) tries left, try again")


class Log:
    """What the server has logged since somebody last asked."""

    def __init__(self, path):
        self.path = path
        self.offset = 0

    def count_retries(self):
        """Return ``{cause: how many requests were run again for it}`` since last time."""
        with open(self.path, encoding="utf-8", errors="replace") as lines:
            lines.seek(self.offset)
            found = RETRY.findall(lines.read())
            self.offset = lines.tell()
        counts = {}
        for cause, _left in found:
            counts[cause] = counts.get(cause, 0) + 1
        return counts


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def threaded_server(database, path):
    """Serve ``database``; yields ``(url, log)``."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "odoo",
        "-c",
        os.environ["ODOO_RC"],
        "-d",
        database,
    ]
    command += [
        f"--http-port={port}",
        "--workers=0",
        "--max-cron-threads=0",
        f"--db-filter=^{database}$",
        f"--logfile={path}",
    ]
    # No thread of ours runs yet.
    process = subprocess.Popen(
        command,
        cwd=CLONE,
        preexec_fn=die_with_parent,  # noqa: PLW1509
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(url, process)
        yield url, Log(path)
    finally:
        process.terminate()
        process.wait(30)


def wait_for(url, process):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            with opener.open(f"{url}/web/health", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise RuntimeError("the server did not start")
