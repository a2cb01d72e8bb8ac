"""What accounts, contacts and policies can be filtered by."""

import django_filters

from accounts_app.models import (
    Account,
    Contact,
    DormancyPolicy,
    RoleKind,
    Segment,
    Stance,
    State,
    Status,
)
from core.api.filters import DayFilter, IdFilter, MomentFilter, SearchedBy, YesNoFilter


class AccountFilters(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=State.choices)
    owner = IdFilter()
    parent = IdFilter()
    segment = django_filters.ChoiceFilter(choices=Segment.choices)
    region = django_filters.CharFilter(max_length=100)
    country = django_filters.CharFilter(max_length=100)
    industry = django_filters.CharFilter(max_length=100)
    domain = django_filters.CharFilter(max_length=253)
    warned = YesNoFilter(field_name="warned_on", lookup_expr="isnull", exclude=True)
    dormant_by = DayFilter(field_name="dormant_on", lookup_expr="lte")
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte")
    search = SearchedBy("name", "domain")

    class Meta:
        model = Account
        fields: list[str] = []


class ContactFilters(django_filters.FilterSet):
    account = IdFilter()
    status = django_filters.ChoiceFilter(choices=Status.choices)
    stance = django_filters.ChoiceFilter(choices=Stance.choices)
    role = django_filters.ChoiceFilter(choices=RoleKind.choices, field_name="roles__kind")
    search = SearchedBy("name", "title", "email")

    class Meta:
        model = Contact
        fields: list[str] = []


class PolicyFilters(django_filters.FilterSet):
    adopted = YesNoFilter(field_name="adopted_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = DormancyPolicy
        fields: list[str] = []
