"""Search: the field in the top bar, and the page that it leads to."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.pages import SignedInRequest
from workspace.search import search as found_by


@require_safe
@login_required
def search(request: SignedInRequest) -> HttpResponse:
    """Accounts, contacts and opportunities; the field in the bar takes its list from here."""
    words = request.GET.get("q", "").strip()
    context = {"words": words, "found": found_by(request.user, words)}
    return render(request, "workspace/search.html", context)
