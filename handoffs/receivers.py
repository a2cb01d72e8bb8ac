"""What this room does on news from below."""

import datetime as dt
from typing import Any

from django.dispatch import receiver

from handoffs import transitions
from pipeline.models import Activity
from pipeline.signals import engaged


@receiver(engaged, dispatch_uid="handoffs introduce the new holder")
def introduce_the_new_holder(activity: Activity, at: dt.datetime, **kwargs: Any) -> None:
    if activity.voided_at is not None:
        return
    transitions.introduce(
        activity.account_id, engaged_at=activity.occurred_at, by=activity.logged_by, at=at
    )
