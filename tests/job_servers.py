"""Odoo servers that share the jobs of one database, and what hands the jobs to them."""

import http.server
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from copies import CLONE
from keystone.procs import die_with_parent
from threads import free_port, wait_for

PATIENCE_OF_A_JOB = 3600


class JobServer:
    """One process of Odoo with a runner of jobs, which can be killed and started again."""

    def __init__(self, database, address_of_jobs, log):
        self.database, self.address_of_jobs, self.log = database, address_of_jobs, log
        self.port = free_port()
        self.process = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self):
        return self.process.pid

    def start(self):
        command = [sys.executable, "-m", "odoo", "-c", os.environ["ODOO_RC"]]
        command += ["-d", self.database, f"--db-filter=^{self.database}$"]
        command += [f"--http-port={self.port}", "--workers=0", "--max-cron-threads=0"]
        # A thread's limits are for people who wait.
        command += ["--limit-time-real=0", "--limit-memory-soft=0"]
        host, port = self.address_of_jobs
        env = os.environ | {
            "ODOO_QUEUE_JOB_CHANNELS": "root:2",
            "ODOO_QUEUE_JOB_HOST": host,
            "ODOO_QUEUE_JOB_PORT": str(port),
        }
        with self.log.open("a") as out:
            self.process = subprocess.Popen(
                command,
                cwd=CLONE,
                env=env,
                stdout=out,
                stderr=subprocess.STDOUT,
                preexec_fn=die_with_parent,  # noqa: PLW1509
            )
        wait_for(self.url, self.process)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()

    def peak_memory(self):
        """Return the most memory that the process has had, in MiB."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM"))
        return int(peak) // 1024


class Balancer(http.server.ThreadingHTTPServer):
    """Hands requests to servers in turn, as the proxy before several machines does."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.servers, self.turn, self.guard = [], 0, threading.Lock()
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def in_turn(self):
        with self.guard:
            self.turn += 1
            start = self.turn % len(self.servers)
        return self.servers[start:] + self.servers[:start]

    def hand_on(self, path, headers):
        for server in self.in_turn():
            request = urllib.request.Request(f"{server.url}{path}", headers=headers)
            try:
                with self.opener.open(request, timeout=PATIENCE_OF_A_JOB) as answer:
                    return answer.status
            except urllib.error.HTTPError as error:
                return error.code
            except urllib.error.URLError:
                continue  # it does not listen: it was killed
            except OSError:
                return 502  # it was killed at work
        return 503


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        database = self.headers.get("X-Odoo-Database", "")
        status = self.server.hand_on(self.path, {"X-Odoo-Database": database})
        try:
            self.send_response(status)
            self.end_headers()
        except OSError:
            pass  # a runner does not wait for the end of a job

    def log_message(self, *args):
        pass


@contextmanager
def job_servers(database, folder, count=2):
    """``count`` servers that share the jobs of ``database``, already started."""
    balancer = Balancer()
    threading.Thread(target=balancer.serve_forever, daemon=True).start()
    balancer.servers = [
        JobServer(database, balancer.server_address, folder / f"server_{number}.log")
        for number in range(count)
    ]
    try:
        for server in balancer.servers:
            server.start()
        yield balancer.servers
    finally:
        for server in balancer.servers:
            if server.process:
                server.stop()
        balancer.shutdown()
        balancer.server_close()
