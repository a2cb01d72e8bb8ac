"""What the ledgers can be filtered by."""

import django_filters

from core.api.filters import IdFilter, MomentFilter
from incentives.models import Kind, Ledger, LedgerEntry


class LedgerFilters(django_filters.FilterSet):
    ledger = django_filters.ChoiceFilter(choices=Ledger.choices)
    kind = django_filters.ChoiceFilter(choices=Kind.choices)
    beneficiary = IdFilter()
    handoff = IdFilter()
    sale = IdFilter()
    account = IdFilter(field_name="sale__account")
    posted_since = MomentFilter(field_name="posted_at", lookup_expr="gte")

    class Meta:
        model = LedgerEntry
        fields: list[str] = []
