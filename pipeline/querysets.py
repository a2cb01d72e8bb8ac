"""Questions that are asked of activities, opportunities and sales."""

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db.models import Q

from accounts_app.models import Account
from core import searching
from core.models import User
from core.querysets import ReadByAll, SearchedRows

if TYPE_CHECKING:
    from pipeline.models import Activity, NextStep, Opportunity, Sale, Stage


class ActivityQuerySet(ReadByAll["Activity"]):
    def standing(self) -> "ActivityQuerySet":
        """Those that nobody voided."""
        return self.filter(voided_at__isnull=True)

    def engagements(self) -> "ActivityQuerySet":
        """Those in which the customer took part."""
        return self.standing().filter(is_engagement=True)

    def statements(self) -> "ActivityQuerySet":
        """Statements of a later interest, the latest first."""
        said = self.engagements().filter(outcome="interested_later")
        return said.order_by("-occurred_at", "-id")


class NextStepQuerySet(ReadByAll["NextStep"]):
    def due_for(self, user: User, *, on: dt.date) -> "NextStepQuerySet":
        """Open and due: those given to this person, and nobody's on accounts that they hold."""
        theirs = Q(assignee=user) | Q(assignee__isnull=True, account__owner=user)
        return self.filter(theirs, state="open", due_on__lte=on)


class StageQuerySet(ReadByAll["Stage"]):
    def won(self) -> "Stage":
        return self.get(kind="won")

    def lost(self) -> "Stage":
        return self.get(kind="lost")


class OpportunityQuerySet(SearchedRows["Opportunity"]):
    def search(self, words: str) -> Self:
        """Those with every word in what they or their account are called."""
        rows = self
        for word in searching.told_apart(words):
            named = Q(pk__in=searching.matching(self.model, word))
            rows = rows.filter(named | Q(account__in=searching.matching(Account, word)))
        return rows

    def open(self) -> "OpportunityQuerySet":
        return self.filter(closed_on__isnull=True)

    def open_on(self, day: dt.date) -> "OpportunityQuerySet":
        """Open at some moment of that day."""
        return self.filter(opened_on__lte=day).filter(
            Q(closed_on__isnull=True) | Q(closed_on__gte=day)
        )


class SaleQuerySet(ReadByAll["Sale"]):
    def with_taken_back(self) -> "SaleQuerySet":
        """Each sale with its reversals at hand; see ``sales.net_base``."""
        return self.prefetch_related("reversals")

    def of(self, account: "Account") -> "SaleQuerySet":
        return self.filter(account=account)
