"""What this room's pages take in. The bounds are the models', the rules the verbs'."""

from typing import Any

from django import forms

from accounts_app.models import Account, Contact, RoleKind, Stance


class ContactForm(forms.ModelForm[Contact]):
    """A person at the customer, and what they are to the whole account. It saves nothing."""

    roles = forms.MultipleChoiceField(
        choices=RoleKind, required=False, widget=forms.CheckboxSelectMultiple, label="What they are"
    )

    class Meta:
        model = Contact
        fields = [
            "name",
            "title",
            "stance",
            "status",
            "phone",
            "email",
            "reports_to",
            "no_calls",
            "no_emails",
            "no_social",
        ]
        labels = {
            "email": "E-mail",
            "no_calls": "Wants no calls",
            "no_emails": "Wants no e-mails",
            "no_social": "Wants no messages on social media",
        }

    field_order = ["name", "title", "roles", "stance", "status"]

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = account.contacts.exclude(pk=self.instance.pk)
        superior = self.fields["reports_to"]
        if isinstance(superior, forms.ModelChoiceField):
            superior.queryset = others
            superior.empty_label = "nobody known"
        stance = self.fields["stance"]
        if isinstance(stance, forms.ChoiceField):
            stance.choices = [("", "not known"), *Stance.choices]

    def facts(self) -> dict[str, Any]:
        """The arguments of ``accounts_app.contacts``."""
        return dict(self.cleaned_data)
