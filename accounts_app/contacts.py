"""The people at the customer: who they are, what they decide, and when they go (domain §2)."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Model

from accounts_app import risks
from accounts_app.authority import check_may_write
from accounts_app.models import Account, Contact, ContactRole, RiskKind, RoleKind, Status
from core import events
from core.errors import Refused
from core.locking import locked
from core.models import User, Verb

CHANGEABLE = (
    "name",
    "title",
    "email",
    "phone",
    "status",
    "stance",
    "reports_to",
    "no_calls",
    "no_emails",
    "no_social",
)
RISK_OF_GOING = {
    Status.RETIRED: RiskKind.BUYER_RETIRED,
    Status.DECEASED: RiskKind.BUYER_DIED,
    Status.LEFT: RiskKind.BUYER_LEFT,
    Status.MOVED_ROLE: RiskKind.BUYER_LEFT,
}


@transaction.atomic
def add_contact(
    account: Account,
    *,
    name: str,
    by: User,
    at: dt.datetime,
    roles: Collection[RoleKind] = (),
    **fields: Any,
) -> Contact:
    """A person at the customer. ``roles`` are what they are to the whole account."""
    row = locked(account)
    check_may_write(by, row, at=at)
    contact = Contact(account=row, name=name, **fields)
    _check_superior(contact)
    contact.clean_fields(exclude=["account"])
    contact.save(force_insert=True)
    _set_roles(contact, set(), {str(kind) for kind in roles})
    events.record(
        verb=Verb.CONTACT_ADDED,
        subject=contact,
        account_id=row.pk,
        actor=by,
        at=at,
        changes={"name": name, "roles": sorted(roles)},
    )
    return contact


@transaction.atomic
def change_contact(
    contact: Contact,
    *,
    by: User,
    at: dt.datetime,
    roles: Collection[RoleKind] | None = None,
    **fields: Any,
) -> bool:
    """Changes what is named of ``CHANGEABLE``, and the roles if given; True if anything did.

    Who goes raises a risk of their own if they decided, or were the only active contact.
    """
    account = locked(contact.account)
    contact = locked(contact)
    check_may_write(by, account, at=at)
    roles_before = roles_of(contact)
    roles_after = roles_before if roles is None else {str(kind) for kind in roles}
    changes = {
        name: [getattr(contact, name), fields[name]]
        for name in CHANGEABLE
        if name in fields and getattr(contact, name) != fields[name]
    }
    if not changes and roles_after == roles_before:
        return False
    was_active = contact.status == Status.ACTIVE
    for name, (_, value) in changes.items():
        setattr(contact, name, value)
    _check_superior(contact)
    contact.clean_fields(exclude=["account"])
    contact.save(update_fields=list(changes))
    _set_roles(contact, roles_before, roles_after)
    if roles_after != roles_before:
        changes["roles"] = [sorted(roles_before), sorted(roles_after)]
    events.record(
        verb=Verb.CONTACT_CHANGED,
        subject=contact,
        account_id=account.pk,
        actor=by,
        at=at,
        changes={name: [_plain(old), _plain(new)] for name, (old, new) in changes.items()},
    )
    if "status" in changes:
        decides = RoleKind.DECISION_MAKER in roles_before | roles_after
        _note_going(contact, decides=decides, was_active=was_active, by=by, at=at)
    return True


def roles_of(contact: Contact) -> set[str]:
    """What the contact is to the whole account."""
    return set(contact.roles.values_list("kind", flat=True))


def _note_going(
    contact: Contact, *, decides: bool, was_active: bool, by: User, at: dt.datetime
) -> None:
    kind = RISK_OF_GOING.get(Status(contact.status))
    if kind is None:
        return
    others = contact.account.contacts.filter(status=Status.ACTIVE).exclude(pk=contact.pk)
    was_only_one = was_active and not others.exists()
    if not decides and not was_only_one:
        return
    why = "a decision maker" if decides else "the only active contact"
    evidence = f"{contact}, {why}: {contact.get_status_display().lower()}."
    risks.see(contact.account, kind=kind, contact=contact, evidence=evidence, by=by, at=at)


def _set_roles(contact: Contact, before: set[str], after: set[str]) -> None:
    unknown = sorted(after - set(RoleKind.values))
    if unknown:
        raise Refused("unknown_role", f"There is no role called {unknown[0]}.")
    contact.roles.filter(kind__in=before - after).delete()
    ContactRole.objects.bulk_create(
        ContactRole(contact=contact, kind=kind) for kind in sorted(after - before)
    )


def _check_superior(contact: Contact) -> None:
    superior = contact.reports_to
    if superior is None:
        return
    if superior.account_id != contact.account_id:
        raise Refused("other_account", f"{superior} is a contact of another account.")
    reports_to = dict(
        Contact.objects.filter(account=contact.account_id).values_list("id", "reports_to_id")
    )
    above: int | None = superior.pk
    while above is not None:
        if above == contact.pk:
            raise Refused("own_superior", f"{contact} cannot stand above themselves.")
        above = reports_to[above]


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, Model) else value
