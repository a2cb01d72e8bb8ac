"""Questions that are asked of plans and of the ledger."""

import datetime as dt
from typing import TYPE_CHECKING, TypeVar

from django.db import models

from core.models import User
from core.querysets import ReadByAll

if TYPE_CHECKING:
    from incentives.models import LedgerEntry

_M = TypeVar("_M", bound=models.Model)


class PlanQuerySet(ReadByAll[_M]):
    def in_effect(self, *, on: dt.date) -> "_M | None":
        """The adopted version of that day: the newest of those that have begun."""
        return self.filter(effective_on__lte=on).adopted_in_order().first()

    def adopted_in_order(self) -> "PlanQuerySet[_M]":
        """The adopted versions, the newest first."""
        return self.filter(adopted_at__isnull=False).order_by("-effective_on", "-version")


class LedgerQuerySet(models.QuerySet["LedgerEntry"]):
    def visible_to(self, user: User, *, on: dt.date) -> "LedgerQuerySet":
        """One's own, their teams' for managers, all for finance and administrators (domain §1)."""
        people = User.objects.whose_payouts_show_to(user, on=on)
        return self.filter(beneficiary__in=people.values("pk").order_by())

    def incentive(self) -> "LedgerQuerySet":
        return self.filter(ledger="incentive")

    def commission(self) -> "LedgerQuerySet":
        return self.filter(ledger="commission")
