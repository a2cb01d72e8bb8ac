"""What is promised: incentive and commission plans, and the terms of a handoff (domain §6)."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from accounts_app.models import DormancyPolicy, Segment
from accounts_app.models.policy import LONGEST_DAYS
from core.models import User
from core.triggers import append_only, frozen_once
from handoffs.models import Handoff
from incentives.querysets import PlanQuerySet
from pipeline.models import Product

NO_RATE, FULL_RATE = Decimal(0), Decimal(1)


def _rate(default: str | None = None) -> models.DecimalField[Decimal, Decimal]:
    """A share between 0 and 1, to the hundredth of a percent."""
    bounds = [MinValueValidator(NO_RATE), MaxValueValidator(FULL_RATE)]
    if default is None:
        return models.DecimalField(max_digits=5, decimal_places=4, validators=bounds)
    return models.DecimalField(
        max_digits=5, decimal_places=4, default=Decimal(default), validators=bounds
    )


def _days(default: int | None = None) -> models.PositiveIntegerField[int, int]:
    """A stretch that days can be reckoned with, on whatever database."""
    bounds = [MaxValueValidator(LONGEST_DAYS)]
    if default is None:
        return models.PositiveIntegerField(validators=bounds)
    return models.PositiveIntegerField(default=default, validators=bounds)


class Plan(models.Model):
    """Versioned, dated, and immutable once adopted."""

    version = models.PositiveIntegerField(unique=True)
    effective_on = models.DateField()
    adopted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    adopted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["version"]


@frozen_once("adopted_at")
class IncentivePlan(Plan):
    """Rates are shares (0.05 is 5 %). ``cap`` and ``budget`` are in the base currency."""

    first_sale_rate = _rate("0.05")
    early_release_bonus_rate = _rate("0.01")
    eligible_days = _days(365)
    quiet_before_days = _days(30)
    cap = models.DecimalField(max_digits=16, decimal_places=3, null=True, blank=True)
    budget = models.DecimalField(
        max_digits=16,
        decimal_places=3,
        null=True,
        blank=True,
        help_text="A quarter. It warns only.",
    )
    pays_departed = models.BooleanField(default=False)

    objects = PlanQuerySet.as_manager()

    class Meta(Plan.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(first_sale_rate__range=(0, 1), early_release_bonus_rate__range=(0, 1)),
                name="plan_rates_are_shares",
            ),
            models.CheckConstraint(
                condition=(Q(cap__isnull=True) | Q(cap__gte=0))
                & (Q(budget__isnull=True) | Q(budget__gte=0)),
                name="plan_sums_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"Incentive plan {self.version}"


@append_only
class AcceleratorTier(models.Model):
    """More for a sale soon after the transfer: ``rate`` up to and including day ``within_days``."""

    plan = models.ForeignKey(IncentivePlan, models.PROTECT, related_name="tiers")
    within_days = _days()
    rate = _rate()

    class Meta:
        ordering = ["plan", "within_days"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "within_days"], name="tier_once"),
            models.CheckConstraint(condition=Q(rate__range=(0, 1)), name="tier_rate_is_share"),
        ]

    def __str__(self) -> str:
        return f"{self.rate:.2%} within {self.within_days} days"


@append_only
class HandoffTerms(models.Model):
    """What was promised when the handoff opened. It holds whatever is adopted later."""

    handoff = models.OneToOneField(Handoff, models.PROTECT, related_name="terms")
    plan = models.ForeignKey(IncentivePlan, models.PROTECT, null=True, blank=True)
    policy = models.ForeignKey(DormancyPolicy, models.PROTECT, null=True, blank=True)
    brief_due_on = models.DateField()
    frozen_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "handoff terms"

    def __str__(self) -> str:
        return f"Terms of {self.handoff}"


@frozen_once("adopted_at")
class CommissionPlan(Plan):
    """The version of a sale is the one in effect on its ``booked_on``."""

    default_rate = _rate()

    objects = PlanQuerySet.as_manager()

    class Meta(Plan.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(default_rate__range=(0, 1)), name="commission_rate_is_share"
            )
        ]

    def __str__(self) -> str:
        return f"Commission plan {self.version}"


@append_only
class CommissionRate(models.Model):
    """A rate for one product, or for one segment."""

    plan = models.ForeignKey(CommissionPlan, models.PROTECT, related_name="rates")
    product = models.ForeignKey(Product, models.PROTECT, null=True, blank=True)
    segment = models.CharField(max_length=10, choices=Segment, blank=True)
    rate = _rate()

    class Meta:
        ordering = ["plan", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(product__isnull=False, segment="")
                | (Q(product__isnull=True) & ~Q(segment="")),
                name="commission_rate_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["plan", "product"],
                condition=Q(product__isnull=False),
                name="commission_rate_once_per_product",
            ),
            models.UniqueConstraint(
                fields=["plan", "segment"],
                condition=~Q(segment=""),
                name="commission_rate_once_per_segment",
            ),
            models.CheckConstraint(
                condition=Q(rate__range=(0, 1)), name="commission_rate_row_is_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rate:.2%} for {self.product or self.get_segment_display()}"
