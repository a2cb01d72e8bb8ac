"""What the pool and handoffs can be filtered by."""

import django_filters

from accounts_app.models import Segment
from core.api.filters import DayFilter, IdFilter, MomentFilter, Search
from handoffs.models import (
    BriefState,
    EntryReason,
    Handoff,
    Kind,
    PoolEntry,
    TransferState,
    TransitionState,
)


class PoolFilters(django_filters.FilterSet):
    account = IdFilter()
    reason = django_filters.ChoiceFilter(choices=EntryReason.choices)
    previous_holder = IdFilter()
    segment = django_filters.ChoiceFilter(choices=Segment.choices, field_name="account__segment")
    region = django_filters.CharFilter(field_name="account__region", max_length=100)
    entered_since = MomentFilter(field_name="entered_at", lookup_expr="gte")
    search = Search("account__name", "account__domain")

    class Meta:
        model = PoolEntry
        fields: list[str] = []


class HandoffFilters(django_filters.FilterSet):
    account = IdFilter()
    outgoing = IdFilter()
    incoming = IdFilter()
    kind = django_filters.ChoiceFilter(choices=Kind.choices)
    transfer = django_filters.ChoiceFilter(choices=TransferState.choices)
    brief_state = django_filters.ChoiceFilter(choices=BriefState.choices)
    transition = django_filters.ChoiceFilter(choices=TransitionState.choices)
    opened_from = DayFilter(field_name="opened_on", lookup_expr="gte")
    search = Search("account__name")

    class Meta:
        model = Handoff
        fields: list[str] = []
