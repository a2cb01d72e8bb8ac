"""The administration pages of this room: to read."""

from django.contrib import admin

from accounts_app.models import (
    Account,
    AccountAccess,
    Contact,
    ContactRole,
    Contract,
    DormancyPolicy,
    ExternalRef,
    KeyDate,
    OwnershipPeriod,
    PolicyApplication,
    PolicyComment,
    RiskSignal,
)
from core.admin import ReadOnlyAdmin, ReadOnlyInline


class PeriodInline(ReadOnlyInline[OwnershipPeriod, Account]):
    model = OwnershipPeriod


class AccessInline(ReadOnlyInline[AccountAccess, Account]):
    model = AccountAccess


class RiskInline(ReadOnlyInline[RiskSignal, Account]):
    model = RiskSignal


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin[Account]):
    list_display = [
        "name",
        "id",
        "state",
        "owner",
        "held_from",
        "dormant_on",
        "warned_on",
        "pool_on",
    ]
    list_filter = ["state", "segment"]
    search_fields = ["name", "domain", "owner__username"]
    inlines = [PeriodInline, AccessInline, RiskInline]


@admin.register(ExternalRef)
class ExternalRefAdmin(ReadOnlyAdmin[ExternalRef]):
    list_display = ["source", "external_id", "subject_type", "subject_id"]
    list_filter = ["subject_type"]
    search_fields = ["external_id"]


@admin.register(OwnershipPeriod)
class OwnershipPeriodAdmin(ReadOnlyAdmin[OwnershipPeriod]):
    list_display = [
        "account",
        "holder",
        "began_at",
        "began_by",
        "ended_at",
        "ended_by",
        "clock_from",
    ]
    list_filter = ["began_by", "ended_by"]
    search_fields = ["account__name", "holder__username"]
    ordering = ["-id"]


@admin.register(AccountAccess)
class AccountAccessAdmin(ReadOnlyAdmin[AccountAccess]):
    list_display = ["account", "user", "reason", "until"]
    search_fields = ["account__name", "user__username"]
    ordering = ["-id"]


class ContactRoleInline(ReadOnlyInline[ContactRole, Contact]):
    model = ContactRole


@admin.register(Contact)
class ContactAdmin(ReadOnlyAdmin[Contact]):
    list_display = ["name", "account", "title", "email", "phone", "status", "stance"]
    list_filter = ["status", "stance"]
    search_fields = ["name", "email", "account__name"]
    ordering = ["-id"]
    inlines = [ContactRoleInline]


@admin.register(ContactRole)
class ContactRoleAdmin(ReadOnlyAdmin[ContactRole]):
    list_display = ["contact", "kind"]
    list_filter = ["kind"]
    search_fields = ["contact__name"]
    ordering = ["-id"]


@admin.register(KeyDate)
class KeyDateAdmin(ReadOnlyAdmin[KeyDate]):
    list_display = ["what", "on", "yearly", "account", "contact"]
    list_filter = ["yearly"]
    search_fields = ["what", "account__name"]


@admin.register(Contract)
class ContractAdmin(ReadOnlyAdmin[Contract]):
    list_display = ["__str__", "account", "starts_on", "ends_on", "voided_at"]
    search_fields = ["name", "account__name"]
    date_hierarchy = "starts_on"


@admin.register(RiskSignal)
class RiskSignalAdmin(ReadOnlyAdmin[RiskSignal]):
    list_display = ["kind", "account", "contact", "seen_by", "seen_at", "settled_at"]
    list_filter = ["kind", ("settled_at", admin.EmptyFieldListFilter)]
    search_fields = ["account__name"]


class CommentInline(ReadOnlyInline[PolicyComment, DormancyPolicy]):
    model = PolicyComment


class ApplicationInline(ReadOnlyInline[PolicyApplication, DormancyPolicy]):
    model = PolicyApplication


@admin.register(DormancyPolicy)
class DormancyPolicyAdmin(ReadOnlyAdmin[DormancyPolicy]):
    list_display = [
        "__str__",
        "adopted_at",
        "adopted_by",
        "effective_on",
        "dormant_after_days",
        "warn_days",
        "notice_days",
    ]
    ordering = ["-version"]
    inlines = [ApplicationInline, CommentInline]


@admin.register(PolicyComment)
class PolicyCommentAdmin(ReadOnlyAdmin[PolicyComment]):
    list_display = ["policy", "author", "said_at", "text"]
    list_filter = ["policy"]
    search_fields = ["text", "author__username"]


@admin.register(PolicyApplication)
class PolicyApplicationAdmin(ReadOnlyAdmin[PolicyApplication]):
    list_display = ["policy", "applied_on", "done_through", "finished_at"]
