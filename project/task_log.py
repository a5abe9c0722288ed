"""The log of tasks that workers have run, in django-dramatiq's table.

Only workers write it. A message that is only sent gets no row, because the sending
request would have to wait for it; another row already says that the work is due
(project/lib/background/due.py).
"""

import traceback
from datetime import timedelta
from typing import Any

import dramatiq
from django.apps import apps
from django.db.models.functions import Now
from django_dramatiq.middleware import AdminMiddleware

from project.lib.background.chores import Chore

KEPT_FOR = timedelta(days=7)
FRAMES_MAX = 30


class TaskLog(AdminMiddleware):
    """Middleware that writes a row before a task runs, and its outcome afterwards.

    The row has the actor's name and the message, whose arguments are ids. For an
    exception it has the class and the lines that raised it, but not the text, which may
    quote an e-mail address. If the row cannot be written, Dramatiq logs that and runs
    the task.
    """

    def after_enqueue(
        self, broker: dramatiq.Broker, message: dramatiq.Message, delay: int | None
    ) -> None:
        """Write nothing, because the sender would wait for it."""

    def after_process_message(
        self,
        broker: dramatiq.Broker,
        message: dramatiq.Message,
        *,
        result: Any = None,
        exception: BaseException | None = None,
        status: str | None = None,
    ) -> None:
        if exception is not None:
            message.options["traceback"] = without_text(exception)
            status = "failed"
        super().after_process_message(broker, message, status=status)


def without_text(exception: BaseException) -> str:
    """Return the lines that raised an exception and its class, without its text."""
    lines = traceback.format_tb(exception.__traceback__, limit=-FRAMES_MAX)
    kind = type(exception)
    return "".join([*lines, f"{kind.__module__}.{kind.__qualname__}"])


def forget_old_tasks() -> None:
    """Delete rows that were last written more than KEPT_FOR ago."""
    tasks = apps.get_model("django_dramatiq", "Task")._default_manager
    tasks.filter(updated_at__lt=Now() - KEPT_FOR).delete()


FORGETTING = Chore("task_log", every_s=3600, do=forget_old_tasks)
