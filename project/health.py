"""Health pages: is the process alive, and can it do its work?"""

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from project import worker


@csrf_exempt
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@csrf_exempt
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200, or 503 that names what fails: database, redis, workers."""
    parts = {
        "database": _database_answers(),
        "redis": _redis_answers(),
        "workers": _workers_live(),
    }
    failing = [name for name, works in parts.items() if not works]
    if failing:
        return JsonResponse({"status": "failing", "failing": failing}, status=503)
    return JsonResponse({"status": "ok"})


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2
    )


def _redis_answers() -> bool:
    try:
        return bool(_client().ping())
    except redis.RedisError:
        return False


def _workers_live() -> bool:
    try:
        return bool(_client().exists(worker.KEY))
    except redis.RedisError:
        return False
