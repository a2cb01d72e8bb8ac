"""How plans, terms and the ledgers read."""

from rest_framework import serializers

from core.api.serializers import PersonRef
from incentives.models import (
    AcceleratorTier,
    CommissionPlan,
    CommissionRate,
    HandoffTerms,
    IncentivePlan,
    LedgerEntry,
)


class TierOut(serializers.ModelSerializer[AcceleratorTier]):
    class Meta:
        model = AcceleratorTier
        fields = ["within_days", "rate"]


class IncentivePlanOut(serializers.ModelSerializer[IncentivePlan]):
    """Rates are shares: 0.0500 is 5 %."""

    tiers = TierOut(many=True, read_only=True)

    class Meta:
        model = IncentivePlan
        fields = [
            "id",
            "version",
            "effective_on",
            "adopted_at",
            "first_sale_rate",
            "early_release_bonus_rate",
            "tiers",
            "eligible_days",
            "quiet_before_days",
            "cap",
            "budget",
            "pays_departed",
        ]


class CommissionRateOut(serializers.ModelSerializer[CommissionRate]):
    """Of one product, or of one segment."""

    class Meta:
        model = CommissionRate
        fields = ["product", "segment", "rate"]


class CommissionPlanOut(serializers.ModelSerializer[CommissionPlan]):
    rates = CommissionRateOut(many=True, read_only=True)

    class Meta:
        model = CommissionPlan
        fields = ["id", "version", "effective_on", "adopted_at", "default_rate", "rates"]


class TermsOut(serializers.ModelSerializer[HandoffTerms]):
    """What was promised when the handoff opened; it holds whatever is adopted later."""

    plan = IncentivePlanOut(read_only=True, allow_null=True)

    class Meta:
        model = HandoffTerms
        fields = ["plan", "policy", "brief_due_on", "frozen_at"]


class LedgerOut(serializers.ModelSerializer[LedgerEntry]):
    """One posting. ``explanation`` can be redone with a pencil, from ``inputs``."""

    beneficiary = PersonRef(read_only=True)
    account = serializers.IntegerField(source="sale.account_id", read_only=True)
    inputs = serializers.DictField(read_only=True)

    class Meta:
        model = LedgerEntry
        fields = [
            "id",
            "ledger",
            "kind",
            "beneficiary",
            "amount",
            "currency",
            "base_amount",
            "account",
            "sale",
            "handoff",
            "number",
            "incentive_plan",
            "commission_plan",
            "inputs",
            "explanation",
            "posted_at",
        ]
