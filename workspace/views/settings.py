"""A person's own settings: their name, how things look to them, and their programs' tokens."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core import people, preferences, tokens
from core.entrance.views import confirmed
from core.models import ApiToken, User
from core.pages import SignedInRequest, posts, refusals_on, status_of
from workspace.settings_forms import AboutMe, TokenForm


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def settings(request: SignedInRequest) -> HttpResponse:
    """What they are called and where they are; the rest leads on to pages of its own."""
    # A row of its own: what is refused must not show in the frame around the form.
    me = User.objects.get(pk=request.user.pk)
    form = AboutMe(request.POST or None, instance=me)
    if request.method == "POST" and form.is_valid() and _kept(form, me.pk):
        messages.success(request, "Kept.")
        return redirect("settings")
    return render(request, "workspace/settings.html", {"form": form}, status=status_of(form))


def _kept(form: AboutMe, pk: int) -> bool:
    me, facts = User.objects.get(pk=pk), form.cleaned_data
    with refusals_on(form), transaction.atomic():
        people.rename(
            me,
            first_name=facts["first_name"],
            last_name=facts["last_name"],
            by=me,
            at=timezone.now(),
        )
        preferences.choose_time_zone(me, time_zone=facts["time_zone"])
    return not form.errors


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@confirmed
def own_tokens(request: SignedInRequest) -> HttpResponse:
    """One's own tokens. The text of a new one stands on the answer, and nowhere else ever."""
    form, text = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            text = _issued(request.user, form)
            form = TokenForm()
    mine = ApiToken.objects.filter(user=request.user).select_related("issued_by")
    context = {"form": form, "text": text, "tokens": mine, "now": timezone.now()}
    return render(request, "workspace/tokens.html", context, status=status_of(form))


def _issued(user: User, form: TokenForm) -> str:
    facts = form.cleaned_data
    _, text = tokens.issue(
        user,
        name=facts["name"],
        scopes=form.scopes(),
        by=user,
        at=timezone.now(),
        lasts_days=int(facts["lasts"]),
    )
    return text


@posts("tokens", keeps_pk=False)
def revoke_token(request: SignedInRequest, pk: int) -> HttpResponse:
    """Somebody else's is not there, even to those who could revoke it elsewhere."""
    token = get_object_or_404(ApiToken, pk=pk, user=request.user)
    tokens.revoke(token, by=request.user, at=timezone.now())
    messages.success(request, f"{token.name} opens nothing any more.")
    return redirect("tokens")
