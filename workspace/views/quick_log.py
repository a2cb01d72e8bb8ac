"""The quick log: from everywhere, in three taps and a line."""

import datetime as dt
from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts_app.authority import may_write
from accounts_app.dormancy import rule_in_force
from accounts_app.models import Account
from core.days import day_of, today
from core.errors import NotAllowed
from core.pages import SignedInRequest, back, refusals_on, status_of
from core.roles import works_on_accounts
from core.spoken_days import NotADay, read_day
from pipeline import quick_log as verbs
from pipeline.activities import check_may_log
from workspace.account_page import accounts_for
from workspace.buying_map import buying_map
from workspace.clock_words import what_it_changed
from workspace.forms import LogForm
from workspace.log_page import MOST, Suggestion, chosen, found_by, suggestions

SEEN = "seen"
REMEMBERED = dt.timedelta(days=30)
LONGEST_ID = 18


@require_safe
@login_required
def quick_log(request: SignedInRequest) -> HttpResponse:
    """Whom to log with, and the form for the likeliest: the one named, else the first offered."""
    if not works_on_accounts(request.user):
        raise NotAllowed("Logging is for those who work on accounts.")
    at = timezone.now()
    offered = _offered(request, on=day_of(at))
    account = chosen(request.user, _likeliest(request, offered), at=at)
    form = _form(account, request, at=at) if account else None
    return _render(request, account, form, offered)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def quick_log_on(request: SignedInRequest, pk: int) -> HttpResponse:
    """The form for this account, and what it takes in; then back to where one came from."""
    account = get_object_or_404(accounts_for(request.user), pk=pk)
    at = timezone.now()
    check_may_log(request.user, account, at=at)
    sent = [request.POST] if request.method == "POST" else []
    form = _form(account, request, *sent, at=at)
    if sent and is_logged(request, account, form, at=at):
        return _onwards(request, back(request, otherwise=reverse("account", args=[pk])))
    return _render(request, account, form, _offered(request, on=day_of(at)))


@require_safe
@login_required
def spoken_day(request: SignedInRequest) -> HttpResponse:
    """What the words of ``next_due`` are understood as, while they are being typed."""
    words = request.GET.get("next_due", "")
    context: dict[str, object] = {}
    try:
        context["day"] = read_day(words, on=today()) if words.strip() else None
    except NotADay as said:
        context["sentence"] = str(said)
    return render(request, "workspace/spoken_day.html", context)


def remember(request: SignedInRequest, answer: HttpResponse, account: Account) -> None:
    """The accounts last looked at, the latest first. In a cookie of this device, signed for this
    person: in the session it would make every look at an account a write."""
    seen = [account.pk, *(pk for pk in _seen(request) if pk != account.pk)][:MOST]
    answer.set_signed_cookie(
        SEEN,
        ".".join(str(pk) for pk in seen),
        salt=_salt(request),
        max_age=REMEMBERED,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def _seen(request: SignedInRequest) -> list[int]:
    kept = request.get_signed_cookie(SEEN, default="", salt=_salt(request))
    return [int(pk) for pk in kept.split(".")] if kept else []


def _salt(request: SignedInRequest) -> str:
    return f"accounts seen by {request.user.pk}"


def is_logged(
    request: SignedInRequest, account: Account, form: LogForm, *, at: dt.datetime
) -> bool:
    """Keeps what the form says, and says at once what that changed, with a way back."""
    if form.is_valid():
        with refusals_on(form):
            logged = verbs.log(account, by=request.user, at=at, **form.facts())
            undo = reverse("activity_undo", args=[logged.activity.pk])
            messages.success(request, _told(logged, at=at), extra_tags=undo)
            return True
    return False


def _told(logged: verbs.Logged, *, at: dt.datetime) -> str:
    activity, step = logged.activity, logged.step
    if not logged.is_new:
        return f"It was logged with {activity.account} already, and is there once."
    clock = what_it_changed(activity, logged.before, logged.after, rule_in_force(), at=at)
    then = f" Next: {step.what}, by {date_format(step.due_on, 'l j F Y')}." if step else ""
    return f"Logged with {activity.account}. {clock}{then}"


def _offered(request: SignedInRequest, *, on: dt.date) -> list[Suggestion]:
    words = request.GET.get("q", "").strip()
    if words:
        return found_by(request.user, words)
    return suggestions(request.user, seen=_seen(request), on=on)


def _likeliest(request: SignedInRequest, offered: list[Suggestion]) -> int:
    """The account that the link names, from its own page; else the first likely one, or 0."""
    named = request.GET.get("account", "")
    if named.isdecimal() and int(named[:LONGEST_ID]):
        return int(named[:LONGEST_ID])
    return next((each.account.pk for each in offered if each.is_likely), 0)


def _form(account: Account, request: SignedInRequest, *sent: QueryDict, at: dt.datetime) -> LogForm:
    contacts = buying_map(account).reachable
    may_plan = may_write(request.user, account, at=at)
    return LogForm(*sent, contacts=contacts, on=day_of(at), may_plan=may_plan, auto_id="quick_%s")


def _render(
    request: SignedInRequest,
    account: Account | None,
    form: LogForm | None,
    offered: list[Suggestion],
) -> HttpResponse:
    context = {
        "chosen": account,
        "log_form": form,
        "offered": offered,
        "words": request.GET.get("q", "").strip(),
        "back": back(request, otherwise=""),
        "in_dialog": _asked_by_htmx(request),
    }
    status = status_of(form) if form else HTTPStatus.OK
    return render(request, "workspace/quick_log.html", context, status=status)


def _onwards(request: SignedInRequest, to: str) -> HttpResponse:
    """Away from the dialog: htmx would put the page that it is led to into it."""
    if _asked_by_htmx(request):
        return HttpResponseClientRedirect(to)
    return redirect(to)


def _asked_by_htmx(request: SignedInRequest) -> bool:
    return "HX-Request" in request.headers
