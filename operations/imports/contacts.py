"""Import of contacts: the people at the customer."""

import re
from collections.abc import Sequence
from typing import Any

from accounts_app import contacts
from accounts_app.models import Account, Contact, RoleKind, Stance, Status
from accounts_app.registry import name_it
from operations.imports.accounts import asked_names
from operations.imports.cells import Cells
from operations.imports.job import Job, Result
from operations.imports.known_headings import CONTACTS
from operations.imports.matching import Accounts, Contacts, Unknown
from operations.imports.running import NotYet
from operations.imports.values import BadValue, choice, quoted

PLAIN_FIELDS = ("title", "email", "phone")
ROLES = {str(value): str(label) for value, label in RoleKind.choices}
STATUSES = {str(value): str(label) for value, label in Status.choices}
STANCES = {str(value): str(label) for value, label in Stance.choices}


class ImportContacts:
    """A contact is known by external id; without one, by e-mail or name at the account."""

    headings = CONTACTS
    required = (("account",), ("name", "last_name", "first_name"))

    def __init__(self, job: Job) -> None:
        self.job = job
        self.accounts = Accounts(job.source)
        self.contacts = Contacts(job.source)

    def prepare(self, rows: Sequence[Cells]) -> None:
        self.accounts.prepare(asked_names(rows, "account"))
        self.contacts.prepare(asked_names(rows, "external_id", "reports_to"))

    def apply(self, cells: Cells, *, last_try: bool) -> Result:
        if cells.boolean("deleted"):
            raise BadValue("The row is marked as deleted.")
        account = self._account(cells)
        fields = self._fields(cells, account, last_try=last_try)
        roles = _roles(cells)
        known = self._known(cells, account, fields)
        by, at = self.job.by, self.job.at
        if known:
            changed = contacts.change_contact(known, by=by, at=at, roles=roles, **fields)
            result = Result.UPDATED if changed else Result.UNCHANGED
        else:
            known = contacts.add_contact(account, by=by, at=at, roles=roles or (), **fields)
            result = Result.CREATED
        if cells.external_id:
            self._remember(known, cells.external_id)
        return result

    def finish(self) -> None:
        """Nothing is left to do."""

    def _account(self, cells: Cells) -> Account:
        if "account" not in cells:
            raise BadValue("The row names no account.")
        with cells.blaming("account"):
            return self.accounts.find(cells.name("account"))

    def _fields(self, cells: Cells, account: Account, *, last_try: bool) -> dict[str, Any]:
        fields: dict[str, Any] = dict(cells.texts(Contact, *PLAIN_FIELDS))
        names = (cells.name("first_name"), cells.name("last_name"))
        fields["name"] = cells.name("name") or " ".join(filter(None, names))
        if not fields["name"]:
            raise BadValue("The row has no name.")
        if "status" in cells:
            fields["status"] = cells.choice("status", STATUSES)
        if "stance" in cells:
            fields["stance"] = cells.choice("stance", STANCES)
        if "reports_to" in cells:
            fields["reports_to"] = self._superior(cells, account, last_try=last_try)
        return fields

    def _superior(self, cells: Cells, account: Account, *, last_try: bool) -> Contact:
        name = cells.name("reports_to")
        try:
            with cells.blaming("reports_to"):
                return self.contacts.find(account, name)
        except Unknown:
            if last_try:
                raise
            raise NotYet(f"There is no contact {quoted(name)} yet.") from None

    def _known(self, cells: Cells, account: Account, fields: dict[str, Any]) -> Contact | None:
        if cells.external_id:
            known = self.contacts.with_id(cells.external_id)
            if known and known.account_id != account.pk:
                raise BadValue(
                    f"This contact is one of {known.account} here; an import moves none.",
                    group="The contact is another account's here; an import moves none.",
                )
            return known
        try:
            return self.contacts.find(account, fields.get("email") or fields["name"])
        except Unknown:
            return None

    def _remember(self, contact: Contact, external_id: str) -> None:
        name_it(contact, source=self.job.source, external_id=external_id)
        self.job.once_taken.append(lambda: self.contacts.learn(contact, external_id))


def _roles(cells: Cells) -> list[RoleKind] | None:
    """The roles named, or None if the row says nothing of them."""
    if "roles" not in cells:
        return None
    with cells.blaming("roles"):
        parts = re.split(r"[,;|/]", cells.text("roles", most=500))
        return [RoleKind(choice(part, ROLES)) for part in parts if part.strip()]
