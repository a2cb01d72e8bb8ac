"""Two addresses for whatever watches the process: is it alive, can it serve."""

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from redis.exceptions import RedisError


def healthz(_request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(_request: HttpRequest) -> HttpResponse:
    """200 when database and cache answer, else 503 with the name of what does not."""
    missing = [name for name, answers in PARTS.items() if not answers()]
    if missing:
        return HttpResponse(f"no {', no '.join(missing)}\n", status=503, content_type="text/plain")
    return HttpResponse("ready\n", content_type="text/plain")


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _cache_answers() -> bool:
    try:
        cache.get("readyz")
    except (DatabaseError, RedisError):
        return False
    return True


PARTS = {"database": _database_answers, "cache": _cache_answers}
