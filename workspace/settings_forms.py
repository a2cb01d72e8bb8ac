"""What people say about themselves, and what a program of theirs may do."""

from typing import Any

from django import forms
from django.conf import settings

from core.models import User
from core.tokens import RESOURCES
from core.zones import zones

LIFETIMES = [("30", "30 days"), ("90", "90 days"), ("365", "a year")]
MAY = [("read", "Read what I may read"), ("write", "Do what I may do")]


class AboutMe(forms.ModelForm[User]):
    class Meta:
        model = User
        fields = ["first_name", "last_name"]

    time_zone = forms.ChoiceField(
        label="Time zone",
        required=False,
        help_text="For times of day. Days, and so every deadline, are the organisation's.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["time_zone"]
        if isinstance(field, forms.ChoiceField):
            ours = ("", f"As the organisation ({settings.TIME_ZONE})")
            field.choices = [ours, *((name, name.replace("_", " ")) for name in sorted(zones()))]
        self.initial.setdefault("time_zone", self.instance.time_zone)


class TokenForm(forms.Form):
    name = forms.CharField(label="What it is for", max_length=100)
    may = forms.ChoiceField(label="It may", choices=MAY, initial="read", widget=forms.RadioSelect)
    of = forms.MultipleChoiceField(
        label="Only with these, if you name any",
        choices=[(name, name.replace("-", " ")) for name in RESOURCES],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    lasts = forms.ChoiceField(label="It lasts", choices=LIFETIMES, initial="90")

    def scopes(self) -> list[str]:
        may, of = self.cleaned_data["may"], self.cleaned_data["of"]
        return [f"{name}:{may}" for name in of] or [may]
