"""Health pages: whether the process is alive, and whether it can do its work."""

from collections.abc import Callable
from functools import wraps

import redis
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from project import heartbeats
from project.lib.api.unknown_input import unknown_parameter
from project.lib.background import due
from project.lib.redis.clients import make_client

# Probes wait a few seconds at most.
TIMEOUT_S = 2

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
    """Answer 200, or 503 naming what fails: database, redis, workers, sweeper.

    `lag_s`: for each kind of due work, the seconds that the most overdue row waits.
    """
    lags_s = _lags_s()
    failing = [] if lags_s is not None else ["database"]
    failing += _failing_in_redis()
    if failing:
        return JsonResponse(
            {"status": "failing", "failing": failing, "lag_s": lags_s}, status=503
        )
    return JsonResponse({"status": "ok", "lag_s": lags_s})


def _lags_s() -> dict[str, float] | None:
    """Return the lag of each kind of work, or None if the database does not answer."""
    try:
        return {name: round(due.lag_s(work), 1) for name, work in due.KINDS.items()}
    except DatabaseError:
        return None


def _failing_in_redis() -> list[str]:
    """Return the parts that fail; without Redis the state of workers is unknown."""
    parts = [heartbeats.WORKERS, heartbeats.SWEEPER]
    try:
        with make_client(settings.REDIS_URL, TIMEOUT_S) as client:
            beats = client.mget([heartbeats.key(part) for part in parts])
    except redis.RedisError:
        return ["redis"]
    return [part for part, beat in zip(parts, beats, strict=True) if beat is None]
