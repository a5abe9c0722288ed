"""PostgreSQL and Redis of a run's own: to be killed, and started again as they were."""

import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile, mkdtemp
from typing import Self

import psycopg2

from tests.harness.programs import free_port
from tests.harness.redis_server import RedisServer
from tests.harness.waiting import wait_until

# Only to keep a small run small; fsync and all else are PostgreSQL's own defaults.
POSTGRES = ["-c", "shared_buffers=256MB"]
MAX_CONNECTIONS = 100


class Postgres:
    """A cluster in `folder`, with an empty database and durable commits."""

    def __init__(self, folder: Path, max_connections: int = MAX_CONNECTIONS) -> None:
        self.port, password = free_port(), secrets.token_hex()
        self._connections = ["-c", f"max_connections={max_connections}"]
        self.url = f"postgis://matchmaker:{password}@127.0.0.1:{self.port}/postgres"
        self.bin = _programs()
        # PostgreSQL refuses root, and its user may not look into the folders of root.
        self._data = Path(mkdtemp(prefix="postgres-", dir=folder.resolve()))
        self._log = (folder / "postgres.log").open("ab")
        self._as = _as_postgres(self._data)
        self._initialize(password)

    def start(self) -> None:
        where = ["-p", str(self.port), "-c", "listen_addresses=127.0.0.1"]
        command = [
            *(*self._as, f"{self.bin}/postgres", "-D", str(self._data), *where),
            *("-c", "unix_socket_directories=", *POSTGRES, *self._connections),
        ]
        self._process = subprocess.Popen(
            command, stdout=self._log, stderr=self._log, cwd="/"
        )
        wait_until(lambda: self.query("SELECT 1"), psycopg2.OperationalError)

    def _initialize(self, password: str) -> None:
        with NamedTemporaryFile("w", dir=self._data.parent) as file:
            file.write(password)
            file.flush()
            if self._as:
                shutil.chown(file.name, "postgres")
            command = [*self._as, f"{self.bin}/initdb", "-D", str(self._data)]
            auth = ["--auth=scram-sha-256", f"--pwfile={file.name}"]
            world = ["-U", "matchmaker", "-E", "UTF8", "--locale=C.UTF-8"]
            subprocess.run(
                [*command, *auth, *world],
                check=True,
                stdout=self._log,
                stderr=self._log,
                cwd="/",
            )

    @property
    def dsn(self) -> str:
        return self.url.replace("postgis:", "postgresql:", 1)

    def query(self, sql: str) -> list[tuple]:
        connection = psycopg2.connect(self.dsn)
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall()
        finally:
            connection.close()

    def kill(self) -> None:
        """All of it at once: no backend gets to finish anything."""
        pids = self.pids
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()
        # A new one refuses to start while one of the old ones is still there.
        wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Connections stay open and new ones are taken, but nothing is answered."""
        pids = self.pids
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    @property
    def pids(self) -> list[int]:
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *map(int, children)]

    def close(self) -> None:
        self._log.close()
        shutil.rmtree(self._data)


class Backends:
    """Both, started on entering and gone with their data on leaving."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        self.postgres, self.redis = Postgres(self.folder), RedisServer(self.folder)
        self._opened.callback(self.postgres.close)
        for server in (self.postgres, self.redis):
            server.start()
            self._opened.callback(server.kill)
        return self

    def __exit__(self, *error: object) -> None:
        self._opened.close()

    @property
    def environment(self) -> dict[str, str]:
        return {"DATABASE_URL": self.postgres.url, "REDIS_URL": self.redis.url}


def _programs() -> Path:
    """The newest PostgreSQL with PostGIS; Debian keeps each in a folder of its own."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        share = Path("/usr/share/postgresql", folder.parent.name, "extension")
        if (share / "postgis.control").exists() and (folder / "initdb").exists():
            return folder
    raise SystemExit("PostgreSQL with PostGIS is missing: apt-get install postgis")


def _as_postgres(data: Path) -> list[str]:
    """As whom PostgreSQL runs on `data`: see as_postgres in compose/local/common.sh."""
    if os.getuid() != 0:
        return []
    shutil.chown(data, "postgres", "postgres")
    user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
    may_enter = subprocess.run([*user, "--", "test", "-x", str(data)], check=False)
    if may_enter.returncode:
        user += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    return [*user, "--"]
