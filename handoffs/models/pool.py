"""Accounts that nobody holds, and who asks for them (domain §4)."""

from django.db import models
from django.db.models import F, Q

from accounts_app.models import Account, DormancyPolicy
from core.models import User
from core.triggers import never_deleted
from handoffs.querysets import PoolEntryQuerySet


class EntryReason(models.TextChoices):
    SWEPT = "swept", "Fell quiet"
    RELEASED = "released", "Let go by its holder"
    DEPARTURE = "departure", "Its holder left"
    UNASSIGNED = "unassigned", "Imported without a holder"
    REOPENED = "reopened", "Opened again"


class Outcome(models.TextChoices):
    CLAIMED = "claimed", "Claimed"
    WITHDRAWN = "withdrawn", "Withdrawn"
    CLOSED = "closed", "The account was closed"


@never_deleted
class PoolEntry(models.Model):
    """One stay in the pool. ``evidence`` holds every sign at that moment and which one counted."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="pool_entries")
    reason = models.CharField(max_length=10, choices=EntryReason)
    previous_holder = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+"
    )
    policy = models.ForeignKey(
        DormancyPolicy, models.PROTECT, null=True, blank=True, related_name="+"
    )
    evidence = models.JSONField(default=dict)
    entered_at = models.DateTimeField()
    closes_at = models.DateTimeField(
        null=True, blank=True, help_text="When requests are decided. Empty: the first claim wins."
    )
    secret_hash = models.CharField(max_length=64, blank=True)
    secret = models.CharField(max_length=64, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    claimed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = PoolEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-entered_at", "-id"]
        verbose_name_plural = "pool entries"
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(left_at__isnull=True), name="entry_one_open"
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True, outcome="", claimed_by__isnull=True)
                | Q(left_at__isnull=False, outcome="claimed", claimed_by__isnull=False)
                | Q(
                    left_at__isnull=False,
                    outcome__in=["withdrawn", "closed"],
                    claimed_by__isnull=True,
                ),
                name="entry_leaves_with_outcome",
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(left_at__gte=F("entered_at")),
                name="entry_leaves_after_entering",
            ),
            models.CheckConstraint(
                condition=~Q(reason__in=["swept", "released", "departure"])
                | Q(previous_holder__isnull=False),
                name="entry_names_previous_holder",
            ),
            models.CheckConstraint(
                condition=~Q(reason="swept") | Q(policy__isnull=False),
                name="entry_swept_by_a_policy",
            ),
        ]
        indexes = [
            models.Index(
                fields=["closes_at", "id"], condition=Q(left_at__isnull=True), name="entry_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account} in the pool since {self.entered_at:%Y-%m-%d}"


class ClaimState(models.TextChoices):
    WAITING = "waiting", "Waiting for the decision"
    WON = "won", "Won"
    LOST = "lost", "Somebody else got it"
    REFUSED = "refused", "Refused"


class ClaimRequest(models.Model):
    """Somebody asked for a pooled account. At most one request of an entry wins."""

    entry = models.ForeignKey(PoolEntry, models.PROTECT, related_name="requests")
    user = models.ForeignKey(User, models.PROTECT, related_name="claim_requests")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ClaimState, default=ClaimState.WAITING)
    decided_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["entry", "asked_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "user"], name="claim_once_per_entry"),
            models.UniqueConstraint(
                fields=["entry"], condition=Q(state="won"), name="claim_one_winner"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at__isnull=True)
                | Q(state__in=["won", "lost", "refused"], decided_at__isnull=False),
                name="claim_decided_with_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} asks for {self.entry.account}"
