"""Accounts with their steps, the pool, and handoffs with their terms."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts_app.api.serializers import AccountDetail, AccountShape
from accounts_app.api.viewsets import AccountsHere
from core.api.endpoints import ReadOnly
from core.api.fields import Nothing
from handoffs import claims, closing, new_accounts, releases
from handoffs.api.filters import PoolFilters
from handoffs.api.serializers import CloseShape, HandoffOut
from handoffs.api.viewsets import HandoffsHere
from handoffs.models import Handoff, PoolEntry
from workspace.api.serializers import HandoffWithTerms, PoolOut


class Accounts(AccountsHere):
    """The companies, who holds each, and when its clock runs out."""

    keyed_actions = frozenset({"release", "close", "reopen"})
    shapes = {
        **AccountsHere.shapes,
        "create": AccountShape,
        "release": Nothing,
        "close": CloseShape,
        "reopen": Nothing,
    }

    @extend_schema(responses={201: AccountDetail})
    def create(self, request: Request) -> Response:
        """Whoever may hold accounts holds what they add; an administrator adds to the pool."""
        account = new_accounts.add(by=self.person, at=self.now, **self.said())
        return self.shown(account, status=201)

    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: str) -> Response:
        """Lets go of it before the clock does; its handoff opens with the terms of today."""
        account = self.get_object()
        self.said()
        releases.release(account, by=self.person, at=self.now)
        return self.shown(account)

    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """It is no customer any more; its clock stops."""
        account = self.get_object()
        closing.close(account, by=self.person, at=self.now, **self.said())
        return self.shown(account)

    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """A closed account comes back through the pool."""
        account = self.get_object()
        self.said()
        closing.reopen(account, by=self.person, at=self.now)
        return self.shown(account)


class Pool(ReadOnly[PoolEntry]):
    """The accounts that nobody holds. The list shows those that are open."""

    resource = "pool"
    queryset = PoolEntry.objects.all()
    serializer_class = PoolOut
    filterset_class = PoolFilters
    orderings = ("-entered_at", "id")
    keyed_actions = frozenset({"claim"})
    shapes = {"claim": Nothing}

    def get_queryset(self) -> QuerySet[PoolEntry]:
        rows = PoolEntry.objects.visible_to(self.person).with_last_held_by(self.person)
        rows = rows.select_related(
            "account", "previous_holder", "claimed_by", "handoff__terms__plan"
        ).prefetch_related("handoff__terms__plan__tiers")
        return rows.open() if self.action == "list" else rows

    def get_serializer_context(self) -> dict[str, Any]:
        context = super().get_serializer_context()
        if getattr(self, "swagger_fake_view", False):
            return {**context}
        return {**context, "standing": claims.standing_of(self.person)}

    @action(detail=True, methods=["post"])
    def claim(self, request: Request, pk: str) -> Response:
        """You hold it from now on, if no rule stands in the way. Of two, one is told who won."""
        entry = self.get_object()
        self.said()
        claims.claim(entry, by=self.person, at=self.now)
        return self.shown(entry)


class Handoffs(HandoffsHere):
    """Accounts on their way from one to the next, with what was promised."""

    def get_queryset(self) -> QuerySet[Handoff]:
        rows = super().get_queryset()
        if self.action == "list":
            return rows
        return rows.select_related("terms__plan").prefetch_related("terms__plan__tiers")

    def get_serializer_class(self) -> Any:
        return HandoffOut if self.action == "list" else HandoffWithTerms
