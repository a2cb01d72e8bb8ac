"""The pool."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.pages import SignedInRequest
from workspace.pool_page import pool_page


@require_safe
@login_required
def pool(request: SignedInRequest) -> HttpResponse:
    """Accounts that nobody holds, the newest first."""
    shown = pool_page(request.user, at=timezone.now(), cursor=request.GET.get("after", ""))
    return render(request, "workspace/pool.html", {"pool": shown})
