"""Facts about an account that outlive its holder (domain §2)."""

from django.db import models
from django.db.models import F, Q

from accounts_app.models.account import Account
from accounts_app.models.contacts import Contact
from core.models import User
from core.triggers import never_deleted


class KeyDate(models.Model):
    """An occasion that matters to the customer, yearly or once."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="key_dates")
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, blank=True)
    what = models.CharField(max_length=200)
    on = models.DateField()
    yearly = models.BooleanField(default=False)

    class Meta:
        ordering = ["on"]

    def __str__(self) -> str:
        return f"{self.what} on {self.on}"


@never_deleted
class Contract(models.Model):
    """An agreement. Its last day is a sign of life; without one it runs until it is ended."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="contracts")
    name = models.CharField(max_length=200, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="contract_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True) | ~Q(void_reason=""),
                name="contract_voided_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"Contract from {self.starts_on}"


class RiskKind(models.TextChoices):
    COMPETITOR_ACTIVE = "competitor_active", "A competitor is active"
    BUYER_RETIRED = "buyer_retired", "The buyer retired"
    BUYER_DIED = "buyer_died", "The buyer died"
    BUYER_LEFT = "buyer_left", "The buyer left or moved"
    DIRECTION_CHANGED = "direction_changed", "The company changed direction"
    CONFLICT_OF_INTEREST = "conflict_of_interest", "Conflict of interest"
    RELATIONSHIP_STRAINED = "relationship_strained", "The relationship is strained"


@never_deleted
class RiskSignal(models.Model):
    """A reason to fear for the account. Open until somebody settles it."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="risks")
    kind = models.CharField(max_length=25, choices=RiskKind)
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, blank=True)
    evidence = models.TextField(blank=True)
    seen_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    seen_at = models.DateTimeField()
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_how = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-seen_at"]
        indexes = [
            models.Index(fields=["account"], condition=Q(settled_at__isnull=True), name="risk_open")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "kind", "contact"],
                condition=Q(settled_at__isnull=True, contact__isnull=False),
                name="risk_once_per_contact",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | Q(settled_by__isnull=False),
                name="risk_settled_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.account}"
