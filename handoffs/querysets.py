"""Questions that are asked of the pool and of handoffs."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from core.models import User

if TYPE_CHECKING:
    from handoffs.models import Handoff, PoolEntry


class PoolEntryQuerySet(models.QuerySet["PoolEntry"]):
    def open(self) -> "PoolEntryQuerySet":
        return self.filter(left_at__isnull=True)

    def visible_to(self, user: User) -> "PoolEntryQuerySet":
        """Everybody who signs in reads the pool (domain §1)."""
        return self.all() if user.is_active else self.none()


class HandoffQuerySet(models.QuerySet["Handoff"]):
    def untransferred(self) -> "HandoffQuerySet":
        return self.filter(transfer__in=["pooled", "proposed", "agreed"])

    def transferred(self) -> "HandoffQuerySet":
        return self.filter(transfer="transferred")

    def in_order(self) -> "HandoffQuerySet":
        """The transfers of an account, the earliest first."""
        return self.transferred().order_by("transferred_at", "id")

    def brief_overdue(self, *, on: dt.date) -> "HandoffQuerySet":
        """Owed, and the last day for handing it in has passed."""
        return self.filter(brief_state="owed", brief_due_on__lt=on).exclude(
            transfer__in=["declined", "cancelled"]
        )

    def brief_unanswered(self) -> "HandoffQuerySet":
        """Handed in, transferred, and nobody has judged it yet."""
        return self.transferred().filter(Q(brief_state="handed_in")).select_related("brief")
