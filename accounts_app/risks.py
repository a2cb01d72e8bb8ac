"""Reasons to fear for an account (domain §2, §7)."""

import datetime as dt

from django.db import transaction

from accounts_app.authority import check_may_write
from accounts_app.models import Account, Contact, RiskKind, RiskSignal
from core import events
from core.models import User, Verb


@transaction.atomic
def see(
    account: Account,
    *,
    kind: RiskKind,
    by: User,
    at: dt.datetime,
    contact: Contact | None = None,
    evidence: str = "",
) -> RiskSignal:
    """A risk of ``kind`` is open from now on. About one contact it is open once: seen again, the
    open one is given back."""
    check_may_write(by, account, at=at)
    if contact is not None:
        seen_before = open_risk(contact, kind)
        if seen_before:
            return seen_before
    risk = RiskSignal.objects.create(
        account=account, kind=kind, contact=contact, evidence=evidence, seen_by=by, seen_at=at
    )
    events.record(
        verb=Verb.RISK_SEEN,
        subject=risk,
        account_id=account.pk,
        actor=by,
        at=at,
        changes={"kind": kind, "contact": contact.pk if contact else None},
    )
    return risk


def open_risk(contact: Contact, kind: RiskKind) -> RiskSignal | None:
    """The open risk of that kind about this contact."""
    return RiskSignal.objects.filter(
        account_id=contact.account_id, contact=contact, kind=kind, settled_at__isnull=True
    ).first()
