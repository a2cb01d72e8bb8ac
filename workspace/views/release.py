"""Letting go of an account before the clock does."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from core.errors import NotAllowed
from core.pages import SignedInRequest
from handoffs import releases
from workspace.account_page import accounts_for
from workspace.release_page import release_outlook


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def release(request: SignedInRequest, pk: int) -> HttpResponse:
    """First what it may earn and why not; then the step itself."""
    account = get_object_or_404(accounts_for(request.user), pk=pk)
    at = timezone.now()
    if request.method == "POST":
        handoff = releases.release(account, by=request.user, at=at)
        messages.success(request, f"{account} is in the pool. Now write the brief.")
        return redirect("handoff", handoff.pk)
    if account.owner_id is None:
        return redirect("account", pk)
    if not releases.may_release(request.user, account, at=at):
        raise NotAllowed(f"{account} can be let go by its holder or their manager.")
    context = {"account": account, "outlook": release_outlook(account, at=at)}
    return render(request, "workspace/release.html", context)
