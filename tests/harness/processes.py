"""Workers and sweepers: management commands over the test database."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from django.db import connection

from tests.harness.waiting import PATIENCE_S, wait_until

ROOT = Path(__file__).parent.parent.parent
WORKER = ["rundramatiq", "--processes", "1", "--threads", "2", "--no-color"]
SWEEPER = ["sweep", "--interval", "0.2"]
# A slow machine hangs nothing.
UNHURRIED = {
    "TASK_STATEMENT_TIMEOUT_MS": str(PATIENCE_S * 1000),
    "LOCK_TIMEOUT_MS": str(PATIENCE_S * 1000),
}


class Process:
    """A management command, with all that it starts."""

    def __init__(self, command: list[str], log: Path, **environment: str) -> None:
        self.log = log
        self._is_worker = command[0] == WORKER[0]
        self.name = f"{log.stem} {os.getpid()}"
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", *command],
                cwd=ROOT,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=os.environ
                | {"HTTPS": "off", "PGAPPNAME": self.name}
                | UNHURRIED
                | environment,
            )

    def wait_until_ready(self) -> "Process":
        wait_until(self._is_ready)
        return self

    def _is_ready(self) -> bool:
        """A worker says so; a sweeper has gone to the database."""
        if self._is_worker:
            return b"Worker process is ready for action" in self.log.read_bytes()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_stat_activity"
                " WHERE application_name = %s)",
                [self.name],
            )
            return bool(cursor.fetchone()[0])

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """SIGKILL to all of it at once: nothing in it gets to do another thing."""
        os.killpg(self._process.pid, signal.SIGKILL)

    def stop(self) -> None:
        """Ask for its end, and do not wait for it."""
        self._process.terminate()

    def terminate(self) -> int:
        """Ask for its end; return its exit status."""
        if self.is_alive():
            self._process.terminate()
        return self._process.wait(timeout=PATIENCE_S)


class Processes:
    """Management commands, started by calling this; all end together."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self._folder, self.environment = folder, environment
        self._started: list[Process] = []

    def __call__(self, command: list[str], **more: str) -> Process:
        log = self._folder / f"{command[0]}-{len(self._started)}.log"
        self._started.append(Process(command, log, **(self.environment | more)))
        return self._started[-1]

    def all_ready(self) -> None:
        for process in self._started:
            process.wait_until_ready()

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *error: object) -> None:
        for process in self._started:
            if process.is_alive():
                process.kill()
        for process in self._started:
            process.terminate()
