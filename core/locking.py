"""Row locks, always in one order: account, pool entry, handoff, ledger.

On PostgreSQL a lock is ``SELECT … FOR NO KEY UPDATE`` and waits at most ``LOCK_WAIT_SECONDS``. The
stronger ``FOR UPDATE`` would hold up everybody who writes a row that only names the locked one, as
an activity names who logged it: whoever claims and logs at once would be in a deadlock. SQLite has
one writer at a time (transactions begin IMMEDIATE), so there the re-read is all that is needed.
"""

from typing import TypeVar

from django.db import connection
from django.db.models import Model

LOCK_WAIT_SECONDS = 10
_M = TypeVar("_M", bound=Model)


def locked(thing: _M) -> _M:
    """The row as it stands now, locked until the transaction ends. Call it inside ``atomic``."""
    # Not type(thing): the user of a request is a proxy, which only says that it is a user.
    return locked_row(thing.__class__, thing.pk)


def locked_row(model: type[_M], pk: int) -> _M:
    """``locked`` for a row that nobody has read yet."""
    bound_the_wait()
    return model._base_manager.select_for_update(of=("self",), no_key=True).get(pk=pk)


def hold(model: type[Model], pk: int) -> None:
    """Locks a row of which nothing is to be read. On SQLite the transaction is the lock."""
    if connection.vendor == "postgresql":
        bound_the_wait()
        rows = model._base_manager.select_for_update(no_key=True)
        rows.values_list("pk", flat=True).get(pk=pk)


def bound_the_wait() -> None:
    """A lock that cannot be had within ``LOCK_WAIT_SECONDS`` is an error, not a hung page."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT_SECONDS}s'")
