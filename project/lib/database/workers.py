"""Dramatiq's workers under the bounds of tasks."""

import dramatiq
from django.conf import settings

from project.lib.database.deadlines import bound_this_process


class BoundedWaits(dramatiq.Middleware):
    """Middleware that bounds a worker process's waits for PostgreSQL."""

    def after_process_boot(self, broker: dramatiq.Broker) -> None:
        bound_this_process(settings.TASK_STATEMENT_TIMEOUT_MS)
