"""What this room's pages take in. The bounds are the models', the rules the verbs'."""

from typing import Any

from django import forms
from django.conf import settings

from core import money
from core.inputs import DayField
from pipeline.models import Activity, NextStep, Opportunity, Stage, StageKind

CURRENCIES = [(code, code) for code in sorted(money.MINOR_UNITS)]


def bounded(model: type[Any], name: str, **options: Any) -> forms.CharField:
    """A line of text no longer than the column that keeps it."""
    return forms.CharField(max_length=model._meta.get_field(name).max_length, **options)


def amount(**options: Any) -> forms.DecimalField:
    """A sum that its column can hold."""
    return forms.DecimalField(
        max_digits=16,
        decimal_places=3,
        min_value=0,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
        **options,
    )


class ReasonForm(forms.Form):
    """Why something is taken back."""

    reason = bounded(Activity, "void_reason", label="Why?")


class NextStepForm(forms.Form):
    what = bounded(NextStep, "what")
    due_on = DayField(label="By")


class OpportunityForm(forms.Form):
    """The fields that open_card and change take."""

    name = bounded(Opportunity, "name", label="What is it about?")
    amount = amount(required=False)
    currency = forms.ChoiceField(choices=CURRENCIES, initial=lambda: settings.BASE_CURRENCY)
    expected_close_on = DayField(required=False, label="Expected to close")

    def facts(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class NewOpportunityForm(OpportunityForm):
    stage = forms.ModelChoiceField(
        queryset=Stage.objects.filter(kind=StageKind.OPEN), empty_label=None
    )


class MoveForm(forms.Form):
    """To which open stage."""

    stage = forms.ModelChoiceField(queryset=Stage.objects.filter(kind=StageKind.OPEN))


class WinForm(forms.Form):
    """For how much it was won."""

    amount = amount(label="For how much?")
    currency = forms.ChoiceField(choices=CURRENCIES)


class LoseForm(forms.Form):
    loss_reason = bounded(Opportunity, "loss_reason", label="Why?")
