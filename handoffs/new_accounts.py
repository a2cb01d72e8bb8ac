"""An account that somebody adds: theirs, or in the pool for everybody (domain §2, §4)."""

import datetime as dt
from typing import Any

from django.db import transaction

from accounts_app import ownership, registry
from accounts_app.models import Account, BeganBy
from core.errors import NotAllowed
from core.models import User
from core.roles import runs_it
from handoffs import pool


@transaction.atomic
def add(name: str, *, by: User, at: dt.datetime, **fields: Any) -> Account:
    """Whoever may hold accounts holds what they add; an administrator adds to the pool."""
    if not by.may_hold and not runs_it(by):
        raise NotAllowed("Accounts are added by those who hold some, and by administrators.")
    account = registry.add_account(name, by=by, at=at, **fields)
    if by.may_hold:
        ownership.begin(account, holder=by, why=BeganBy.ADDED, by=by, at=at)
    else:
        pool.enter_unassigned(account, by=by, at=at)
    return account
