"""An account: who holds it, when it falls quiet, what was done, and the box to log more."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts_app.models import Account
from core.days import day_of
from core.pages import SignedInRequest, posts, status_of
from workspace.account_page import AccountPage, account_page, accounts_for, timeline
from workspace.forms import LogForm, TimelineFilter
from workspace.views.quick_log import is_logged, remember


@require_safe
@login_required
def account(request: SignedInRequest, pk: int) -> HttpResponse:
    """The page of one account."""
    found = get_object_or_404(accounts_for(request.user), pk=pk)
    everybody = request.GET.get("people") == "all"
    at = timezone.now()
    page = account_page(found, request.user, at=at, everybody=everybody)
    answer = _render(request, page, _form(page, at=at))
    if page.may.log:
        remember(request, answer, found)
    return answer


@posts("account")
def log(request: SignedInRequest, pk: int) -> HttpResponse:
    """Writes an activity down, and comes back to the account."""
    found = get_object_or_404(accounts_for(request.user), pk=pk)
    at = timezone.now()
    page = account_page(found, request.user, at=at)
    form = _form(page, request.POST, at=at)
    if is_logged(request, found, form, at=at):
        return redirect("account", pk)
    return _render(request, page, form)


def _form(page: AccountPage, *sent: QueryDict, at: dt.datetime) -> LogForm:
    return LogForm(*sent, contacts=page.map.reachable, on=day_of(at), may_plan=page.may.write)


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
