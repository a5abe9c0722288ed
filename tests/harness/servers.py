"""The servers that are measured: one Daphne each, started as `make run` starts it."""

import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Self

READY_WITHIN_S = 60
STOP_WITHIN_S = 10


class Servers:
    """Starts programs, waits until they listen, and ends them on leaving."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: list[tuple[str, subprocess.Popen[bytes], int]] = []
        self._files = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for _name, process, _port in self.running:
            process.terminate()
        for _name, process, _port in self.running:
            try:
                process.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._files.close()

    def start(
        self, name: str, command: list[str], port: int, **environment: str
    ) -> int:
        log = self._files.enter_context((self.folder / f"{name}.log").open("wb"))
        process = subprocess.Popen(
            command, env=os.environ | environment, stdout=log, stderr=log
        )
        self.running.append((name, process, port))
        return port

    def daphne(self, name: str, application: str, **environment: str) -> int:
        """The port of a Daphne that will serve `application`."""
        port = free_port()
        command = [
            *(sys.executable, "-m", "daphne", "--bind", "127.0.0.1"),
            *("--port", str(port), "--no-server-name", "--access-log", os.devnull),
            application,
        ]
        settings = {
            "DJANGO_SETTINGS_MODULE": "project.settings",
            "ALLOWED_HOSTS": "127.0.0.1",
            "HTTPS": "off",
            "DEBUG": "off",
        }
        return self.start(name, command, port, **(settings | environment))

    def wait(self) -> None:
        """Return when all listen. Raises SystemExit with the log of one that ended."""
        deadline = time.monotonic() + READY_WITHIN_S
        for name, process, port in self.running:
            while not _listens(port):
                if process.poll() is not None or time.monotonic() > deadline:
                    log = (self.folder / f"{name}.log").read_text()
                    raise SystemExit(
                        f"the server {name} does not start:\n{log[-2000:]}"
                    )
                time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
