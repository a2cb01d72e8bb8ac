"""A page that shows every piece, for those who work on the pages."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.days import today
from core.errors import NotAllowed
from core.pages import SignedInRequest
from core.roles import runs_it
from workspace.styleguide import style_guide


class SampleForm(forms.Form):
    """One field of each kind; it is never sent."""

    line = forms.CharField(label="A line", help_text="What is meant by it.")
    text = forms.CharField(label="A text", widget=forms.Textarea(attrs={"rows": 3}))
    one = forms.ChoiceField(label="One of few", choices=[("a", "This"), ("b", "That")])
    tap = forms.ChoiceField(
        label="A tap", choices=[("a", "Call"), ("b", "Visit")], widget=forms.RadioSelect
    )
    yes = forms.BooleanField(label="Yes or no")


@require_safe
@login_required
def styleguide(request: SignedInRequest) -> HttpResponse:
    """For administrators: nobody else needs it for their work."""
    if not runs_it(request.user):
        raise NotAllowed("The style guide is for those who run Steward.")
    context = {"guide": style_guide(on=today()), "form": SampleForm()}
    return render(request, "workspace/styleguide.html", context)
