"""What the pipeline can be filtered by."""

import django_filters
from django.db.models import QuerySet

from core.api.filters import DayFilter, IdFilter, MomentFilter, Search, SearchedBy, YesNoFilter
from pipeline.models import (
    Activity,
    Channel,
    NextStep,
    Opportunity,
    Outcome,
    Product,
    Sale,
    StageKind,
    StepState,
)


class ProductFilters(django_filters.FilterSet):
    search = Search("name")

    class Meta:
        model = Product
        fields: list[str] = []


class ActivityFilters(django_filters.FilterSet):
    account = IdFilter()
    logged_by = IdFilter()
    contact = IdFilter(field_name="contacts")
    opportunity = IdFilter()
    channel = django_filters.ChoiceFilter(choices=Channel.choices)
    outcome = django_filters.ChoiceFilter(choices=Outcome.choices)
    is_engagement = YesNoFilter()
    voided = YesNoFilter(field_name="voided_at", lookup_expr="isnull", exclude=True)
    client_id = django_filters.UUIDFilter()
    occurred_since = MomentFilter(field_name="occurred_at", lookup_expr="gte")
    recorded_since = MomentFilter(field_name="recorded_at", lookup_expr="gte")
    search = Search("summary")

    class Meta:
        model = Activity
        fields: list[str] = []


class NextStepFilters(django_filters.FilterSet):
    account = IdFilter()
    assignee = IdFilter()
    holder = IdFilter(field_name="account__owner")
    state = django_filters.ChoiceFilter(choices=StepState.choices)
    due_by = DayFilter(field_name="due_on", lookup_expr="lte")
    search = Search("what")

    class Meta:
        model = NextStep
        fields: list[str] = []


class OpportunityFilters(django_filters.FilterSet):
    account = IdFilter()
    stage = IdFilter()
    kind = django_filters.ChoiceFilter(choices=StageKind.choices, field_name="stage__kind")
    owner = IdFilter(method="owned_by")
    moved_since = DayFilter(field_name="moved_on", lookup_expr="gte")
    search = SearchedBy("name", "the account")

    class Meta:
        model = Opportunity
        fields: list[str] = []

    def owned_by(self, rows: QuerySet[Opportunity], name: str, value: int) -> QuerySet[Opportunity]:
        """The holder's while open, the recorded one's once closed."""
        held = rows.filter(closed_on__isnull=True, account__owner=value)
        return held | rows.filter(closed_holder=value)


class SaleFilters(django_filters.FilterSet):
    account = IdFilter()
    credited_to = IdFilter()
    opportunity = IdFilter()
    booked_from = DayFilter(field_name="booked_on", lookup_expr="gte")
    booked_to = DayFilter(field_name="booked_on", lookup_expr="lte")
    recorded_since = MomentFilter(field_name="recorded_at", lookup_expr="gte")
    search = Search("account__name", "external_id")

    class Meta:
        model = Sale
        fields: list[str] = []
