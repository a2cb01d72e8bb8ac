"""My handoffs, and one of them."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.pages import SignedInRequest
from handoffs.models import Handoff
from workspace.handoff_page import handoff_page, my_handoffs


@require_safe
@login_required
def handoffs(request: SignedInRequest) -> HttpResponse:
    """Whose turn it is, and by when."""
    shown = my_handoffs(request.user, cursor=request.GET.get("after", ""))
    return render(request, "workspace/handoffs.html", {"list": shown})


@require_safe
@login_required
def handoff(request: SignedInRequest, pk: int) -> HttpResponse:
    """Where it stands, the brief, and what it may earn."""
    known = Handoff.objects.visible_to(request.user).select_related(
        "account__owner", "outgoing", "incoming", "brief", "entry"
    )
    found = get_object_or_404(known, pk=pk)
    page = handoff_page(found, request.user, at=timezone.now())
    return render(request, "workspace/handoff.html", {"page": page, "handoff": found})
