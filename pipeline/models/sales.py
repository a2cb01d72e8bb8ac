"""Sales, and what was taken back of them (domain §3). Never edited."""

from django.db import models
from django.db.models import Q

from accounts_app.models import Account, Segment
from core.models import User
from core.triggers import append_only
from pipeline.models.opportunities import Opportunity, Product
from pipeline.querysets import SaleQuerySet


@append_only
class Sale(models.Model):
    """``booked_on`` is a day as given, never converted. ``rate`` and ``base_amount`` are those of
    that day and are never revalued. An imported row that changed is a new ``revision``."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="sales")
    booked_on = models.DateField()
    amount = models.DecimalField(max_digits=16, decimal_places=3)
    currency = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=18, decimal_places=9)
    base_amount = models.DecimalField(max_digits=16, decimal_places=3)
    credited_to = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="sales"
    )
    segment = models.CharField(max_length=10, choices=Segment, blank=True)
    opportunity = models.ForeignKey(
        Opportunity, models.PROTECT, null=True, blank=True, related_name="sales"
    )
    source = models.CharField(max_length=50, blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    revision = models.PositiveIntegerField(default=1)
    booked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = SaleQuerySet.as_manager()

    class Meta:
        ordering = ["-booked_on", "-id"]
        indexes = [models.Index(fields=["account", "booked_on"], name="sale_by_account")]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id", "revision"],
                condition=~Q(external_id=""),
                name="sale_one_per_revision",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, base_amount__gte=0, rate__gt=0),
                name="sale_amount_positive",
            ),
            models.CheckConstraint(condition=Q(revision__gte=1), name="sale_revision_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} on {self.booked_on}"


@append_only
class SaleLine(models.Model):
    """A part of a sale for one product; the lines add up to the sale."""

    sale = models.ForeignKey(Sale, models.PROTECT, related_name="lines")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    quantity = models.DecimalField(max_digits=12, decimal_places=3, default=1)
    amount = models.DecimalField(max_digits=16, decimal_places=3)

    class Meta:
        ordering = ["sale", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=0, quantity__gt=0), name="sale_line_not_negative"
            )
        ]

    def __str__(self) -> str:
        return f"{self.product}: {self.amount}"


@append_only
class SaleReversal(models.Model):
    """What was taken back, as a positive amount in the sale's currency, at the sale's own rate."""

    sale = models.ForeignKey(Sale, models.PROTECT, related_name="reversals")
    reversed_on = models.DateField()
    amount = models.DecimalField(max_digits=16, decimal_places=3)
    base_amount = models.DecimalField(max_digits=16, decimal_places=3)
    reason = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=50, blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    reversed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["sale", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, base_amount__gte=0), name="reversal_amount_positive"
            ),
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=~Q(external_id=""),
                name="reversal_once_per_source",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.sale} taken back"
