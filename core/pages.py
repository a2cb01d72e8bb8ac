"""What every page shares: who asks, what a refusal looks like, and when (domain §1)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from core.errors import NotAllowed, Refused
from core.models import User
from core.zones import zones


class SignedInRequest(HttpRequest):
    """The request of somebody who has signed in, for views behind ``login_required``."""

    user: User


View = Callable[[SignedInRequest, int], HttpResponse]


@contextmanager
def refusals_on(form: BaseForm) -> Iterator[None]:
    """What a verb refuses is said on the form, which keeps what was typed.

    Not to be allowed is not a matter of what was typed: that is left to ``RefusalPages``.
    """
    try:
        yield
    except NotAllowed:
        raise
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
    except ValidationError as error:
        _say(form, error)


def _say(form: BaseForm, error: ValidationError) -> None:
    """On the field that is meant, if the form has it; else above the form."""
    named = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error}
    for name, said in named.items():
        form.add_error(name if name in form.fields else None, said)


def status_of(form: BaseForm) -> int:
    """A form that could not be taken is answered with 422, one to fill in with 200."""
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


def posts(back: str, *, keeps_pk: bool = True) -> Callable[[View], View]:
    """For a view that only takes a form. Whoever comes by its address, as after signing in again,
    is led to the page ``back`` (of the same id) that the form stands on."""

    def decorate(view: View) -> View:
        @require_http_methods(["GET", "HEAD", "POST"])
        @login_required
        @wraps(view)
        def answer(request: SignedInRequest, pk: int) -> HttpResponse:
            if request.method != "POST":
                return redirect(back, pk) if keeps_pk else redirect(back)
            return view(request, pk)

        return answer

    return decorate


def back(request: HttpRequest, *, otherwise: str) -> str:
    """The page of our own that the form or the link said it stood on, or ``otherwise``."""
    shown = request.POST.get("back", "") or request.GET.get("back", "")
    ours = url_has_allowed_host_and_scheme(shown, allowed_hosts=None)
    return shown if ours and shown.startswith("/") else otherwise


class RefusalPages:
    """A refusal that no view put on its page becomes a page of its own, with its sentence."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, NotAllowed):
            context = {"sentence": error.sentence}
            return render(request, "403.html", context, status=HTTPStatus.FORBIDDEN)
        if isinstance(error, Refused):
            context = {"sentence": error.sentence}
            return render(request, "refused.html", context, status=HTTPStatus.CONFLICT)
        return None


class OwnTimeZone:
    """Times of day are shown, and typed, in the zone that the person has chosen. Not to programs:
    they are told instants in the organisation's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(_zone_of(request)):
            return self.get_response(request)


def _zone_of(request: HttpRequest) -> str | None:
    is_page = not request.path.startswith("/api/")
    if is_page and settings.SESSION_COOKIE_NAME in request.COOKIES:
        user = request.user
        if user.is_authenticated and user.time_zone in zones():
            return user.time_zone
    return None
