"""The one rule about dormancy, in versions (domain §4).

There is no field for an exception by rep, team or account, on purpose.
"""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from accounts_app.dormancy_rule import Rule
from accounts_app.querysets import PolicyQuerySet
from core.models import User
from core.triggers import append_only, frozen_once

LONGEST_DAYS = 3650


def _days(default: int, *, least: int = 0) -> models.PositiveIntegerField[int, int]:
    return models.PositiveIntegerField(
        default=default,
        validators=[MinValueValidator(least), MaxValueValidator(LONGEST_DAYS)],
    )


@frozen_once("adopted_at")
class DormancyPolicy(models.Model):
    """The same for everybody. A proposal may change; once adopted, the database refuses it."""

    version = models.PositiveIntegerField(unique=True)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    adopted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    adopted_at = models.DateTimeField(null=True, blank=True)
    effective_on = models.DateField(null=True, blank=True)

    dormant_after_days = _days(90, least=1)
    warn_days = _days(21)
    notice_days = _days(7)
    pipeline_stalled_after_days = _days(45)
    longest_wait_days = _days(365)
    brief_due_days = _days(7)
    brief_accept_days = _days(7)
    claim_window_hours = models.PositiveIntegerField(
        default=24, validators=[MaxValueValidator(24 * 31)]
    )
    reclaim_cooldown_days = _days(365)
    max_unworked_claims = models.PositiveIntegerField(
        default=10, validators=[MinValueValidator(1), MaxValueValidator(10_000)]
    )
    counts_engagement = models.BooleanField(default=True)
    counts_sale = models.BooleanField(default=True)
    counts_pipeline = models.BooleanField(default=True)
    counts_contract = models.BooleanField(default=True)
    counts_interest = models.BooleanField(default=True)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        ordering = ["version"]
        verbose_name_plural = "dormancy policies"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    adopted_at__isnull=True, adopted_by__isnull=True, effective_on__isnull=True
                )
                | Q(adopted_at__isnull=False, adopted_by__isnull=False, effective_on__isnull=False),
                name="policy_adopted_whole",
            ),
            models.CheckConstraint(
                condition=Q(dormant_after_days__range=(1, LONGEST_DAYS))
                & Q(warn_days__lte=F("dormant_after_days"))
                & Q(notice_days__lte=LONGEST_DAYS)
                & Q(pipeline_stalled_after_days__lte=LONGEST_DAYS)
                & Q(longest_wait_days__lte=LONGEST_DAYS)
                & Q(reclaim_cooldown_days__lte=LONGEST_DAYS),
                name="policy_days_in_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"Policy {self.version}"

    @property
    def rule(self) -> Rule:
        """The figures that the clock needs."""
        return Rule(
            dormant_after_days=self.dormant_after_days,
            warn_days=self.warn_days,
            notice_days=self.notice_days,
            pipeline_stalled_after_days=self.pipeline_stalled_after_days,
            longest_wait_days=self.longest_wait_days,
            counts_engagement=self.counts_engagement,
            counts_sale=self.counts_sale,
            counts_pipeline=self.counts_pipeline,
            counts_contract=self.counts_contract,
            counts_interest=self.counts_interest,
        )


@append_only
class PolicyComment(models.Model):
    """What the team says of a proposal while it is open."""

    policy = models.ForeignKey(DormancyPolicy, models.PROTECT, related_name="comments")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    text = models.TextField()
    said_at = models.DateTimeField()

    class Meta:
        ordering = ["said_at"]

    def __str__(self) -> str:
        return f"{self.author} on {self.policy}"


class PolicyApplication(models.Model):
    """A policy coming into force. The newest row names the policy in force.

    ``done_through`` is the last account id whose deadlines follow it; ``finished_at`` is set once
    all do, so that a killed recomputation goes on where it stopped.
    """

    policy = models.OneToOneField(DormancyPolicy, models.PROTECT, related_name="application")
    applied_on = models.DateField()
    done_through = models.PositiveBigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.policy} from {self.applied_on}"
