"""Several Daphnes behind one address: all accept from one listening socket.

A proxy would do the same, and take of the two cores what is to be measured. The kernel
hands each connection to whichever process asks first; one that was killed asks no more,
and its clients come to another.
"""

import os
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.harness.backends import wait_until

STOP_WITHIN_S = 20
TICKS_A_S = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "project.settings",
    "ALLOWED_HOSTS": "127.0.0.1",
    "HTTPS": "off",
    "DEBUG": "off",
    "LOG_LEVEL": "INFO",  # it says when it listens
}


@dataclass(frozen=True)
class Address:
    host: str
    port: int

    @property
    def url(self) -> str:
        return f"ws://{self.host}:{self.port}/ws/chat/"


class Daphnes:
    def __init__(
        self, folder: Path, name: str, application: str, count: int, **settings: str
    ) -> None:
        self._folder, self._name, self._application = folder, name, application
        self._settings = os.environ | SETTINGS | settings
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
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            try:
                process.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._listener.close()

    def start(self, number: int) -> None:
        """Return when it accepts."""
        self._wait(number, self._launch(number))

    def kill(self, number: int) -> None:
        process = self._running.pop(number)
        process.kill()
        process.wait()

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
        for file in files(self._running[number].pid):
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
        command = [
            *(sys.executable, "-m", "daphne", "--fd", str(descriptor)),
            *("--no-server-name", "--access-log", os.devnull, self._application),
        ]
        with log.open("wb") as out:
            self._running[number] = subprocess.Popen(
                command,
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


def cpu_s(pids: list[int]) -> float:
    """Seconds that these processes have computed for, threads included."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS_A_S


def resident_bytes(pids: list[int]) -> int:
    statm = (Path(f"/proc/{pid}/statm").read_text().split() for pid in pids)
    return sum(int(fields[1]) for fields in statm) * PAGE_BYTES


def files(pid: int) -> list[Path]:
    return [*Path(f"/proc/{pid}/fd").iterdir()]
