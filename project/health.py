"""Health pages: is the process alive, and can it do its work?"""

import redis
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from project import heartbeats
from project.lib import due


@csrf_exempt
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@csrf_exempt
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200, or 503 that names what fails: database, redis, workers, sweeper.

    `lag_s`: by kind of due work, for how many seconds the most overdue row waits.
    """
    lags_s = _lags_s()
    parts = {
        "database": lags_s is not None,
        "redis": _redis_answers(),
        "workers": _beats(heartbeats.WORKERS),
        "sweeper": _beats(heartbeats.SWEEPER),
    }
    failing = [name for name, works in parts.items() if not works]
    if failing:
        return JsonResponse(
            {"status": "failing", "failing": failing, "lag_s": lags_s}, status=503
        )
    return JsonResponse({"status": "ok", "lag_s": lags_s})


def _lags_s() -> dict[str, float] | None:
    """None when the database does not answer."""
    try:
        return {name: round(due.lag_s(work), 1) for name, work in due.KINDS.items()}
    except DatabaseError:
        return None


def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2
    )


def _redis_answers() -> bool:
    try:
        return bool(_client().ping())
    except redis.RedisError:
        return False


def _beats(part: str) -> bool:
    try:
        return bool(_client().exists(heartbeats.key(part)))
    except redis.RedisError:
        return False
