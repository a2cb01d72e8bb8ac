"""Setting next steps, and settling them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts_app.authority import check_may_write
from accounts_app.models import Account
from core.errors import Refused
from core.pages import SignedInRequest, back, posts, refusals_on, status_of
from pipeline import next_steps
from pipeline.forms import NextStepForm
from pipeline.models import NextStep, StepState

SETTLE = {StepState.DONE.value: next_steps.finish, StepState.DROPPED.value: next_steps.drop}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: SignedInRequest, account_pk: int) -> HttpResponse:
    """What is next on an account, and by when."""
    account = get_object_or_404(Account.objects.visible_to(request.user), pk=account_pk)
    at = timezone.now()
    check_may_write(request.user, account, at=at)
    form = NextStepForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            next_steps.set_step(account, by=request.user, at=at, **form.cleaned_data)
            messages.success(request, "The step is set.")
            return redirect("account", account.pk)
    context = {
        "form": form,
        "account": account,
        "title": f"Next step with {account}",
        "say": "Set it",
    }
    return render(request, "components/form_page.html", context, status=status_of(form))


@posts("home", keeps_pk=False)
def settle(request: SignedInRequest, pk: int) -> HttpResponse:
    """Done, or dropped."""
    visible = Account.objects.visible_to(request.user)
    known = NextStep.objects.select_related("account__owner").filter(account__in=visible)
    step = get_object_or_404(known, pk=pk)
    settle_as = SETTLE.get(request.POST.get("state", ""))
    if settle_as is None:
        raise Refused("unknown_state", "A step is done, or it is dropped.")
    settle_as(step, by=request.user, at=timezone.now())
    messages.success(request, f"{step.what}: settled.")
    return redirect(back(request, otherwise=reverse("account", args=[step.account_id])))
