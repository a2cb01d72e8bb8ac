"""The page after the sign-in."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.days import today
from core.pages import SignedInRequest
from workspace.held import held_accounts


@require_safe
@login_required
def home(request: SignedInRequest) -> HttpResponse:
    """What the signed-in person holds, the quietest first."""
    held = held_accounts(request.user, on=today())
    return render(request, "workspace/home.html", {"held": held})
