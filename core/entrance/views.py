"""Where allauth's own views need more than a template of ours."""

import logging
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from allauth.account import views as account
from allauth.account.decorators import reauthentication_required
from allauth.mfa.webauthn.internal.auth import begin_registration
from allauth.mfa.webauthn.views import AddWebAuthnView
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe
from requests import RequestException

from core.pages import SignedInRequest

logger = logging.getLogger(__name__)
View = Callable[..., HttpResponse]
page = require_http_methods(["GET", "HEAD", "POST"])


def together(view: View) -> View:
    """What a form changes and the event that says so are kept together or not at all."""

    @page
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with transaction.atomic():
            return view(request, *args, **kwargs)

    return answer


def confirmed(view: View) -> View:
    """Whoever sends the form has shown in the last minutes that it is them; else they do so first,
    and what they sent is done then."""
    wrapped: View = reauthentication_required(view, allow_get=True, app="allauth.mfa")
    return wrapped


def elsewhere(view: View) -> View:
    """A provider that is down or talks nonsense is told on a page, and in the log in full."""

    @require_safe
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (RequestException, LookupError, TypeError, ValueError, AttributeError):
            logger.exception("The other sign-in did not answer as it should.")
            name = "socialaccount/authentication_error.html"
            return render(request, name, status=HTTPStatus.SERVICE_UNAVAILABLE)

    return answer


@page
@login_required
def password(request: SignedInRequest) -> HttpResponse:
    """Whoever has none yet has a link sent, as whoever forgot theirs."""
    if not request.user.has_usable_password():
        return redirect("account_reset_password")
    answer: HttpResponse = together(account.password_change)(request)
    return answer


@page
@login_required
def sessions(request: SignedInRequest) -> HttpResponse:
    """Where one is signed in; each can be ended, or all but this one."""
    mine = sorted(
        UserSession.objects.purge_and_list(request.user),
        key=lambda session: session.last_seen_at,
        reverse=True,
    )
    if request.method == "POST":
        return _end(request, mine)
    return render(request, "usersessions/usersession_list.html", {"sessions": mine})


def _end(request: SignedInRequest, mine: list[UserSession]) -> HttpResponse:
    wanted = request.POST.get("end", "")
    ended = [
        session
        for session in mine
        if not session.is_current() and wanted in ("others", str(session.pk))
    ]
    for session in ended:
        session.end()
    if ended:
        messages.success(request, f"Ended: {len(ended)}. Whoever was there has to sign in again.")
    return redirect("usersessions_list")


class AddPasskey(AddWebAuthnView):
    """Asks the device for one that it can sign in with by itself."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        # After allauth's own, because the last challenge is the one that counts.
        options = begin_registration(self.request.user, passwordless=True)
        return {**context, "js_data": {"creation_options": options}}
