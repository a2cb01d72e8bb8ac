"""When a session was last used, for the list of one's own sessions."""

import datetime as dt
from collections.abc import Callable

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

SEEN_AT = "seen_at"
NOTED_ANEW_AFTER = dt.timedelta(minutes=10)


class LastSeen:
    """Notes it every ``NOTED_ANEW_AFTER``: not a write for each page. The session itself knows
    when that was, so that no page asks the database for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            _note(request, timezone.now())
        return self.get_response(request)


def _note(request: HttpRequest, at: dt.datetime) -> None:
    seen = request.session.get(SEEN_AT)
    if seen is None or at - dt.datetime.fromisoformat(seen) < NOTED_ANEW_AFTER:
        return
    if request.user.is_authenticated:
        request.session[SEEN_AT] = at.isoformat()
        UserSession.objects.filter(session_key=request.session.session_key).update(
            last_seen_at=at, ip=get_adapter().get_client_ip(request)
        )
