"""Handoffs and briefs."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.endpoints import Endpoint, ReadOnly
from core.api.fields import Nothing
from handoffs import briefs
from handoffs.api.filters import HandoffFilters
from handoffs.api.serializers import AskShape, BriefOut, BriefShape, HandoffDetail, HandoffOut
from handoffs.models import Handoff, HandoffStep


class HandoffsHere(ReadOnly[Handoff]):
    """What this room knows of handoffs; the room that joins the floors adds the terms."""

    resource = "handoffs"
    queryset = Handoff.objects.all()
    filterset_class = HandoffFilters
    orderings = ("-opened_at", "brief_due_on", "transferred_on", "id")

    def get_queryset(self) -> QuerySet[Handoff]:
        rows = Handoff.objects.visible_to(self.person)
        rows = rows.select_related("account", "outgoing", "incoming")
        if self.action == "list":
            return rows
        steps = Prefetch("steps", HandoffStep.objects.select_related("taken_by"))
        return rows.prefetch_related(steps)

    def get_serializer_class(self) -> Any:
        return HandoffOut if self.action == "list" else HandoffDetail


class Briefs(RetrieveModelMixin, Endpoint[Handoff]):
    """The brief of a handoff, under the handoff's number."""

    resource = "briefs"
    queryset = Handoff.objects.all()
    serializer_class = BriefOut
    keyed_actions = frozenset({"hand_in", "accept", "reject"})
    shapes = {
        "save": BriefShape,
        "hand_in": BriefShape,
        "ask": AskShape,
        "accept": Nothing,
        "reject": Nothing,
    }

    def get_queryset(self) -> QuerySet[Handoff]:
        rows = Handoff.objects.visible_to(self.person)
        rows = rows.select_related("account", "outgoing", "incoming", "brief")
        return rows.prefetch_related("brief__questions__asked_by")

    @action(detail=True, methods=["post"])
    def save(self, request: Request, pk: str) -> Response:
        """Keeps what was typed as a version, without handing it in."""
        handoff = self.get_object()
        briefs.save(handoff, by=self.person, at=self.now, **self.said(partial=True))
        return self.shown(handoff)

    @extend_schema(operation_id="briefs_hand_in")
    @action(detail=True, methods=["post"])
    def hand_in(self, request: Request, pk: str) -> Response:
        """Hands it in. The first time counts."""
        handoff = self.get_object()
        briefs.hand_in(handoff, by=self.person, at=self.now, **self.said(partial=True))
        return self.shown(handoff)

    @action(detail=True, methods=["post"])
    def ask(self, request: Request, pk: str) -> Response:
        """The incoming rep needs to know more."""
        handoff = self.get_object()
        briefs.ask(handoff, by=self.person, at=self.now, **self.said())
        return self.shown(handoff)

    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """The brief was of use; what is due for it is posted."""
        handoff = self.get_object()
        self.said()
        return self.shown(briefs.accept(handoff, by=self.person, at=self.now))

    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str) -> Response:
        """The brief was of no use, and nothing more is expected."""
        handoff = self.get_object()
        self.said()
        return self.shown(briefs.reject(handoff, by=self.person, at=self.now))
