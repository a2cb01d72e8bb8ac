"""Stages, products and opportunities (domain §3)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts_app.models import Account, Contact, RoleKind
from core.models import User
from core.querysets import ReadByAll
from core.searching import searched
from core.triggers import append_only, never_deleted
from pipeline.querysets import OpportunityQuerySet, StageQuerySet


def base_currency() -> str:
    return str(settings.BASE_CURRENCY)


class StageKind(models.TextChoices):
    OPEN = "open", "Open"
    WON = "won", "Won"
    LOST = "lost", "Lost"


class Stage(models.Model):
    """A column of the board. There is one won and one lost stage."""

    name = models.CharField(max_length=50, unique=True)
    position = models.PositiveIntegerField(unique=True)
    kind = models.CharField(max_length=4, choices=StageKind, default=StageKind.OPEN)
    probability = models.PositiveIntegerField(help_text="In percent.")
    stalled_after_days = models.PositiveIntegerField(null=True, blank=True)

    objects = StageQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind"], condition=Q(kind__in=["won", "lost"]), name="stage_one_per_end"
            ),
            models.CheckConstraint(
                condition=Q(probability__lte=100), name="stage_probability_percent"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    name = models.CharField(max_length=200, unique=True)
    list_price = models.DecimalField(max_digits=16, decimal_places=3, null=True, blank=True)
    currency = models.CharField(max_length=3, default=base_currency)

    objects = ReadByAll["Product"].as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(list_price__isnull=True) | Q(list_price__gte=0),
                name="product_price_not_negative",
            )
        ]

    def __str__(self) -> str:
        return self.name


@never_deleted
@searched("name")
class Opportunity(models.Model):
    """Its owner is the account's holder, and nobody while pooled. On closing, the holder of that
    day is recorded and stays."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="opportunities")
    name = models.CharField(max_length=200)
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="opportunities")
    amount = models.DecimalField(max_digits=16, decimal_places=3, null=True, blank=True)
    currency = models.CharField(max_length=3, default=base_currency)
    opened_on = models.DateField()
    moved_on = models.DateField()
    expected_close_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    closed_holder = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="closed_opportunities"
    )
    lead_source = models.CharField(max_length=100, blank=True)
    loss_reason = models.CharField(max_length=200, blank=True)
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OpportunityQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_on", "-id"]
        verbose_name_plural = "opportunities"
        indexes = [
            models.Index(fields=["account", "opened_on"], name="opportunity_by_account"),
            models.Index(
                fields=["stage"], condition=Q(closed_on__isnull=True), name="opportunity_open"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
                name="opportunity_closes_after_opening",
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0),
                name="opportunity_amount_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=False) | Q(closed_holder__isnull=True),
                name="opportunity_holder_kept_on_closing",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def owner(self) -> User | None:
        """The account's holder while open, the recorded one once closed."""
        return self.account.owner if self.closed_on is None else self.closed_holder


class OpportunityProduct(models.Model):
    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="products")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    quantity = models.DecimalField(max_digits=12, decimal_places=3, default=1)

    class Meta:
        ordering = ["opportunity", "product"]
        constraints = [
            models.UniqueConstraint(
                fields=["opportunity", "product"], name="opportunity_product_once"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="opportunity_product_quantity_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} in {self.opportunity}"


class OpportunityContact(models.Model):
    """What a contact is to one opportunity."""

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="contacts")
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="opportunities")
    kind = models.CharField(max_length=15, choices=RoleKind)

    class Meta:
        ordering = ["opportunity", "contact"]
        constraints = [
            models.UniqueConstraint(
                fields=["opportunity", "contact", "kind"], name="opportunity_contact_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.contact}: {self.get_kind_display()} in {self.opportunity}"


@append_only
class StageChange(models.Model):
    """Every step that an opportunity took, the first one from nowhere."""

    opportunity = models.ForeignKey(Opportunity, models.PROTECT, related_name="stage_changes")
    from_stage = models.ForeignKey(Stage, models.PROTECT, null=True, blank=True, related_name="+")
    to_stage = models.ForeignKey(Stage, models.PROTECT, related_name="+")
    moved_on = models.DateField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    moved_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["opportunity", "id"]

    def __str__(self) -> str:
        return f"{self.opportunity} to {self.to_stage} on {self.moved_on}"
