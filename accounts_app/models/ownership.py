"""Who held an account, from when until when, and who else may write on it (domain §2)."""

from django.db import models
from django.db.models import F, Q

from accounts_app.models.account import Account
from accounts_app.querysets import PeriodQuerySet
from core.models import User
from core.triggers import never_deleted, no_overlap


class BeganBy(models.TextChoices):
    IMPORTED = "imported", "Imported"
    ADDED = "added", "Added by the holder"
    CLAIMED = "claimed", "Claimed from the pool"
    REASSIGNED = "reassigned", "Handed over"
    RESTORED = "restored", "Restored by a late fact"


class EndedBy(models.TextChoices):
    SWEPT = "swept", "Fell quiet"
    RELEASED = "released", "Let go by the holder"
    REASSIGNED = "reassigned", "Handed over"
    DEPARTURE = "departure", "The holder left"
    CLOSED = "closed", "The account was closed"


@never_deleted
@no_overlap(key="account_id", start="began_at", end="ended_at")
class OwnershipPeriod(models.Model):
    """Half-open: the holder from ``began_at`` until just before ``ended_at``.

    ``clock_from`` is the day the dormancy clock started for this holder; a restored holder keeps
    the old one.
    """

    account = models.ForeignKey(Account, models.PROTECT, related_name="periods")
    holder = models.ForeignKey(User, models.PROTECT, related_name="periods")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    began_by = models.CharField(max_length=10, choices=BeganBy)
    ended_by = models.CharField(max_length=10, choices=EndedBy, blank=True)
    clock_from = models.DateField()
    start_assumed = models.BooleanField(
        default=False, help_text="Nobody said since when; an earlier fact moves the start back."
    )
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = PeriodQuerySet.as_manager()

    class Meta:
        ordering = ["account", "began_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(ended_at__isnull=True), name="period_one_open"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by="")
                | (Q(ended_at__isnull=False, ended_at__gt=F("began_at")) & ~Q(ended_by="")),
                name="period_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder} on {self.account} from {self.began_at:%Y-%m-%d}"


class AccountAccess(models.Model):
    """Somebody besides the holder who may write on an account, kept by handoffs and covers."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="accesses")
    user = models.ForeignKey(User, models.PROTECT, related_name="accesses")
    reason = models.CharField(max_length=100)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["account", "user"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "user", "reason"], name="access_once_per_reason"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} on {self.account}: {self.reason}"
