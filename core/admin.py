"""The administration pages: every table, to read. What changes goes through the verbs.

Only administrators get in (``User.is_staff``). People are the one exception: they are added and
changed here, by the verbs of ``core.people``.
"""

import json
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from allauth.account.decorators import secure_admin_login
from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import JSONField, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.debug import sensitive_post_parameters

from core import people, sign_ins
from core.models import (
    ApiToken,
    Cover,
    Event,
    ExchangeRate,
    IdempotencyRecord,
    Notification,
    Role,
    SavedList,
    Strength,
    Team,
    TeamMembership,
    User,
)

MOST_ROWS = 10_000
_M = TypeVar("_M", bound=Model)
_P = TypeVar("_P", bound=Model)
Column = str | Callable[[Any], str]

admin.site.site_header = "Steward"
admin.site.site_title = "Steward"
admin.site.index_title = "Every table, to read"


def change_password_outside(
    request: HttpRequest, extra_context: dict[str, Any] | None = None
) -> HttpResponse:
    return redirect("account_change_password")


# One way in, with limits and the second factor; and one place for one's own password.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.password_change = change_password_outside  # type: ignore[assignment,method-assign]
# Steward knows roles, not groups, which Django's own room has registered by now; and allauth's
# tables show what signs people in.
admin.site.unregister(Group)
for room in ("account", "mfa", "usersessions", "socialaccount"):
    for model in apps.get_app_config(room).get_models():
        if admin.site.is_registered(model):
            admin.site.unregister(model)


class FirstRows(Paginator[_M]):
    """Pages through the first ``MOST_ROWS`` rows, without counting a big table to its end."""

    @cached_property
    def count(self) -> int:
        rows = cast(QuerySet[_M], self.object_list)
        return rows.order_by()[:MOST_ROWS].count()


def readable(name: str) -> Column:
    """A JSON column with a line for each fact."""

    def shown(row: Any) -> SafeString:
        text = json.dumps(getattr(row, name), indent=2, ensure_ascii=False)
        return format_html("<pre>{}</pre>", text)

    shown.__name__ = name
    return shown


def columns_of(model: type[Model], *, hidden: Sequence[str] = ()) -> list[Column]:
    """Every column of a table, in the order of its model."""
    fields = [*model._meta.fields, *model._meta.many_to_many]
    return [
        readable(field.name) if isinstance(field, JSONField) else field.name
        for field in fields
        if field.name not in hidden
    ]


