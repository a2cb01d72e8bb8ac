"""What this room does on news from below."""

import datetime as dt
from typing import Any

from django.dispatch import receiver

from accounts_app.models import Account, OwnershipPeriod
from accounts_app.signals import ownership_moved
from core.days import day_of
from pipeline import signs


@receiver(ownership_moved, dispatch_uid="pipeline judges the days of a new or former holder")
def judge_the_days_anew(
    account: Account,
    began: OwnershipPeriod | None,
    at: dt.datetime,
    **kwargs: Any,
) -> None:
    """From the day of the change on, days became held or ceased to be, and their signs with them.

    Mostly there are none yet: then this asks nothing when a period ends (a sweep ends thousands).
    """
    changed_from = day_of(at)
    latest = signs.latest_event(account) if began else signs.latest_in(account)
    if latest is not None and latest >= changed_from:
        signs.correct_all(account, on=changed_from)
