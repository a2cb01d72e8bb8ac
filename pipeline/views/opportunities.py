"""Opening an opportunity, changing and moving it, winning or losing it."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts_app.authority import check_may_write, may_write
from accounts_app.models import Account
from core.pages import SignedInRequest, posts, refusals_on, status_of
from pipeline import opportunities
from pipeline.forms import LoseForm, MoveForm, NewOpportunityForm, OpportunityForm, WinForm
from pipeline.models import Opportunity, Stage, StageKind


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: SignedInRequest, account_pk: int) -> HttpResponse:
    """A new card on the board."""
    account = get_object_or_404(Account.objects.visible_to(request.user), pk=account_pk)
    at = timezone.now()
    check_may_write(request.user, account, at=at)
    form = NewOpportunityForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            card = opportunities.open_card(account, by=request.user, at=at, **form.facts())
            messages.success(request, f"{card} is open.")
            return redirect("account", account.pk)
    context = {
        "form": form,
        "account": account,
        "title": f"New opportunity with {account}",
        "say": "Open it",
    }
    return render(request, "components/form_page.html", context, status=status_of(form))


@require_safe
@login_required
def opportunity(request: SignedInRequest, pk: int) -> HttpResponse:
    """One opportunity: where it stands, how it got there, and what may be done."""
    return _render(request, _card(request, pk), at=timezone.now())


@posts("opportunity")
def change(request: SignedInRequest, pk: int) -> HttpResponse:
    """Its name, amount and expected day."""
    card, at, form = _card(request, pk), timezone.now(), OpportunityForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            opportunities.change(card, by=request.user, at=at, **form.facts())
            messages.success(request, "The change is kept.")
            return redirect("opportunity", pk)
    return _render(request, _card(request, pk), at=at, change_form=form)


@posts("opportunity")
def move(request: SignedInRequest, pk: int) -> HttpResponse:
    """To another open stage."""
    card, at, form = _card(request, pk), timezone.now(), MoveForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            moved = opportunities.move(card, to=form.cleaned_data["stage"], by=request.user, at=at)
            messages.success(request, f"Now in {moved.stage}.")
            return redirect("opportunity", pk)
    return _render(request, card, at=at, move_form=form)


@posts("opportunity")
def win(request: SignedInRequest, pk: int) -> HttpResponse:
    """Won: the amount is kept on the card, and its sale is booked today. Both or neither."""
    card, at, form = _card(request, pk), timezone.now(), WinForm(request.POST)
    if form.is_valid():
        with refusals_on(form), transaction.atomic():
            opportunities.change(card, by=request.user, at=at, **form.cleaned_data)
            opportunities.move(card, to=Stage.objects.won(), by=request.user, at=at)
            messages.success(request, f"{card} is won, and its sale is booked.")
            return redirect("account", card.account_id)
    return _render(request, _card(request, pk), at=at, win_form=form)


@posts("opportunity")
def lose(request: SignedInRequest, pk: int) -> HttpResponse:
    """Lost, with the reason."""
    card, at, form = _card(request, pk), timezone.now(), LoseForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            opportunities.move(
                card, to=Stage.objects.lost(), by=request.user, at=at, **form.cleaned_data
            )
            messages.success(request, f"{card} is closed as lost.")
            return redirect("account", card.account_id)
    return _render(request, card, at=at, lose_form=form)


def _card(request: SignedInRequest, pk: int) -> Opportunity:
    known = Opportunity.objects.select_related("account__owner", "stage", "closed_holder")
    visible = Account.objects.visible_to(request.user)
    return get_object_or_404(known.filter(account__in=visible), pk=pk)


def _render(
    request: SignedInRequest, card: Opportunity, *, at: dt.datetime, **tried: BaseForm
) -> HttpResponse:
    is_open = card.closed_on is None
    as_it_is: dict[str, Any] = {
        name: getattr(card, name) for name in ("name", "amount", "currency", "expected_close_on")
    }
    forms: dict[str, BaseForm] = {
        "change_form": OpportunityForm(initial=as_it_is),
        "win_form": WinForm(initial=as_it_is, auto_id="win_%s"),
        "lose_form": LoseForm(auto_id="lose_%s"),
        "move_form": MoveForm(),
        **tried,
    }
    context = {
        "card": card,
        "account": card.account,
        "may_write": is_open and may_write(request.user, card.account, at=at),
        "stages": Stage.objects.filter(kind=StageKind.OPEN),
        "tried": list(tried.values()),
        "steps": card.stage_changes.select_related("from_stage", "to_stage", "moved_by"),
        **forms,
    }
    status = max((status_of(form) for form in tried.values()), default=200)
    return render(request, "pipeline/opportunity.html", context, status=status)
