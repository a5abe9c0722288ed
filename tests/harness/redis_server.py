"""A Redis of a test's or a benchmark's own, to be emptied, killed and restarted."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import redis

from tests.harness.programs import free_port
from tests.harness.waiting import wait_until


class RedisServer:
    """Keeps nothing over a kill, like one whose memory was all it had."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self.client = redis.Redis.from_url(self.url)

    def start(self) -> None:
        where = ["--bind", "127.0.0.1", "--port", str(self._port)]
        nothing_kept = ["--save", "", "--appendonly", "no", "--dir", str(self._folder)]
        self._process = subprocess.Popen(
            ["redis-server", *where, *nothing_kept], stdout=subprocess.DEVNULL
        )
        wait_until(self.client.ping, redis.RedisError)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    @property
    def pids(self) -> list[int]:
        return [self._process.pid]

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Connections stay open, and nothing is answered."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        self.client.close()
        self.kill()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
