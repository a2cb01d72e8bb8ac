"""Activities, next steps, stages, products, opportunities and sales."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.endpoints import ReadOnly
from core.api.fields import Nothing
from pipeline import activities, next_steps, opportunities, sales
from pipeline.api.filters import (
    ActivityFilters,
    NextStepFilters,
    OpportunityFilters,
    ProductFilters,
    SaleFilters,
)
from pipeline.api.serializers import (
    ActivityNew,
    ActivityOut,
    MoveShape,
    NextStepNew,
    NextStepOut,
    OpportunityChange,
    OpportunityNew,
    OpportunityOut,
    ProductOut,
    ReopenShape,
    ReverseShape,
    SaleNew,
    SaleOut,
    StageOut,
    VoidShape,
)
from pipeline.models import Activity, NextStep, Opportunity, Product, Sale, Stage
from pipeline.sales import NewLine, NewSale


class Stages(ReadOnly[Stage]):
    """The columns of the board, in their order."""

    resource = "stages"
    queryset = Stage.objects.all()
    serializer_class = StageOut
    orderings = ("position",)

    def get_queryset(self) -> QuerySet[Stage]:
        return Stage.objects.visible_to(self.person)


class Products(ReadOnly[Product]):
    """What is sold."""

    resource = "products"
    queryset = Product.objects.all()
    serializer_class = ProductOut
    filterset_class = ProductFilters
    orderings = ("name", "id")

    def get_queryset(self) -> QuerySet[Product]:
        return Product.objects.visible_to(self.person)


class Activities(ReadOnly[Activity]):
    """What was done with customers, the latest first. Nothing is deleted; it can be voided."""

    resource = "activities"
    queryset = Activity.objects.all()
    serializer_class = ActivityOut
    filterset_class = ActivityFilters
    orderings = ("-occurred_at", "-recorded_at", "-id")
    shapes = {"create": ActivityNew, "void": VoidShape}

    def get_queryset(self) -> QuerySet[Activity]:
        rows = Activity.objects.visible_to(self.person).select_related("logged_by")
        return rows.prefetch_related("contacts")

    @extend_schema(responses={200: ActivityOut, 201: ActivityOut})
    def create(self, request: Request) -> Response:
        """Logs one. With a ``client_id`` that is stored already: 200, and the stored one."""
        words = self.said()
        account, client_id = words.pop("account"), words.get("client_id")
        stored = client_id and Activity.objects.filter(client_id=client_id).exists()
        activity = activities.log(account, by=self.person, at=self.now, **words)
        return self.shown(activity, status=200 if stored else 201)

    @action(detail=True, methods=["post"])
    def void(self, request: Request, pk: str) -> Response:
        """Takes back what was logged by mistake; the clock follows what is left."""
        activity = self.get_object()
        activities.void(activity, by=self.person, at=self.now, **self.said())
        return self.shown(activity)


class NextSteps(ReadOnly[NextStep]):
    """What is to be done, the soonest first."""

    resource = "next-steps"
    queryset = NextStep.objects.all()
    serializer_class = NextStepOut
    filterset_class = NextStepFilters
    orderings = ("due_on", "id")
    shapes = {"create": NextStepNew, "done": Nothing, "drop": Nothing}

    def get_queryset(self) -> QuerySet[NextStep]:
        return NextStep.objects.visible_to(self.person).select_related("assignee", "set_by")

    @extend_schema(responses={201: NextStepOut})
    def create(self, request: Request) -> Response:
        """By who may write on the account."""
        words = self.said()
        account = words.pop("account")
        step = next_steps.set_step(account, by=self.person, at=self.now, **words)
        return self.shown(step, status=201)

    @action(detail=True, methods=["post"])
    def done(self, request: Request, pk: str) -> Response:
        """It was done."""
        step = self.get_object()
        self.said()
        return self.shown(next_steps.finish(step, by=self.person, at=self.now))

    @action(detail=True, methods=["post"])
    def drop(self, request: Request, pk: str) -> Response:
        """It is not wanted any more."""
        step = self.get_object()
        self.said()
        return self.shown(next_steps.drop(step, by=self.person, at=self.now))


class Opportunities(ReadOnly[Opportunity]):
    """What may be sold. Opportunities move the board, not the clock."""

    resource = "opportunities"
    queryset = Opportunity.objects.all()
    serializer_class = OpportunityOut
    filterset_class = OpportunityFilters
    orderings = ("-opened_on", "-moved_on", "expected_close_on", "amount", "name", "id")
    keyed_actions = frozenset({"move", "reopen"})
    shapes = {
        "create": OpportunityNew,
        "partial_update": OpportunityChange,
        "move": MoveShape,
        "reopen": ReopenShape,
    }

    def get_queryset(self) -> QuerySet[Opportunity]:
        rows = Opportunity.objects.visible_to(self.person)
        rows = rows.select_related("account__owner", "stage", "closed_holder")
        return rows.prefetch_related("products")

    @extend_schema(responses={201: OpportunityOut})
    def create(self, request: Request) -> Response:
        """Opens one in an open stage. By who may write on the account."""
        words = self.said()
        account = words.pop("account")
        card = opportunities.open_card(account, by=self.person, at=self.now, **words)
        return self.shown(card, status=201)

    def partial_update(self, request: Request, pk: str) -> Response:
        """Its stage is changed by moving it."""
        card = self.get_object()
        words = self.said(partial=True)
        opportunities.change(card, by=self.person, at=self.now, **words)
        return self.shown(card)

    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str) -> Response:
        """To another stage. To the won one: its sale is booked, with all that follows."""
        card = self.get_object()
        words = self.said()
        to = words.pop("stage")
        return self.shown(opportunities.move(card, to=to, by=self.person, at=self.now, **words))

    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Takes back a closing, and reverses what was sold with it. By finance."""
        card = self.get_object()
        to = self.said()["stage"]
        return self.shown(opportunities.reopen(card, to=to, by=self.person, at=self.now))


class Sales(ReadOnly[Sale]):
    """What was sold, the latest first."""

    resource = "sales"
    queryset = Sale.objects.all()
    serializer_class = SaleOut
    filterset_class = SaleFilters
    orderings = ("-booked_on", "-recorded_at", "-id")
    keyed_actions = frozenset({"create", "reverse"})
    shapes = {"create": SaleNew, "reverse": ReverseShape}

    def get_queryset(self) -> QuerySet[Sale]:
        rows = Sale.objects.visible_to(self.person).with_taken_back()
        return rows.select_related("account", "credited_to").prefetch_related("lines")

    @extend_schema(responses={201: SaleOut})
    def create(self, request: Request) -> Response:
        """Books a sale. By finance; a rep books one by winning an opportunity."""
        words: dict[str, Any] = self.said()
        account = words.pop("account")
        lines = [NewLine(**line) for line in words.pop("lines", [])]
        new = NewSale(**{"credited_to": None, **words}, lines=lines)
        sale = sales.book(account, new, by=self.person, at=self.now)
        return self.shown(sale, status=201)

    @action(detail=True, methods=["post"])
    def reverse(self, request: Request, pk: str) -> Response:
        """Takes back a part of it, or all that is left. By finance."""
        sale = self.get_object()
        sales.reverse(sale, by=self.person, at=self.now, **self.said())
        return self.shown(sale)
