"""The servers that are measured: one Daphne each, started as `make run` starts it."""

import os
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from tests.harness.daphne import PATIENT, SETTINGS, at_port, command
from tests.harness.programs import end, free_port
from tests.harness.waiting import wait_until


class Servers:
    """Starts programs, waits until they listen, and ends them on leaving."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: list[tuple[str, subprocess.Popen[bytes], int]] = []
        self._files = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        end(process for _name, process, _port in self.running)
        if any(error):
            for name, _process, _port in self.running:
                log = (self.folder / f"{name}.log").read_text()
                sys.stderr.write(f"The end of {name}'s log:\n{log[-4000:]}\n")
        self._files.close()

    def start(
        self,
        name: str,
        command: list[str],
        port: int,
        *,
        folder: Path | None = None,
        **environment: str,
    ) -> int:
        """`folder`: where the program runs, by default here."""
        log = self._files.enter_context((self.folder / f"{name}.log").open("wb"))
        process = subprocess.Popen(
            command, cwd=folder, env=os.environ | environment, stdout=log, stderr=log
        )
        self.running.append((name, process, port))
        return port

    def daphne(
        self,
        name: str,
        application: str,
        *,
        folder: Path | None = None,
        **environment: str,
    ) -> int:
        """The port of a Daphne that will serve the `application` of a folder."""
        port = free_port()
        settings = {"DJANGO_SETTINGS_MODULE": "project.settings", **SETTINGS, **PATIENT}
        run = command(*at_port(port), application=application)
        return self.start(name, run, port, folder=folder, **(settings | environment))

    def wait(self) -> None:
        """Return when all listen. Raises SystemExit with the log of one that ended."""
        for name, process, port in self.running:

            def listens(name=name, process=process, port=port) -> bool:
                if process.poll() is not None:
                    log = (self.folder / f"{name}.log").read_text()
                    raise SystemExit(
                        f"the server {name} does not start:\n{log[-2000:]}"
                    )
                return _listens(port)

            wait_until(listens)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
