"""Writing a brief, asking for more, and judging it."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from core.errors import NotAllowed, Refused
from core.pages import SignedInRequest, posts, refusals_on, status_of
from handoffs import briefs, prefilling
from handoffs.forms import BriefForm, QuestionForm
from handoffs.models import Brief, BriefVersion, Handoff


def handoff_for(request: SignedInRequest, pk: int) -> Handoff:
    """The handoff, or 404."""
    known = Handoff.objects.visible_to(request.user).select_related(
        "account", "outgoing", "incoming", "brief", "entry"
    )
    return get_object_or_404(known, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def brief(request: SignedInRequest, pk: int) -> HttpResponse:
    """The form of the brief: kept as typed, or handed in."""
    handoff, at = handoff_for(request, pk), timezone.now()
    if not briefs.may_write_brief(request.user, handoff, at=at):
        raise NotAllowed("The outgoing rep writes the brief, or the manager of one who left.")
    form = BriefForm(request.POST or None, initial=_draft(handoff))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            _keep(request, handoff, form, at=at)
            return redirect("handoff", pk)
    context = {"form": form, "handoff": handoff}
    return render(request, "handoffs/brief.html", context, status=status_of(form))


def _keep(request: SignedInRequest, handoff: Handoff, form: BriefForm, *, at: dt.datetime) -> None:
    if "hand_in" in request.POST:
        briefs.hand_in(handoff, by=request.user, at=at, **form.texts())
        messages.success(request, "The brief is handed in.")
    else:
        briefs.save(handoff, by=request.user, at=at, **form.texts())
        messages.success(request, "Kept as typed. It is not handed in yet.")


def _draft(handoff: Handoff) -> dict[str, Any]:
    """What was saved last; before that, what the record says."""
    saved: Brief | None = getattr(handoff, "brief", None)
    if saved is None:
        return {**prefilling.from_record(handoff.account)}
    return {name: getattr(saved, name) for name in BriefForm.base_fields}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def ask(request: SignedInRequest, pk: int) -> HttpResponse:
    """The incoming rep needs to know more."""
    handoff, at = handoff_for(request, pk), timezone.now()
    if not briefs.may_judge_brief(request.user, handoff, at=at):
        raise NotAllowed("The brief is judged by the incoming rep, or settled by their manager.")
    form = QuestionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            question = form.cleaned_data["question"]
            briefs.ask(handoff, question=question, by=request.user, at=at)
            messages.success(request, f"{handoff.outgoing} is asked.")
            return redirect("handoff", pk)
    context = {"form": form, "handoff": handoff}
    return render(request, "handoffs/ask.html", context, status=status_of(form))


@posts("handoff")
def judge(request: SignedInRequest, pk: int) -> HttpResponse:
    """The brief was of use, or it was not."""
    handoff, at = handoff_for(request, pk), timezone.now()
    if "accept" in request.POST:
        briefs.accept(handoff, by=request.user, at=at)
        messages.success(request, "The brief is accepted.")
    elif "reject" in request.POST:
        briefs.reject(handoff, by=request.user, at=at)
        messages.success(request, "The brief is marked as not usable.")
    else:
        raise Refused("unknown_verdict", "A brief is accepted, or it is not usable.")
    return redirect("handoff", pk)


@require_http_methods(["GET", "HEAD"])
@login_required
def version(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """The brief as it was saved once; the politics for those who may read them."""
    handoff, at = handoff_for(request, pk), timezone.now()
    saved = get_object_or_404(
        BriefVersion.objects.select_related("author"), brief__handoff=handoff, number=number
    )
    politics = briefs.may_read_politics(request.user, handoff, at=at)
    context = {"handoff": handoff, "version": saved, "shows_politics": politics}
    return render(request, "handoffs/version.html", context)
