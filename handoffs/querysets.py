"""Questions that are asked of the pool and of handoffs."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from accounts_app.models import OwnershipPeriod
from core.models import User
from core.querysets import ReadByAll

if TYPE_CHECKING:
    from handoffs.models import Handoff, PoolEntry, SweepRun


class PoolEntryQuerySet(ReadByAll["PoolEntry"]):
    def open(self) -> "PoolEntryQuerySet":
        return self.filter(left_at__isnull=True)

    def claimed_without_handoff(self) -> "PoolEntryQuerySet":
        """Claimed, and nobody had left the account to the pool: reopened, or without a holder."""
        return self.filter(claimed_by__isnull=False, handoff__isnull=True)

    def with_last_held_by(self, user: User) -> "PoolEntryQuerySet":
        """Each with ``last_held_until``: when this person last stopped holding the account."""
        held = OwnershipPeriod.objects.filter(
            account=models.OuterRef("account"), holder=user, ended_at__isnull=False
        )
        latest = held.order_by("-ended_at").values("ended_at")[:1]
        return self.annotate(last_held_until=models.Subquery(latest))


class SweepRunQuerySet(models.QuerySet["SweepRun"]):
    def told_late(self) -> "SweepRunQuerySet":
        """Runs for a night that had passed when they were run."""
        return self.filter(run_on__gt=models.F("night"))


class HandoffQuerySet(ReadByAll["Handoff"]):
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
