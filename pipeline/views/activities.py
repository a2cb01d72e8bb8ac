"""One activity, and taking it back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts_app.models import Account
from core.errors import NotAllowed, Refused
from core.pages import SignedInRequest, back, posts, refusals_on, status_of
from pipeline import activities, quick_log
from pipeline.forms import ReasonForm
from pipeline.models import Activity


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def activity(request: SignedInRequest, pk: int) -> HttpResponse:
    """What was logged; whoever may void it does so here, with a reason."""
    found = _known(request, pk)
    at = timezone.now()
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            activities.void(found, reason=form.cleaned_data["reason"], by=request.user, at=at)
            messages.success(request, "It is voided, and stays readable with your reason.")
            return redirect("account", found.account_id)
    may_void = found.voided_at is None and activities.may_void(request.user, found, at=at)
    context = {"activity": found, "form": form, "may_void": may_void}
    return render(request, "pipeline/activity.html", context, status=status_of(form))


@posts("activity")
def undo(request: SignedInRequest, pk: int) -> HttpResponse:
    """Within a minute of logging it; afterwards its page says how to void it."""
    found = _known(request, pk)
    try:
        quick_log.undo(found, by=request.user, at=timezone.now())
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("activity", pk)
    messages.success(request, f"Undone: nothing is logged with {found.account}.")
    return redirect(back(request, otherwise=reverse("account", args=[found.account_id])))


def _known(request: SignedInRequest, pk: int) -> Activity:
    visible = Account.objects.visible_to(request.user)
    known = Activity.objects.select_related(
        "account__owner", "logged_by", "voided_by", "opportunity"
    )
    return get_object_or_404(known.filter(account__in=visible), pk=pk)
