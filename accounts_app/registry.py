"""Adding and changing accounts, and what other systems call things (domain §2)."""

import datetime as dt
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model

from accounts_app.authority import check_may_write
from accounts_app.models import Account, ExternalRef, State
from core import events
from core.errors import NotAllowed, Refused
from core.models import Role, User, Verb
from core.roles import runs_it

CHANGEABLE = (
    "name",
    "domain",
    "segment",
    "industry",
    "region",
    "country",
    "phone",
    "address",
    "lead_source",
    "parent",
)


@transaction.atomic
def add_account(name: str, *, by: User, at: dt.datetime, **fields: Any) -> Account:
    """A company that nobody holds yet: the caller gives it a holder or puts it into the pool."""
    if not (runs_it(by) or (by.is_active and by.role in (Role.REP, Role.MANAGER))):
        raise NotAllowed("Reps, managers and administrators add accounts.")
    account = Account(name=name, state=State.POOLED, **fields)
    account.clean_fields()
    account.save(force_insert=True)
    events.record(
        verb=Verb.ACCOUNT_ADDED,
        subject=account,
        account_id=account.pk,
        actor=by,
        at=at,
        changes={"name": name},
    )
    return account


@transaction.atomic
def change_account(account: Account, *, by: User, at: dt.datetime, **fields: Any) -> bool:
    """Changes what is named; True if anything did."""
    check_may_write(by, account, at=at)
    changes = {
        name: (getattr(account, name), fields[name])
        for name in CHANGEABLE
        if name in fields and getattr(account, name) != fields[name]
    }
    if not changes:
        return False
    _check_parent(account, fields.get("parent"))
    for name, (_, value) in changes.items():
        setattr(account, name, value)
    account.clean_fields(exclude=["owner", "merged_into"])
    account.save(update_fields=[*changes, "updated_at"])
    events.record(
        verb=Verb.ACCOUNT_CHANGED,
        subject=account,
        account_id=account.pk,
        actor=by,
        at=at,
        changes={name: [_plain(old), _plain(new)] for name, (old, new) in changes.items()},
    )
    return True


def name_it(subject: Model, *, source: str, external_id: str) -> ExternalRef:
    """Remembers what ``source`` calls this row. Refuses a name that means another row already."""
    kind = ContentType.objects.get_for_model(subject)
    ref, made = ExternalRef.objects.get_or_create(
        source=source,
        subject_type=kind,
        external_id=external_id,
        defaults={"subject_id": subject.pk},
    )
    if not made and ref.subject_id != subject.pk:
        raise Refused("named_otherwise", f"{source} already calls something else {external_id}.")
    return ref


def unname(subject: Model, *, source: str) -> None:
    """Forgets what ``source`` calls this row: another row takes its place."""
    ExternalRef.objects.of(subject).filter(source=source).delete()


def _check_parent(account: Account, parent: Account | None) -> None:
    above = parent.pk if parent else None
    while above is not None:
        if above == account.pk:
            raise Refused("own_ancestor", f"{account} cannot stand above itself.")
        above = Account.objects.values_list("parent_id", flat=True).get(pk=above)


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, Model) else value
