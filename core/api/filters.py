"""Filters that say what is wrong with them; those of users, teams and events."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from core.api.fields import A_DAY, A_MOMENT, AN_ID, LARGEST_ID
from core.api.pagination import PARAMETERS
from core.inputs import DayField, MomentField
from core.models import Event, Role, Team, User, Verb


class KnownFilters(DjangoFilterBackend):
    """A parameter that is not known, says nothing or is there twice is refused: a list that ignored
    it would tell a lie."""

    def get_filterset(self, request: Request, queryset: Any, view: Any) -> Any:
        filters = super().get_filterset(request, queryset, view)
        by_name = filters.filters if filters else {}
        known = PARAMETERS | set(by_name)
        no_such = f"There is no such parameter. There are: {', '.join(sorted(known))}."
        wrong = {}
        for name, values in sorted(request.query_params.lists()):
            if name not in known:
                wrong[name[:100]] = [no_such]
            elif len(values) > 1:
                wrong[name] = ["This parameter is there twice."]
            elif values == [""] and not isinstance(by_name.get(name), django_filters.CharFilter):
                wrong[name] = ["This parameter says nothing; leave it out."]
        if wrong:
            raise ValidationError(dict(list(wrong.items())[:20]))
        return filters


class YesNo(forms.Field):
    """true or false, in any case; nothing else is read as either."""

    def to_python(self, value: Any) -> bool | None:
        if value in self.empty_values:
            return None
        word = str(value).lower()
        if word not in ("true", "false"):
            raise forms.ValidationError("Say true or false.")
        return word == "true"


@extend_schema_field({"type": "boolean"})
class YesNoFilter(django_filters.BooleanFilter):
    field_class = YesNo


@extend_schema_field(AN_ID)
class IdFilter(django_filters.NumberFilter):
    """The number of a row. One that is not there finds nothing."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, min_value=1, max_value=LARGEST_ID, **options)

    def get_max_validator(self) -> None:
        """The field has its own."""


@extend_schema_field(A_DAY)
class DayFilter(django_filters.DateFilter):
    field_class = DayField


@extend_schema_field(A_MOMENT)
class MomentFilter(django_filters.IsoDateTimeFilter):
    """ISO 8601 with an offset, or in the organisation's time zone."""

    field_class = MomentField


class Search(django_filters.CharFilter):
    """Every word is somewhere in one of the columns."""

    def __init__(self, *columns: str) -> None:
        super().__init__(max_length=200, label=f"Words in {', '.join(columns)}.")
        self.columns = columns

    def filter(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        for word in value.split()[:10]:
            anywhere = Q()
            for column in self.columns:
                anywhere |= Q(**{f"{column}__icontains": word})
            rows = rows.filter(anywhere)
        return rows


class SearchedBy(django_filters.CharFilter):
    """As the search of the pages finds them, see ``core.searching``: every word is in there."""

    def __init__(self, *columns: str) -> None:
        super().__init__(max_length=200, label=f"Words in {', '.join(columns)}.")

    def filter(self, rows: Any, value: str) -> QuerySet[Any]:
        found: QuerySet[Any] = rows.search(value)
        return found


class UserFilters(django_filters.FilterSet):
    role = django_filters.ChoiceFilter(choices=Role.choices)
    active = YesNoFilter()
    team = IdFilter(method="in_team")
    search = Search("username", "first_name", "last_name", "email")

    class Meta:
        model = User
        fields: list[str] = []

    def in_team(self, rows: QuerySet[User], name: str, value: int) -> QuerySet[User]:
        """Who is in it now."""
        return rows.filter(memberships__team=value, memberships__until_on__isnull=True)


class TeamFilters(django_filters.FilterSet):
    leader = IdFilter(field_name="leaders")
    search = Search("name")

    class Meta:
        model = Team
        fields: list[str] = []


class EventFilters(django_filters.FilterSet):
    verb = django_filters.ChoiceFilter(choices=Verb.choices)
    account = IdFilter(field_name="account_id")
    actor = IdFilter()
    since = MomentFilter(field_name="recorded_at", lookup_expr="gte")

    class Meta:
        model = Event
        fields: list[str] = []
