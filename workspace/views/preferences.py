"""What people choose for themselves."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from core import preferences
from core.pages import SignedInRequest


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def theme(request: SignedInRequest) -> HttpResponse:
    """Light, dark or as the device says; back to the page that was shown."""
    if request.method == "POST":
        preferences.choose_theme(request.user, theme=request.POST.get("theme", ""))
    return redirect(_back(request))


def _back(request: SignedInRequest) -> str:
    """An address of our own, or Today."""
    back = request.POST.get("back", "")
    ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if ours and back.startswith("/") else "home"
