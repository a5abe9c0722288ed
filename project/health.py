"""Health pages: whether the process is alive, and whether it can do its work."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from project import heartbeats
from project.lib.api.unknown_input import unknown_parameter
from project.lib.background import due
from project.lib.errors import RETRY_AFTER_S
from project.lib.media_storage import check_writable
from project.lib.probes import Probe
from project.lib.redis.clients import make_client

logger = logging.getLogger(__name__)

DATABASE, REDIS, MEDIA = "database", "redis", "media"

# A row like those that sign-ins make. A standby refuses it, and so does a full disk.
_DATABASE_WRITE = """
INSERT INTO django_session (session_key, session_data, expire_date)
VALUES (%s, '', now())
"""

View = Callable[[HttpRequest], JsonResponse]


def without_parameters(view: View) -> View:
    """Decorate a view to answer 400 to any query parameter, as the API does."""

    @wraps(view)
    def refusing(request: HttpRequest) -> JsonResponse:
        names = request.GET.keys()
        if errors := {name: [unknown_parameter(name, ())] for name in names}:
            return JsonResponse(errors, status=400)
        response = view(request)
        response.headers["Cache-Control"] = "no-store"
        return response

    return refusing


@csrf_exempt
@require_safe
@without_parameters
def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@csrf_exempt
@require_safe
@without_parameters
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200, or 503 naming what fails.

    The parts are database, redis, media, workers and sweeper. The first three are
    written to, as the service does. `lag_s`: for each kind of due work, the seconds
    that the most overdue row waits.
    """
    for probe in PROBES.values():
        probe.start()
    failing = []
    answers = {}
    for part, probe in PROBES.items():
        try:
            answers[part] = probe.answer()
        except Exception as error:  # whatever the reason, the part fails
            logger.error("%s fails: %s: %s", part, type(error).__name__, error)
            failing.append(part)
    failing += answers.get(REDIS, [])
    lags_s = answers.get(DATABASE)
    if failing:
        return JsonResponse(
            {"status": "failing", "failing": failing, "lag_s": lags_s},
            status=503,
            headers={"Retry-After": str(RETRY_AFTER_S)},
        )
    return JsonResponse({"status": "ok", "lag_s": lags_s})


def _lags_s() -> dict[str, float]:
    """Return the lag of each kind of work, after a write that is rolled back."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_DATABASE_WRITE, [uuid4().hex])
            lags_s = {n: round(due.lag_s(work), 1) for n, work in due.KINDS.items()}
            transaction.set_rollback(True)
        return lags_s
    finally:
        connection.close()  # the thread ends, and nobody else would


def _silent() -> list[str]:
    """Return the parts that do not beat, after a write to Redis."""
    parts = [heartbeats.WORKERS, heartbeats.SWEEPER]
    with make_client(settings.REDIS_URL, settings.READY_TIMEOUT_S) as client:
        client.set("project:health", 1, ex=60)
        beats = client.mget([heartbeats.key(part) for part in parts])
    return [part for part, beat in zip(parts, beats, strict=True) if beat is None]


def make_probes() -> dict[str, Probe[Any]]:
    return {
        DATABASE: Probe(_lags_s),
        REDIS: Probe(_silent),
        MEDIA: Probe(check_writable),
    }


PROBES = make_probes()
