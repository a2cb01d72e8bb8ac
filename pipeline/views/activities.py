"""One activity, and taking it back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts_app.models import Account
from core.pages import SignedInRequest, refusals_on, status_of
from pipeline import activities
from pipeline.forms import ReasonForm
from pipeline.models import Activity


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def activity(request: SignedInRequest, pk: int) -> HttpResponse:
    """What was logged; whoever may void it does so here, with a reason."""
    visible = Account.objects.visible_to(request.user)
    known = Activity.objects.select_related(
        "account__owner", "logged_by", "voided_by", "opportunity"
    )
    found = get_object_or_404(known.filter(account__in=visible), pk=pk)
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
