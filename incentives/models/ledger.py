"""What is due to whom and why. Entries are added, never changed (domain §6)."""

from django.db import models
from django.db.models import Q

from core.models import User
from core.triggers import append_only
from handoffs.models import Handoff
from incentives.models.plans import CommissionPlan, IncentivePlan
from incentives.querysets import LedgerQuerySet
from pipeline.models import Sale


class Ledger(models.TextChoices):
    INCENTIVE = "incentive", "Incentive"
    COMMISSION = "commission", "Commission"


class Kind(models.TextChoices):
    FIRST_SALE = "first_sale", "First sale"
    ACCELERATOR = "accelerator", "Accelerator"
    COMMISSION = "commission", "Commission"
    COMMISSION_SHARE = "commission_share", "Share of a commission"


@append_only
class LedgerEntry(models.Model):
    """One posting of one cause (ledger, beneficiary, kind, handoff, sale), numbered from 1.

    ``amount`` is what changes; the entries of a cause add up to what is due. Amounts are in the
    base currency, ``base_amount`` is what the rate was taken of.
    """

    ledger = models.CharField(max_length=10, choices=Ledger)
    kind = models.CharField(max_length=20, choices=Kind)
    beneficiary = models.ForeignKey(User, models.PROTECT, related_name="ledger_entries")
    amount = models.DecimalField(max_digits=16, decimal_places=3)
    currency = models.CharField(max_length=3)
    base_amount = models.DecimalField(max_digits=16, decimal_places=3)
    handoff = models.ForeignKey(
        Handoff, models.PROTECT, null=True, blank=True, related_name="ledger_entries"
    )
    sale = models.ForeignKey(Sale, models.PROTECT, related_name="ledger_entries")
    number = models.PositiveIntegerField()
    incentive_plan = models.ForeignKey(IncentivePlan, models.PROTECT, null=True, blank=True)
    commission_plan = models.ForeignKey(CommissionPlan, models.PROTECT, null=True, blank=True)
    inputs = models.JSONField(default=dict)
    explanation = models.TextField()
    posted_at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "ledger entries"
        constraints = [
            models.UniqueConstraint(
                fields=["ledger", "beneficiary", "kind", "handoff", "sale", "number"],
                condition=Q(handoff__isnull=False),
                name="ledger_one_per_cause",
            ),
            models.UniqueConstraint(
                fields=["ledger", "beneficiary", "kind", "sale", "number"],
                condition=Q(handoff__isnull=True),
                name="ledger_one_per_sale_cause",
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="ledger_amount_not_zero"),
            models.CheckConstraint(
                condition=Q(
                    ledger="incentive",
                    kind__in=["first_sale", "accelerator"],
                    handoff__isnull=False,
                )
                | Q(ledger="commission", kind__in=["commission", "commission_share"]),
                name="ledger_kinds_kept_apart",
            ),
        ]
        indexes = [
            models.Index(fields=["beneficiary", "ledger", "id"], name="ledger_by_person"),
            models.Index(fields=["sale"], name="ledger_by_sale"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount} {self.currency}"
