"""What the workspace's pages take in. The rules are the verbs'; these only give it a shape."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django import forms

from accounts_app.models import Account, Contact, Segment, State
from core.inputs import DayField, MomentField
from core.models import User
from core.spoken_days import LONGEST, NotADay, read_day
from pipeline.forms import bounded
from pipeline.models import Channel, Direction, NextStep, Outcome
from pipeline.quick_log import Then
from workspace.account_list import COLUMNS, SORTS, USUAL

ANY = ("", "All")

# Which outcomes are offered for which channel; every one is taken.
OFFERED = {
    Channel.CALL: (
        Outcome.CONNECTED,
        Outcome.NO_ANSWER,
        Outcome.LEFT_MESSAGE,
    ),
    Channel.EMAIL: (Outcome.SENT, Outcome.REPLIED, Outcome.AUTO_REPLY),
    Channel.SOCIAL: (Outcome.SENT, Outcome.REPLIED, Outcome.AUTO_REPLY),
    Channel.MEETING: (Outcome.HELD, Outcome.NO_ANSWER),
    Channel.VISIT: (Outcome.HELD, Outcome.NO_ANSWER),
}
OF_ALL = (Outcome.INTERESTED_LATER, Outcome.OPTED_OUT, Outcome.NOT_VIABLE)


def set_choices(form: forms.Form, name: str, choices: Sequence[tuple[str, str]]) -> None:
    """Gives a field of this one form its choices."""
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(f"{name} is no choice.")
    field.choices = choices


def _told_apart(contact: Contact) -> str:
    return f"{contact.name}, {contact.title}" if contact.title else contact.name


class LogForm(forms.Form):
    """One activity: two taps and a line, and what is next if something is.

    ``client_id`` makes a double post one activity. ``may_plan``: who only logs, as every rep may in
    the pool, sets no next step.
    """

    channel = forms.ChoiceField(
        choices=Channel, initial=Channel.CALL, widget=forms.RadioSelect, label="What was it?"
    )
    outcome = forms.ChoiceField(
        choices=Outcome, widget=forms.RadioSelect, label="What came of it?", required=False
    )
    summary = forms.CharField(
        label="In a line",
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "What was said", "autocomplete": "off"}),
    )
    contact = forms.ChoiceField(required=False, label="With")
    interested_until = DayField(required=False, label="Interested until")
    inbound = forms.BooleanField(required=False, label="They came to us")
    occurred_at = MomentField(required=False, label="When, if not now")
    next_what = bounded(
        NextStep,
        "what",
        required=False,
        label="What is next?",
        widget=forms.TextInput(attrs={"placeholder": "Send the offer", "autocomplete": "off"}),
    )
    next_due = forms.CharField(
        required=False,
        label="By when?",
        max_length=LONGEST,
        widget=forms.TextInput(
            attrs={"placeholder": "Fri, in 2 weeks, 14 March", "autocomplete": "off"}
        ),
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        contacts: Sequence[Contact],
        on: dt.date,
        may_plan: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **{"auto_id": "log_%s", **kwargs})
        self.on = on
        self.contacts = {str(contact.pk): contact for contact in contacts}
        self.fields["client_id"].initial = uuid.uuid4
        named = [(key, _told_apart(contact)) for key, contact in self.contacts.items()]
        set_choices(self, "contact", [("", "nobody by name"), *named])
        if not may_plan:
            del self.fields["next_what"], self.fields["next_due"]

    def clean(self) -> dict[str, Any]:
        """Everything but a note has an outcome, or came from the customer."""
        cleaned = super().clean() or self.cleaned_data
        says_what = cleaned.get("outcome") or cleaned.get("inbound")
        if cleaned.get("channel") != Channel.NOTE and "outcome" in cleaned and not says_what:
            self.add_error("outcome", "Tap what came of it.")
        if cleaned.get("next_what") and "next_due" in cleaned and not cleaned["next_due"]:
            self.add_error("next_due", "Say by when, as in Fri or in 2 weeks.")
        if cleaned.get("next_due") and "next_what" in cleaned and not cleaned["next_what"]:
            self.add_error("next_what", "Say what is to be done by then.")
        return cleaned

    def clean_next_due(self) -> dt.date | None:
        """The day that the words mean; what could mean two is sent back."""
        words = self.cleaned_data["next_due"]
        try:
            return read_day(words, on=self.on) if words else None
        except NotADay as said:
            raise forms.ValidationError(str(said)) from said

    @property
    def plans(self) -> bool:
        """Whether the part about what is next is in use, and should be open."""
        return any(self[name].value() for name in ("next_what", "next_due") if name in self.fields)

    def facts(self) -> dict[str, Any]:
        """The arguments of ``pipeline.quick_log.log``."""
        cleaned = self.cleaned_data
        contact = self.contacts.get(cleaned["contact"])
        return {
            "channel": cleaned["channel"],
            "outcome": cleaned["outcome"] if cleaned["channel"] != Channel.NOTE else "",
            "direction": Direction.INBOUND if cleaned["inbound"] else Direction.OUTBOUND,
            "summary": cleaned["summary"],
            "contacts": [contact] if contact else [],
            "interested_until": cleaned["interested_until"],
            "occurred_at": cleaned["occurred_at"],
            "client_id": cleaned["client_id"],
            "then": self._then(),
        }

    def _then(self) -> Then | None:
        due = self.cleaned_data.get("next_due")
        return Then(self.cleaned_data["next_what"], due) if due else None


class TimelineFilter(forms.Form):
    """Which activities to show. What is not known shows all."""

    channel = forms.ChoiceField(choices=[ANY, *Channel.choices], required=False)
    steward = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, stewards: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = {str(person.pk): person.name for person in stewards}
        set_choices(self, "steward", [ANY, *named.items()])

    def chosen(self) -> dict[str, str]:
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in ("channel", "steward")}


class AccountFilter(forms.Form):
    """Which accounts to list, how. What is not known lists all, in the usual way."""

    name = forms.CharField(
        required=False, max_length=200, widget=forms.TextInput(attrs={"type": "search"})
    )
    state = forms.ChoiceField(choices=[ANY, *State.choices], required=False)
    segment = forms.ChoiceField(choices=[ANY, *Segment.choices], required=False)
    region = forms.CharField(required=False, max_length=100)
    industry = forms.CharField(required=False, max_length=100)
    mine = forms.BooleanField(required=False, label="I hold")
    warning = forms.BooleanField(required=False, label="In warning")
    sort = forms.ChoiceField(
        choices=[(sort.name, sort.heading) for sort in SORTS], required=False, label="Order"
    )
    column = forms.MultipleChoiceField(
        choices=[(column.name, column.heading) for column in COLUMNS],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Columns",
    )

    def chosen(self, reader: User) -> dict[str, Any]:
        """The arguments of ``Account.objects.matching``."""
        cleaned = self._cleaned()
        words = ("name", "state", "segment", "region", "industry")
        return {
            **{name: cleaned.get(name) or "" for name in words},
            "holder": reader if cleaned.get("mine") else None,
            "in_warning": bool(cleaned.get("warning")),
        }

    def order(self) -> str:
        return self._cleaned().get("sort") or SORTS[0].name

    def columns(self) -> list[str]:
        return self._cleaned().get("column") or list(USUAL)

    def _cleaned(self) -> dict[str, Any]:
        self.is_valid()
        return self.cleaned_data


class BulkForm(forms.Form):
    """Some accounts of a page, and what to do with each."""

    account = forms.TypedMultipleChoiceField(coerce=int, choices=())
    do = forms.ChoiceField(choices=[("step", "Set a next step"), ("release", "Let them go")])
    what = forms.CharField(required=False, max_length=200, label="Next step")
    due_on = DayField(required=False, label="By")
    sure = forms.BooleanField(required=False)

    def __init__(self, *args: Any, accounts: Sequence[Account], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "account", [(str(each.pk), each.name) for each in accounts])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("do") == "step":
            for name in ("what", "due_on"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, "A next step is something to do by a day.")
        return cleaned
