"""The rule in plain words, and its versions."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts_app.models import DormancyPolicy
from accounts_app.policies import in_words
from core.pages import SignedInRequest


@require_safe
@login_required
def policy(request: SignedInRequest) -> HttpResponse:
    """The policy in force, and every version with who adopted it."""
    versions = list(
        DormancyPolicy.objects.select_related("application", "adopted_by", "proposed_by").order_by(
            "-version"
        )
    )
    applied = [each for each in versions if hasattr(each, "application")]
    in_force = max(applied, key=lambda each: each.application.pk, default=None)
    context = {
        "in_force": in_force,
        "versions": [(each, in_words(each)) for each in versions],
    }
    return render(request, "accounts_app/policy.html", context)
