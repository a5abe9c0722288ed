"""Heartbeats, by which the readiness page knows that workers and sweepers run.

Dramatiq's own heartbeats do not tell: a web process that only enqueues beats too.
"""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

import dramatiq
import redis
from django.conf import settings

from project.lib.redis.clients import make_client

INTERVAL_S = 5
LIFETIME_S = 20

WORKERS, SWEEPER = "workers", "sweeper"


def key(part: str, host: str = "") -> str:
    """Return the Redis key of a part's heartbeat, for one host or for any host."""
    return f"project:heartbeat:{part}:{host}"


def beat(
    part: str, stopping: threading.Event, is_well: Callable[[], bool] = lambda: True
) -> None:
    """Write this process's heartbeat every INTERVAL_S, until `stopping` is set."""
    client = make_client(settings.REDIS_URL, INTERVAL_S)
    while True:
        if is_well():
            with suppress(redis.RedisError):  # the next beat tries again
                for name in (key(part), key(part, socket.gethostname())):
                    client.set(name, "1", ex=LIFETIME_S)
        if stopping.wait(INTERVAL_S):
            return


class WorkerHeartbeat(dramatiq.Middleware):
    """Middleware that writes a heartbeat in every Dramatiq worker process."""

    def after_worker_boot(
        self, broker: dramatiq.Broker, worker: dramatiq.Worker
    ) -> None:
        self.stopping = threading.Event()
        threading.Thread(
            target=beat, args=[WORKERS, self.stopping], name="heartbeat", daemon=True
        ).start()

    def before_worker_shutdown(
        self, broker: dramatiq.Broker, worker: dramatiq.Worker
    ) -> None:
        self.stopping.set()
