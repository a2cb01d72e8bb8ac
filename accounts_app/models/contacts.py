"""The people at the customer (domain §2)."""

from django.db import models
from django.db.models import F, Q

from accounts_app.models.account import Account
from core.querysets import SearchedRows
from core.searching import searched
from core.triggers import never_deleted


class Status(models.TextChoices):
    ACTIVE = "active", "Active"
    MOVED_ROLE = "moved_role", "Moved to another role"
    LEFT = "left", "Left"
    RETIRED = "retired", "Retired"
    DECEASED = "deceased", "Deceased"


class Stance(models.TextChoices):
    SUPPORTER = "supporter", "Supporter"
    NEUTRAL = "neutral", "Neutral"
    OPPONENT = "opponent", "Opponent"


class RoleKind(models.TextChoices):
    DECISION_MAKER = "decision_maker", "Decision maker"
    CHAMPION = "champion", "Champion"
    INFLUENCER = "influencer", "Influencer"
    GATEKEEPER = "gatekeeper", "Gatekeeper"
    USER = "user", "User"
    TROUBLE_MAKER = "trouble_maker", "Trouble maker"


@never_deleted
@searched("name", "title", "email")
class Contact(models.Model):
    account = models.ForeignKey(Account, models.PROTECT, related_name="contacts")
    name = models.CharField(max_length=200)
    title = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=50, blank=True)
    reports_to = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="reports"
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    stance = models.CharField(max_length=10, choices=Stance, blank=True)
    no_calls = models.BooleanField(default=False)
    no_emails = models.BooleanField(default=False)
    no_social = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SearchedRows["Contact"].as_manager()

    class Meta:
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["email"], condition=~Q(email=""), name="contact_by_email")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reports_to=F("id")), name="contact_not_own_superior"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ContactRole(models.Model):
    """What a contact is to the whole account. For one opportunity see pipeline."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="roles")
    kind = models.CharField(max_length=15, choices=RoleKind)

    class Meta:
        ordering = ["contact", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["contact", "kind"], name="contact_role_once")
        ]

    def __str__(self) -> str:
        return f"{self.contact}: {self.get_kind_display()}"
