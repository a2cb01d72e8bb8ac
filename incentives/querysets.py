"""Questions that are asked of plans and of the ledger."""

import datetime as dt
from typing import TYPE_CHECKING, TypeVar

from django.db import models

if TYPE_CHECKING:
    from incentives.models import LedgerEntry

_M = TypeVar("_M", bound=models.Model)


class PlanQuerySet(models.QuerySet[_M]):
    def in_effect(self, *, on: dt.date) -> "_M | None":
        """The adopted version of that day: the newest of those that have begun."""
        begun = self.filter(adopted_at__isnull=False, effective_on__lte=on)
        return begun.order_by("-effective_on", "-version").first()


class EntryQuerySet(models.QuerySet["LedgerEntry"]):
    def incentive(self) -> "EntryQuerySet":
        return self.filter(ledger="incentive")

    def commission(self) -> "EntryQuerySet":
        return self.filter(ledger="commission")
