"""Import of activities: what was done with a customer. What is only planned is not taken."""

from collections.abc import Sequence
from typing import Any

from accounts_app.models import Account, Contact
from accounts_app.registry import name_it
from core.models import User
from operations.imports.accounts import asked_names
from operations.imports.cells import Cells, longest
from operations.imports.holders import date_back
from operations.imports.job import Job, Result
from operations.imports.known_headings import ACTIVITIES
from operations.imports.matching import (
    Accounts,
    Cards,
    Contacts,
    People,
    References,
    Unknown,
    without_signs,
)
from operations.imports.values import BadValue, choice
from pipeline import activities
from pipeline.models import Activity, Channel, Direction, Opportunity, Outcome

CHANNELS = {str(value): str(label) for value, label in Channel.choices}
DIRECTIONS = {str(value): str(label) for value, label in Direction.choices}
OUTCOMES = {str(value): str(label) for value, label in Outcome.choices}
#: What other systems write, without case, blanks and punctuation, and what it is here.
OTHER_CHANNELS = {
    "phone": Channel.CALL,
    "phonecall": Channel.CALL,
    "mail": Channel.EMAIL,
    "listemail": Channel.EMAIL,
    "linkedin": Channel.SOCIAL,
    "linkedinmessage": Channel.SOCIAL,
    "demo": Channel.MEETING,
    "lunch": Channel.MEETING,
    "event": Channel.MEETING,
}
OTHER_DIRECTIONS = {
    "incoming": Direction.INBOUND,
    "incomingemail": Direction.INBOUND,
    "outgoing": Direction.OUTBOUND,
    "email": Direction.OUTBOUND,
}
OTHER_OUTCOMES = {
    "completed": Outcome.HELD,
    "busy": Outcome.NO_ANSWER,
    "wrongnumber": Outcome.NO_ANSWER,
    "noshow": Outcome.NO_ANSWER,
    "leftvoicemail": Outcome.LEFT_MESSAGE,
    "leftlivemessage": Outcome.LEFT_MESSAGE,
}
FINISHED = frozenset({"completed", "done", "closed"})


class ImportActivities:
    """An activity is known by external id; without one, by account, moment, channel and text."""

    headings = ACTIVITIES
    required = (("account", "related_to", "contact"), ("channel",), ("occurred_at",))

    def __init__(self, job: Job) -> None:
        self.job = job
        self.touched: set[int] = set()
        self.accounts = Accounts(job.source)
        self.contacts = Contacts(job.source)
        self.cards = Cards(job.source)
        self.logged: References[Activity] = References(Activity, job.source)

    def prepare(self, rows: Sequence[Cells]) -> None:
        self.people = People(self.job.source)
        about = asked_names(rows, "account", "related_to")
        self.accounts.prepare(about)
        self.cards.prepare(about)
        self.contacts.prepare(asked_names(rows, "contact"))
        self.logged.prepare(asked_names(rows, "external_id"))

    def apply(self, cells: Cells, *, last_try: bool) -> Result:
        _refuse_what_was_not_done(cells)
        account, card, contact = self._about(cells)
        fields = self._fields(cells)
        if fields["occurred_at"] > self.job.at:
            raise BadValue("What is to come is no activity yet: it is a next step.")
        if self._is_logged(cells, account, fields):
            return Result.UNCHANGED
        activity = activities.log(
            account,
            by=self.job.by,
            at=self.job.at,
            opportunity=card,
            contacts=[contact] if contact else [],
            **fields,
        )
        if cells.external_id:
            external_id = cells.external_id
            name_it(activity, source=self.job.source, external_id=external_id)
        self.touched.add(account.pk)
        return Result.CREATED

    def finish(self) -> None:
        date_back(self.touched, self.job)

    def _about(self, cells: Cells) -> tuple[Account, Opportunity | None, Contact | None]:
        """Some systems name an opportunity instead of the account, or nobody but the contact."""
        field = "account" if "account" in cells else "related_to"
        if field not in cells:
            contact = self.contacts.with_id(cells.name("contact"))
            if contact is None:
                raise BadValue("The row names no account.")
            return contact.account, None, contact
        account, card = self._account(cells, field)
        if "contact" not in cells:
            return account, card, None
        with cells.blaming("contact"):
            return account, card, self.contacts.find(account, cells.name("contact"))

    def _account(self, cells: Cells, field: str) -> tuple[Account, Opportunity | None]:
        name = cells.name(field)
        try:
            with cells.blaming(field):
                return self.accounts.find(name), None
        except Unknown:
            card = self.cards.with_id(name)
            if card is None:
                raise
            return card.account, card

    def _fields(self, cells: Cells) -> dict[str, Any]:
        occurred_at = cells.instant("occurred_at")
        channel = _meaning(cells, "channel", CHANNELS, OTHER_CHANNELS)
        if occurred_at is None or not channel:
            raise BadValue("The row lacks the channel or when it was.")
        return {
            "channel": channel,
            "direction": _meaning(cells, "direction", DIRECTIONS, OTHER_DIRECTIONS)
            or Direction.OUTBOUND,
            "outcome": _meaning(cells, "outcome", OUTCOMES, OTHER_OUTCOMES),
            "occurred_at": occurred_at,
            "summary": _summary(cells),
            "interested_until": cells.day("interested_until"),
            "logged_by": self._logged_by(cells),
        }

    def _logged_by(self, cells: Cells) -> User:
        if "logged_by" not in cells:
            return self.job.by
        with cells.blaming("logged_by"):
            return self.people.find(cells.name("logged_by"))

    def _is_logged(self, cells: Cells, account: Account, fields: dict[str, Any]) -> bool:
        """Whether the row was taken before. What is logged is never edited, so a row that says
        otherwise is refused."""
        if not cells.external_id:
            told = ("occurred_at", "channel", "summary", "logged_by")
            alike = Activity.objects.filter(account=account, **{key: fields[key] for key in told})
            return alike.exists()
        pk = self.logged[cells.external_id]
        if pk is None:
            return False
        known = Activity.objects.get(pk=pk)
        told = ("occurred_at", "channel", "outcome", "interested_until")
        if known.account_id != account.pk or any(
            getattr(known, key) != fields[key] for key in told
        ):
            raise BadValue("This was logged otherwise here; void it there and import it anew.")
        return True


def _meaning(cells: Cells, field: str, ours: dict[str, str], others: dict[str, Any]) -> str:
    """The value in our words; empty where the row says nothing."""
    if field not in cells:
        return ""
    with cells.blaming(field):
        written = cells.raw(field)
        found = others.get(without_signs(written))
        return str(found) if found else choice(written, ours)


def _summary(cells: Cells) -> str:
    most = longest(Activity, "summary")
    parts = (cells.text("summary", most=most), cells.text("body", most=most, lines=True))
    return "\n".join(dict.fromkeys(filter(None, parts)))


def _refuse_what_was_not_done(cells: Cells) -> None:
    if cells.boolean("deleted"):
        raise BadValue("The row is marked as deleted.")
    status = without_signs(cells.raw("status"))
    if cells.boolean("done") is False or (status and status not in FINISHED):
        raise BadValue("The row is not done yet: it is a next step, not an activity.")
