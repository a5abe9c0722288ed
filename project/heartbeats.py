"""How the readiness page knows that workers and sweepers live.

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
    """Where Redis has the beat of a part of the service: of any host, or of one."""
    return f"project:heartbeat:{part}:{host}"


def beat(
    part: str, stopping: threading.Event, is_well: Callable[[], bool] = lambda: True
) -> None:
    """Say in Redis every INTERVAL_S that this process is there, until `stopping`."""
    client = make_client(settings.REDIS_URL, INTERVAL_S)
    while True:
        if is_well():
            with suppress(redis.RedisError):  # the next beat finds it again
                for name in (key(part), key(part, socket.gethostname())):
                    client.set(name, "1", ex=LIFETIME_S)
        if stopping.wait(INTERVAL_S):
            return


class WorkerHeartbeat(dramatiq.Middleware):
    """Lets every Dramatiq worker process beat."""

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
