"""The administration pages of this room: to read."""

from django.contrib import admin

from core.admin import ReadOnlyAdmin, ReadOnlyInline
from incentives.models import (
    AcceleratorTier,
    CommissionPlan,
    CommissionRate,
    HandoffTerms,
    IncentivePlan,
    LedgerEntry,
    PayoutRun,
    Statement,
    StatementLine,
)


class TierInline(ReadOnlyInline[AcceleratorTier, IncentivePlan]):
    model = AcceleratorTier


@admin.register(IncentivePlan)
class IncentivePlanAdmin(ReadOnlyAdmin[IncentivePlan]):
    list_display = [
        "__str__",
        "effective_on",
        "first_sale_rate",
        "early_release_bonus_rate",
        "eligible_days",
        "cap",
        "budget",
        "adopted_by",
        "adopted_at",
    ]
    ordering = ["-version"]
    inlines = [TierInline]


@admin.register(AcceleratorTier)
class AcceleratorTierAdmin(ReadOnlyAdmin[AcceleratorTier]):
    list_display = ["plan", "within_days", "rate"]


@admin.register(HandoffTerms)
class HandoffTermsAdmin(ReadOnlyAdmin[HandoffTerms]):
    list_display = ["handoff", "plan", "policy", "brief_due_on", "frozen_at"]
    list_filter = ["plan", "policy"]
    related = ("handoff__account", "handoff__outgoing")
    search_fields = ["handoff__account__name", "handoff__outgoing__username"]


class RateInline(ReadOnlyInline[CommissionRate, CommissionPlan]):
    model = CommissionRate


@admin.register(CommissionPlan)
class CommissionPlanAdmin(ReadOnlyAdmin[CommissionPlan]):
    list_display = ["__str__", "effective_on", "default_rate", "adopted_by", "adopted_at"]
    ordering = ["-version"]
    inlines = [RateInline]


@admin.register(CommissionRate)
class CommissionRateAdmin(ReadOnlyAdmin[CommissionRate]):
    list_display = ["plan", "product", "segment", "rate"]
    list_filter = ["plan", "segment"]


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin[LedgerEntry]):
    list_display = [
        "id",
        "posted_at",
        "ledger",
        "kind",
        "beneficiary",
        "amount",
        "currency",
        "explanation",
    ]
    list_display_links = ["id", "posted_at"]
    list_filter = ["ledger", "kind"]
    related = ("handoff__account", "handoff__outgoing")
    search_fields = ["beneficiary__username", "sale__account__name"]
    date_hierarchy = "posted_at"
    ordering = ["-id"]


class StatementInline(ReadOnlyInline[Statement, PayoutRun]):
    model = Statement


@admin.register(PayoutRun)
class PayoutRunAdmin(ReadOnlyAdmin[PayoutRun]):
    list_display = ["__str__", "drafted_by", "drafted_at", "approved_by", "approved_at"]
    list_filter = ["ledger"]
    date_hierarchy = "month"
    inlines = [StatementInline]


class StatementLineInline(ReadOnlyInline[StatementLine, Statement]):
    model = StatementLine


@admin.register(Statement)
class StatementAdmin(ReadOnlyAdmin[Statement]):
    list_display = ["run", "beneficiary", "total", "currency", "frozen_at"]
    search_fields = ["beneficiary__username"]
    ordering = ["-id"]
    inlines = [StatementLineInline]


@admin.register(StatementLine)
class StatementLineAdmin(ReadOnlyAdmin[StatementLine]):
    list_display = ["statement", "entry", "frozen_at"]
    related = ("statement__beneficiary",)
    ordering = ["-id"]
