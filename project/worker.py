"""How the readiness page knows that a worker lives.

Dramatiq's own heartbeats do not tell: a web process that only enqueues beats too.
"""

import threading
from contextlib import suppress

import dramatiq
import redis
from django.conf import settings

KEY = "project:worker-heartbeat"
INTERVAL_S = 5
LIFETIME_S = 20


class Heartbeat(dramatiq.Middleware):
    """Says in Redis, every INTERVAL_S, that this worker process is there."""

    def after_worker_boot(
        self, broker: dramatiq.Broker, worker: dramatiq.Worker
    ) -> None:
        self.stopping = threading.Event()
        threading.Thread(target=self._beat, name="heartbeat", daemon=True).start()

    def before_worker_shutdown(
        self, broker: dramatiq.Broker, worker: dramatiq.Worker
    ) -> None:
        self.stopping.set()

    def _beat(self) -> None:
        client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=INTERVAL_S)
        while True:
            with suppress(redis.RedisError):  # the next beat finds it again
                client.set(KEY, "1", ex=LIFETIME_S)
            if self.stopping.wait(INTERVAL_S):
                return
