"""The service with all its parts, each to be stopped, slowed, filled or killed."""

import os
import subprocess
import threading
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Self

from tests.bench_chat import world
from tests.faults.crowd import Crowd
from tests.faults.slow import SlowNetwork
from tests.harness.daphnes import Daphnes
from tests.harness.mail_server import MailServer
from tests.harness.postgres import Backends
from tests.harness.processes import SWEEPER, WORKER, Process
from tests.harness.programs import resident_bytes

MIB = 1024 * 1024
# What the crowd itself would reach; what is struck is not how often one may write.
OFTEN = ("SIGN_UP", "SIGN_IN", "LIKE", "EVENT", "ROOM", "PICTURE")


class Scene:
    def __init__(self, folder: Path, members: int, pause_s: float) -> None:
        self.folder, self._members, self._pause_s = folder, members, pause_s
        self.media = folder / "media"
        self.mail = MailServer()
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        enter = self._opened.enter_context
        self.media.mkdir()
        self.backends = enter(Backends(self.folder))
        self.people = world.make(
            self.backends, alone=2, together=self._members, size=50
        )
        self.database = enter(SlowNetwork(self.backends.postgres.port))
        self.mail.start()
        self._opened.callback(self.mail.stop)
        self.environment = {
            **self.backends.environment,
            "DATABASE_URL": self.backends.postgres.url.replace(
                f":{self.backends.postgres.port}/", f":{self.database.port}/"
            ),
            "EMAIL_URL": self.mail.url,
            "MEDIA_ROOT": str(self.media),
            "THROTTLES": "on",
            **{f"THROTTLE_{name}": "1000000/hour" for name in OFTEN},
        }
        self.web = enter(
            Daphnes(
                self.folder,
                "web",
                "project.asgi:application",
                1,
                is_patient=False,
                **self.environment,
            )
        )
        for command in (WORKER, SWEEPER):
            process = Process(
                command, self.folder / f"{command[0]}.log", **self.environment
            )
            self._opened.callback(_end, process)
        host, port = self.web.address.host, self.web.address.port
        url = f"http://{host}:{port}"
        self.crowd = Crowd(url, self.people.together, self.people.lobby, self._pause_s)
        return self

    def __exit__(self, *error: object) -> None:
        self._opened.close()

    def is_ready(self) -> bool:
        with self.crowd.client(202) as client:
            return client.get("/health/ready").status_code == 200

    def tracebacks(self) -> int:
        """Count them in the web's log; workers tell each kind of fault with one."""
        return sum(
            log.read_text(errors="replace").count("Traceback (most recent call last)")
            for log in self.web.logs
        )


class Memory:
    """The resident memory of the web process and its helpers, over a time."""

    def __init__(self, web: Daphnes) -> None:
        self._web = web
        self._is_over = threading.Event()
        self.before_bytes = self.peak_bytes = self.now_bytes = resident(web.pids)
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._is_over.wait(0.05):
            self.now_bytes = resident(self._web.pids)
            self.peak_bytes = max(self.peak_bytes, self.now_bytes)


def resident(pids: list[int]) -> int:
    """Bytes of these processes and their children; those that end count as none."""
    total = 0
    for pid in pids:
        with suppress(FileNotFoundError, ProcessLookupError, IndexError):
            total += resident_bytes([pid])
            text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
            total += resident([int(child) for child in text.split()])
    return total


def _end(process: Process) -> None:
    process.kill()
    process.terminate()


def can_mount() -> bool:
    """Whether a small file system can be mounted, as root can outside of containers."""
    return (
        os.geteuid() == 0
        and not subprocess.run(
            ["unshare", "--mount", "true"], check=False, capture_output=True
        ).returncode
    )
