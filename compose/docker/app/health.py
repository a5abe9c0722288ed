"""Health checks from inside a container: `health.py web`, `worker` or `sweeper`."""

import os
import socket
import sys
import urllib.error
import urllib.request

import redis

WORKER_SILENT_S = 30


def web() -> str | None:
    # With HTTPS=on, plain HTTP is only answered with a redirect.
    request = urllib.request.Request(
        "http://127.0.0.1:8000/health/ready", headers={"X-Forwarded-Proto": "https"}
    )
    try:
        urllib.request.urlopen(request, timeout=5).close()
    except urllib.error.HTTPError as error:
        return error.read(1000).decode()
    except OSError as error:
        return str(error)
    return None


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
    return "the worker does not ask Redis for work"


def sweeper() -> str | None:
    """This container's sweeper beats: project/heartbeats.py."""
    key = f"project:heartbeat:sweeper:{socket.gethostname()}"
    try:
        with redis.Redis.from_url(os.environ["REDIS_URL"], socket_timeout=5) as client:
            return None if client.exists(key) else "the sweeper does not beat"
    except redis.RedisError as error:
        return str(error)


def _host(client: dict[str, str]) -> str:
    return client["addr"].rpartition(":")[0]


if __name__ == "__main__":
    sys.exit({"web": web, "worker": worker, "sweeper": sweeper}[sys.argv[1]]())
