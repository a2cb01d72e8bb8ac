"""Plans, which everybody reads, and the ledgers, of which one reads what is one's own."""

from django.db.models import QuerySet

from core.api.endpoints import ReadOnly
from core.days import day_of
from incentives.api.filters import LedgerFilters
from incentives.api.serializers import CommissionPlanOut, IncentivePlanOut, LedgerOut
from incentives.models import CommissionPlan, IncentivePlan, LedgerEntry


class IncentivePlans(ReadOnly[IncentivePlan]):
    """What a handoff can earn, in versions."""

    resource = "plans"
    queryset = IncentivePlan.objects.all()
    serializer_class = IncentivePlanOut
    orderings = ("-version",)

    def get_queryset(self) -> QuerySet[IncentivePlan]:
        return IncentivePlan.objects.visible_to(self.person).prefetch_related("tiers")


class CommissionPlans(ReadOnly[CommissionPlan]):
    """What a sale earns whoever made it, in versions."""

    resource = "plans"
    queryset = CommissionPlan.objects.all()
    serializer_class = CommissionPlanOut
    orderings = ("-version",)

    def get_queryset(self) -> QuerySet[CommissionPlan]:
        return CommissionPlan.objects.visible_to(self.person).prefetch_related("rates")


class LedgerEntries(ReadOnly[LedgerEntry]):
    """What is due and why: one's own, one's teams', or all for finance and administrators."""

    resource = "ledger"
    queryset = LedgerEntry.objects.all()
    serializer_class = LedgerOut
    filterset_class = LedgerFilters
    orderings = ("-id",)

    def get_queryset(self) -> QuerySet[LedgerEntry]:
        rows = LedgerEntry.objects.visible_to(self.person, on=day_of(self.now))
        return rows.select_related("beneficiary", "sale")
