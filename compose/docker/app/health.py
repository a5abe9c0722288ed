"""Health checks from inside a container: `health.py web`, `worker` or `sweeper`.

Docker does not restart what is unhealthy, only what ends. So a program that by itself
does not work any more is killed after RESTART_AFTER checks, and Docker starts it again.
If only Redis or the database fails, a restart would not help.
"""

import os
import signal
import socket
import sys
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import redis

WORKER_SILENT_S = 30
# Nine checks are a minute and a half, in which every program has started.
RESTART_AFTER = 9
FAILURES = Path("/tmp/failures")  # the container's own, gone with it


class Stuck(Exception):
    """The program itself does not work, whatever else fails."""


def web() -> str | None:
    try:
        _ask("/health/ready")
    except urllib.error.HTTPError as error:
        return error.read(1000).decode()
    except OSError as error:
        try:
            _ask("/health/live")
        except OSError:
            raise Stuck("the web process does not answer") from error
        return str(error)
    return None


def _ask(path: str) -> None:
    # With HTTPS=on, plain HTTP is only answered with a redirect.
    request = urllib.request.Request(
        f"http://127.0.0.1:8000{path}", headers={"X-Forwarded-Proto": "https"}
    )
    urllib.request.urlopen(request, timeout=4).close()


def worker() -> str | None:
    """This container's worker asks Redis for work all the time, also when busy.

    Dramatiq's own heartbeats would not do: they have no host in them, and whoever
    enqueues a message leaves one too.
    """
    try:
        with redis.Redis.from_url(os.environ["REDIS_URL"], socket_timeout=5) as client:
            own = str(client.client_id())
            clients = client.client_list()
    except redis.RedisError as error:
        return str(error)
    host = next(_host(each) for each in clients if each["id"] == own)
    idle_s = [
        int(each["idle"])
        for each in clients
        if _host(each) == host and each["id"] != own
    ]
    if min(idle_s, default=WORKER_SILENT_S) < WORKER_SILENT_S:
        return None
    raise Stuck("the worker does not ask Redis for work")


def sweeper() -> str | None:
    """This container's sweeper beats: project/heartbeats.py."""
    key = f"project:heartbeat:sweeper:{socket.gethostname()}"
    try:
        with redis.Redis.from_url(os.environ["REDIS_URL"], socket_timeout=5) as client:
            if client.exists(key):
                return None
    except redis.RedisError as error:
        return str(error)
    raise Stuck("the sweeper does not beat")


def _host(client: dict[str, str]) -> str:
    return client["addr"].rpartition(":")[0]


def check(part: str) -> str | None:
    """Return what fails, if anything; kill a program that has been stuck for long."""
    try:
        failing = {"web": web, "worker": worker, "sweeper": sweeper}[part]()
    except Stuck as error:
        failures = _failures() + 1
        FAILURES.write_text(str(failures))
        if failures >= RESTART_AFTER:
            # First it may end what it has in work; if it does not, it is killed.
            _signal(signal.SIGKILL if failures > RESTART_AFTER else signal.SIGTERM)
        return str(error)
    FAILURES.unlink(missing_ok=True)
    return failing


def _failures() -> int:
    with suppress(FileNotFoundError, ValueError):
        return int(FAILURES.read_text())
    return 0


def _signal(number: int) -> None:
    """Signal the program, which is the child of `init`; that ends with it."""
    for child in Path("/proc/1/task/1/children").read_text().split():
        if int(child) != os.getpid():
            with suppress(ProcessLookupError):
                os.kill(int(child), number)


if __name__ == "__main__":
    sys.exit(check(sys.argv[1]))
