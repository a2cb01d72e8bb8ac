"""Claiming an account from the pool."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from core.errors import NotAllowed, Refused
from core.pages import SignedInRequest, posts
from handoffs import claims
from handoffs.models import PoolEntry


@posts("pool", keeps_pk=False)
def claim(request: SignedInRequest, pk: int) -> HttpResponse:
    """First come, first served. Who comes second is told who was first."""
    known = PoolEntry.objects.visible_to(request.user).select_related("account")
    entry = get_object_or_404(known, pk=pk)
    try:
        claims.claim(entry, by=request.user, at=timezone.now())
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("pool")
    messages.success(request, f"{entry.account} is yours to look after. Say hello.")
    return redirect("account", entry.account_id)
