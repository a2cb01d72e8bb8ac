"""The same key and body, the same answer: what was asked twice is done once.

The key is claimed by an insert in the transaction that does the work. A second request with it
waits for the first to commit and then finds its answer; if that takes too long, it is told so.
A fault of ours (5xx) takes the claim back with the work, so that asking again can help.
"""

import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable

from django.db import OperationalError, transaction
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import problems
from core.api.problems import Problem
from core.locking import bound_the_wait
from core.models import IdempotencyRecord, User

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
USABLE = re.compile(r"[\x21-\x7e]{1,200}")


def key_of(request: Request) -> str | None:
    """The key, or None. A key is 1 to 200 printable ASCII characters."""
    key = request.headers.get(HEADER)
    if key is not None and not USABLE.fullmatch(key):
        raise Problem(
            400, "bad_idempotency_key", f"{HEADER} is 1 to 200 printable characters without blanks."
        )
    return key


def once(
    request: Request, *, key: str, by: User, at: dt.datetime, work: Callable[[], Response]
) -> Response:
    """The answer of ``work``, or of the request that had this key first."""
    try:
        return _once(request, key=key, by=by, at=at, work=work)
    except OperationalError as error:
        if problems.is_a_wait(error):
            return problems.busy("in_progress", 409)
        raise


@transaction.atomic
def _once(
    request: Request, *, key: str, by: User, at: dt.datetime, work: Callable[[], Response]
) -> Response:
    bound_the_wait()
    what = f"{request.method} {request.path}"
    body_hash = hashlib.sha256(request._request.body).hexdigest()
    record, is_first = IdempotencyRecord.objects.get_or_create(
        user=by, key=key, defaults={"request": what[:300], "body_hash": body_hash, "created_at": at}
    )
    if not is_first:
        return _again(record, what=what[:300], body_hash=body_hash)
    answer = work()
    record.status = answer.status_code
    record.answer = JSONRenderer().render(answer.data).decode()
    record.save(update_fields=["status", "answer"])
    return answer


def _again(record: IdempotencyRecord, *, what: str, body_hash: str) -> Response:
    if (record.request, record.body_hash) != (what, body_hash):
        raise Problem(
            409,
            "idempotency_key_reused",
            f"This {HEADER} belongs to another request. Take a new one for what is new.",
        )
    if record.status is None:
        return problems.busy("in_progress", 409)
    refused = record.status >= 400
    return Response(
        json.loads(record.answer) if record.answer else None,
        status=record.status,
        headers={REPLAYED: "true"},
        content_type=problems.MEDIA_TYPE if refused else None,
    )
