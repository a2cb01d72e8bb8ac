"""An account: who holds it, when it falls quiet, what was done, and the box to log more."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts_app.models import Account
from core.pages import SignedInRequest, posts, refusals_on, status_of
from pipeline import activities
from workspace.account_page import AccountPage, account_page, accounts_for, timeline
from workspace.forms import LogForm, TimelineFilter


@require_safe
@login_required
def account(request: SignedInRequest, pk: int) -> HttpResponse:
    """The page of one account."""
    found = get_object_or_404(accounts_for(request.user), pk=pk)
    everybody = request.GET.get("people") == "all"
    page = account_page(found, request.user, at=timezone.now(), everybody=everybody)
    return _render(request, page, LogForm(contacts=_active(page)))


@posts("account")
def log(request: SignedInRequest, pk: int) -> HttpResponse:
    """Writes an activity down, and comes back to the account."""
    found = get_object_or_404(accounts_for(request.user), pk=pk)
    at = timezone.now()
    page = account_page(found, request.user, at=at)
    form = LogForm(request.POST, contacts=_active(page))
    if form.is_valid():
        with refusals_on(form):
            logged = activities.log(found, by=request.user, at=at, **form.facts())
            messages.success(request, f"Logged: {logged.get_channel_display().lower()}.")
            return redirect("account", pk)
    return _render(request, page, form)


def _active(page: AccountPage) -> list[Any]:
    return [person.contact for person in page.map.people if person.is_there]


def _render(request: SignedInRequest, page: AccountPage, form: LogForm) -> HttpResponse:
    stewards = list({period.holder_id: period.holder for period in page.history}.values())
    chosen = TimelineFilter(request.GET, stewards=stewards)
    context = {
        "page": page,
        "account": page.account,
        "currency": settings.BASE_CURRENCY,
        "log_form": form,
        "filter": chosen,
        "timeline": _timeline(request, page.account, chosen),
    }
    return render(request, "workspace/account.html", context, status=status_of(form))


def _timeline(request: SignedInRequest, found: Account, chosen: TimelineFilter) -> Any:
    return timeline(found, cursor=request.GET.get("after", ""), **chosen.chosen())
