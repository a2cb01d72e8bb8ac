"""The page after the sign-in."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.pages import SignedInRequest
from workspace.today_page import today_page


@require_safe
@login_required
def home(request: SignedInRequest) -> HttpResponse:
    """What to do now, what falls quiet, and what is new."""
    page = today_page(request.user, at=timezone.now())
    return render(request, "workspace/home.html", {"page": page})
