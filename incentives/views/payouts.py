"""What somebody earned, and why: incentive and commission kept apart."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db.models import Sum
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.days import day_of
from core.keyset import Page, page_of
from core.models import User
from core.money import rounded
from core.pages import SignedInRequest
from incentives.forms import PersonFilter
from incentives.models import Ledger, LedgerEntry

PAGE_SIZE = 50


@dataclass(frozen=True)
class Share:
    """One ledger of one person: what it comes to, and its lines, the newest first."""

    ledger: Ledger
    total: Decimal
    page: Page[LedgerEntry]


@require_safe
@login_required
def payouts(request: SignedInRequest) -> HttpResponse:
    """My lines; those who may read others' choose a person."""
    on = day_of(timezone.now())
    people = list(User.objects.whose_payouts_show_to(request.user, on=on))
    chosen = PersonFilter(request.GET, people=people)
    person = _person(request, chosen, people)
    shares = [_share(ledger, person, request, on=on) for ledger in Ledger]
    context = {
        "filter": chosen if len(people) > 1 else None,
        "person": person,
        "shares": shares,
        "currency": settings.BASE_CURRENCY,
    }
    return render(request, "incentives/payouts.html", context)


def _person(request: SignedInRequest, chosen: PersonFilter, people: list[User]) -> User:
    """Somebody whose payouts do not show is not found, like somebody who is not there."""
    wanted = request.GET.get("person", "")
    if not wanted:
        return request.user
    if not chosen.is_valid():
        raise Http404
    return next(each for each in people if str(each.pk) == wanted)


def _share(ledger: Ledger, person: User, request: SignedInRequest, *, on: dt.date) -> Share:
    rows = LedgerEntry.objects.visible_to(request.user, on=on).filter(
        ledger=ledger, beneficiary=person
    )
    whole = rows.aggregate(total=Sum("amount"))["total"] or Decimal(0)
    page = page_of(
        rows.select_related("sale__account", "handoff"),
        by="-posted_at",
        size=PAGE_SIZE,
        cursor=request.GET.get(f"{ledger}_after", ""),
    )
    return Share(ledger, rounded(whole, settings.BASE_CURRENCY), page)
