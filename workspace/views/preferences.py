"""What people choose for themselves."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from core import preferences
from core.pages import SignedInRequest, back


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def theme(request: SignedInRequest) -> HttpResponse:
    """Light, dark or as the device says; back to the page that was shown."""
    if request.method == "POST":
        preferences.choose_theme(request.user, theme=request.POST.get("theme", ""))
    return redirect(back(request, otherwise=reverse("home")))
