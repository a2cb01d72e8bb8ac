"""Accounts, contacts and policies."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts_app import contacts, registry
from accounts_app.api.filters import AccountFilters, ContactFilters, PolicyFilters
from accounts_app.api.serializers import (
    AccountDetail,
    AccountOut,
    AccountShape,
    ContactChange,
    ContactNew,
    ContactOut,
    PolicyDetail,
    PolicyOut,
)
from accounts_app.dormancy import rule_in_force
from accounts_app.models import Account, Contact, DormancyPolicy, OwnershipPeriod
from core.api.endpoints import ReadOnly


class AccountsHere(ReadOnly[Account]):
    """What this room knows of accounts; the room that joins the floors adds the steps."""

    resource = "accounts"
    queryset = Account.objects.all()
    filterset_class = AccountFilters
    orderings = ("name", "id", "dormant_on", "pool_on", "updated_at", "created_at")
    shapes = {"partial_update": AccountShape}

    def get_queryset(self) -> QuerySet[Account]:
        open_period = Prefetch("periods", OwnershipPeriod.objects.open())
        rows = Account.objects.visible_to(self.person).select_related("owner")
        return rows.prefetch_related(open_period)

    def get_serializer_class(self) -> Any:
        return AccountOut if self.action == "list" else AccountDetail

    def get_serializer_context(self) -> dict[str, Any]:
        context = super().get_serializer_context()
        if self.action == "list" or getattr(self, "swagger_fake_view", False):
            return {**context}
        return {**context, "rule": rule_in_force()}

    def partial_update(self, request: Request, pk: str) -> Response:
        """By who may write on the account."""
        account = self.get_object()
        words = self.said(partial=True)
        registry.change_account(account, by=self.person, at=self.now, **words)
        return self.shown(account)


class Contacts(ReadOnly[Contact]):
    """The people at the customers."""

    resource = "contacts"
    queryset = Contact.objects.all()
    serializer_class = ContactOut
    filterset_class = ContactFilters
    orderings = ("name", "id", "created_at")
    shapes = {"create": ContactNew, "partial_update": ContactChange}

    def get_queryset(self) -> QuerySet[Contact]:
        return Contact.objects.visible_to(self.person).prefetch_related("roles")

    @extend_schema(responses={201: ContactOut})
    def create(self, request: Request) -> Response:
        """By who may write on the account."""
        words = self.said()
        account = words.pop("account")
        contact = contacts.add_contact(account, by=self.person, at=self.now, **words)
        return self.shown(contact, status=201)

    def partial_update(self, request: Request, pk: str) -> Response:
        """Whoever goes raises a risk of their own, if they decided or were the only one."""
        contact = self.get_object()
        words = self.said(partial=True)
        contacts.change_contact(contact, by=self.person, at=self.now, **words)
        return self.shown(contact)


class Policies(ReadOnly[DormancyPolicy]):
    """The one rule about dormancy, in versions, each in plain sentences."""

    resource = "policies"
    queryset = DormancyPolicy.objects.all()
    filterset_class = PolicyFilters
    orderings = ("-version",)

    def get_queryset(self) -> QuerySet[DormancyPolicy]:
        rows = DormancyPolicy.objects.visible_to(self.person).select_related("application")
        if self.action == "list":
            return rows
        return rows.prefetch_related("comments__author")

    def get_serializer_class(self) -> Any:
        return PolicyOut if self.action == "list" else PolicyDetail
