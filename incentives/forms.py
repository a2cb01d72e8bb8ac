"""What this room's pages take in."""

from collections.abc import Sequence
from typing import Any

from django import forms

from core.models import User


class PersonFilter(forms.Form):
    """Whose payouts to show."""

    person = forms.ChoiceField(required=False, label="Of whom")

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", "Mine"), *((str(each.pk), each.name) for each in people)]