class ReadsOnly(BaseModelAdmin[_M]):
    """Shows rows in full; nothing is added, changed or deleted past the verbs.

    ``hidden`` columns are not shown. What a row names is read with it; ``related`` adds what the
    names of those are made of.
    """

    hidden: Sequence[str] = ()
    related: Sequence[str] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[_M]:
        named = [f.name for f in self.model._meta.fields if f.many_to_one or f.one_to_one]
        rows = super().get_queryset(request)
        return rows.select_related(*named, *self.related) if named else rows

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return columns_of(self.model, hidden=self.hidden)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return self.get_fields(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(ReadsOnly[_M], admin.ModelAdmin[_M]):
    """A table: its list, and a page for each row."""

    actions = None
    list_per_page = 50
    list_max_show_all = 200
    show_full_result_count = False
    paginator = FirstRows

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The history of a row is its events."""
        kind = ContentType.objects.get_for_model(self.model)
        subject = urlencode({"subject_type": kind.pk, "subject_id": object_id})
        return redirect(f"{reverse('admin:core_event_changelist')}?{subject}")


class ReadOnlyInline(ReadsOnly[_M], admin.TabularInline[_M, _P]):
    """The rows below a row, on its page."""

    extra = 0
    can_delete = False
    show_change_link = True

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        parents = [
            field.name
            for field in self.model._meta.fields
            if field.related_model is self.parent_model
        ]
        return columns_of(self.model, hidden=["id", *parents[:1], *self.hidden])


EDITABLE = ("first_name", "last_name", "email", "region", "strengths", "capacity")
PASSWORDS = ("password1", "password2")
LOST = "lost"
FIRST_FIELDS = ("username", "role", "holds_accounts")


class PersonForm(forms.ModelForm[User]):
    """What an administrator changes of somebody by hand."""

    strengths = forms.MultipleChoiceField(
        choices=Strength.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    password1 = forms.CharField(
        label="New password",
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Leave it empty to keep the one there is. A new one ends their sessions.",
    )
    password2 = forms.CharField(
        label="The same again",
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    lost = forms.BooleanField(
        label="They lost their second factor",
        required=False,
        help_text="Takes their app, passkeys and recovery codes away; the password stays.",
    )

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"])
        others = User.objects.get_queryset().exclude(pk=self.instance.pk)
        if email and others.filter(email=email).exists():
            raise ValidationError("Somebody else has this address.")
        return email

    def clean(self) -> dict[str, Any]:
        super().clean()
        first, second = (self.cleaned_data.get(name) or "" for name in PASSWORDS)
        if first != second:
            self.add_error("password2", "The two are not the same.")
        elif first:
            self._check_password(first)
        return self.cleaned_data

    def _check_password(self, password: str) -> None:
        named = {name: self.cleaned_data.get(name) or "" for name in ("email", "first_name")}
        username = self.cleaned_data.get("username") or self.instance.username
        try:
            validate_password(password, User(username=username, **named))
        except ValidationError as error:
            self.add_error("password1", error)


class NewPersonForm(PersonForm):
    role = forms.ChoiceField(
        choices=[choice for choice in Role.choices if choice[0] != Role.SYSTEM], initial=Role.REP
    )


class MembershipInline(ReadOnlyInline[TeamMembership, Model]):
    model = TeamMembership


@admin.register(User)
class UserAdmin(ReadOnlyAdmin[User]):
    """People. Their role, and whether they hold accounts or left, is for the verbs to change."""

    list_display = ["username", "name", "email", "role", "holds_accounts", "region", "active"]
    list_filter = ["role", "active", "holds_accounts", "region"]
    search_fields = ["username", "first_name", "last_name", "email"]
    ordering = ["username"]
    hidden = ("password",)
    inlines = [MembershipInline]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_system = isinstance(obj, User) and obj.role == Role.SYSTEM
        return self.has_view_permission(request) and not is_system

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> list[Any]:
        if obj is None:
            return [*FIRST_FIELDS, *EDITABLE, *PASSWORDS]
        if not self.has_change_permission(request, obj):
            return super().get_fields(request, obj)
        others = columns_of(User, hidden=[*self.hidden, *EDITABLE])
        return [*EDITABLE, *PASSWORDS, LOST, *others]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[Any]:
        editable = {*EDITABLE, *PASSWORDS, LOST, *(FIRST_FIELDS if obj is None else ())}
        if obj is not None and not self.has_change_permission(request, obj):
            editable = set()
        return [name for name in self.get_fields(request, obj) if name not in editable]

    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[User]]:
        if self.has_change_permission(request, obj):
            kwargs["form"] = PersonForm if change else NewPersonForm
        return super().get_form(request, obj, change, **kwargs)

    @method_decorator(sensitive_post_parameters(*PASSWORDS))
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(
        self, request: HttpRequest, obj: User, form: forms.ModelForm[User], change: bool
    ) -> None:
        """The form has filled ``obj`` already, so the verbs are given the row as it stands."""
        by, at = cast(User, request.user), timezone.now()
        given = {
            name: form.cleaned_data[name]
            for name in (*FIRST_FIELDS, *EDITABLE)
            if name in form.fields
        }
        if change:
            person = User.objects.get(pk=obj.pk)
            people.change_user(person, by=by, at=at, **given)
        else:
            person = people.add_user(given.pop("username"), by=by, at=at, **given)
            obj.pk = person.pk
        if form.cleaned_data.get(LOST):
            sign_ins.take_second_factors(person, by=by)
        if form.cleaned_data["password1"]:
            people.set_password(person, password=form.cleaned_data["password1"], by=by, at=at)


@admin.register(Team)
class TeamAdmin(ReadOnlyAdmin[Team]):
    list_display = ["name", "led_by"]
    search_fields = ["name"]
    inlines = [MembershipInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        return super().get_queryset(request).prefetch_related("leaders")

    def led_by(self, team: Team) -> str:
        return ", ".join(leader.name for leader in team.leaders.all())


@admin.register(TeamMembership)
class TeamMembershipAdmin(ReadOnlyAdmin[TeamMembership]):
    list_display = ["user", "team", "from_on", "until_on"]
    list_filter = ["team"]
    search_fields = ["user__username", "user__first_name", "user__last_name"]
    date_hierarchy = "from_on"


@admin.register(Cover)
class CoverAdmin(ReadOnlyAdmin[Cover]):
    list_display = ["stand_in", "absent", "from_on", "until_on"]
    search_fields = ["stand_in__username", "absent__username"]


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin[Event]):
    """The record. It can be long: it is searched by account and subject, which are indexed."""

    list_display = [
        "id",
        "happened_at",
        "verb",
        "actor",
        "subject_type",
        "subject_id",
        "account_id",
    ]
    list_display_links = ["id", "happened_at"]
    list_filter = ["verb", "subject_type"]
    search_fields = ["account_id"]
    search_help_text = "The number of an account."
    ordering = ["-id"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Event], search_term: str
    ) -> tuple[QuerySet[Event], bool]:
        """By the number itself: Django would compare it as text, past the index."""
        if not search_term:
            return queryset, False
        is_number = search_term.isascii() and search_term.isdecimal() and len(search_term) < 19
        found = queryset.filter(account_id=search_term) if is_number else queryset.none()
        return found, False


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin[Notification]):
    list_display = ["created_at", "recipient", "sentence", "read_at"]
    related = ("event__actor",)
    search_fields = ["recipient__username"]


@admin.register(ExchangeRate)
class ExchangeRateAdmin(ReadOnlyAdmin[ExchangeRate]):
    list_display = ["currency", "on", "rate"]
    list_filter = ["currency"]
    search_fields = ["currency"]
    date_hierarchy = "on"


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin[ApiToken]):
    list_display = ["name", "user", "issued_by", "expires_at", "last_used_at", "revoked_at"]
    list_filter = [("revoked_at", admin.EmptyFieldListFilter)]
    search_fields = ["name", "user__username"]
    hidden = ("digest",)


@admin.register(IdempotencyRecord)
class IdempotencyRecordAdmin(ReadOnlyAdmin[IdempotencyRecord]):
    """Without the answer: it may hold what is shown once only, as a token is."""

    list_display = ["created_at", "user", "request", "status"]
    search_fields = ["user__username"]
    hidden = ("body_hash", "answer")


@admin.register(SavedList)
class SavedListAdmin(ReadOnlyAdmin[SavedList]):
    """What people keep for themselves."""

    list_display = ["name", "page", "user"]
