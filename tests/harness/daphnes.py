"""Several Daphnes behind one address: all accept from one listening socket.

A proxy would do the same, and take of the two cores what is to be measured. The kernel
hands each connection to whichever process asks first; one that was killed asks no more,
and its clients come to another.
"""

import os
import socket
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.harness.daphne import PATIENT, SETTINGS, command
from tests.harness.programs import end, open_files
from tests.harness.waiting import PATIENCE_S, wait_until


@dataclass(frozen=True)
class Address:
    host: str
    port: int

    @property
    def url(self) -> str:
        return f"ws://{self.host}:{self.port}/ws/chat/"


class Daphnes:
    def __init__(
        self,
        folder: Path,
        name: str,
        application: str,
        count: int,
        *,
        is_patient: bool = True,
        **settings: str,
    ) -> None:
        """`is_patient`: whether a slow machine is no reason for a 503."""
        self._folder, self._name, self._application = folder, name, application
        self._settings = (
            os.environ
            | {"DJANGO_SETTINGS_MODULE": "project.settings"}
            | {"LOG_LEVEL": "INFO"}  # it says when it listens
            | SETTINGS
            | (PATIENT if is_patient else {})
            | settings
        )
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.address = Address(*self._listener.getsockname())
        self._count, self._starts = count, 0
        self._running: dict[int, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        for number in range(self._count):
            self._launch(number)
        for number, log in enumerate(self.logs):
            self._wait(number, log)
        return self

    def __exit__(self, *error: object) -> None:
        end(self._running.values())
        self._listener.close()

    def start(self, number: int) -> None:
        """Return when it accepts."""
        self._wait(number, self._launch(number))

    def kill(self, number: int) -> None:
        process = self._running.pop(number)
        process.kill()
        process.wait()

    def terminate(self, number: int) -> None:
        """Ask it to end; return when it has."""
        process = self._running.pop(number)
        process.terminate()
        process.wait(PATIENCE_S)

    def kill_busiest(self) -> None:
        """Kill the one with the most clients: the kernel may give one nearly all."""
        self.kill(max(self._running, key=self._count_sockets))

    def start_missing(self) -> None:
        """Start what was killed; return when it accepts."""
        for number in set(range(self._count)) - set(self._running):
            self.start(number)

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in self._running.values()]

    @property
    def open_sockets(self) -> list[int]:
        """Of each process; its listener and what it has of its own included."""
        return [self._count_sockets(number) for number in self._running]

    def _count_sockets(self, number: int) -> int:
        count = 0
        for file in open_files(self._running[number].pid):
            with suppress(FileNotFoundError):  # closed since it was listed
                count += os.readlink(file).startswith("socket:")
        return count

    @property
    def logs(self) -> list[Path]:
        return sorted(self._folder.glob(f"{self._name}-*.log"))

    def _launch(self, number: int) -> Path:
        log = self._folder / f"{self._name}-{self._starts:03}.log"
        self._starts += 1
        descriptor = self._listener.fileno()
        with log.open("wb") as out:
            self._running[number] = subprocess.Popen(
                command("--fd", str(descriptor), application=self._application),
                env=self._settings,
                pass_fds=[descriptor],
                stdout=out,
                stderr=out,
            )
        return log

    def _wait(self, number: int, log: Path) -> None:
        def is_listening() -> bool:
            if self._running[number].poll() is not None:
                raise SystemExit(f"Daphne does not start:\n{log.read_text()[-2000:]}")
            return "Listening on TCP address" in log.read_text()

        wait_until(is_listening)
