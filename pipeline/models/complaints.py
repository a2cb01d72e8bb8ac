"""What went wrong (domain §2)."""

from django.db import models
from django.db.models import Q

from accounts_app.models import Account
from core.models import User
from core.triggers import never_deleted
from pipeline.models.opportunities import Product


@never_deleted
class Complaint(models.Model):
    account = models.ForeignKey(Account, models.PROTECT, related_name="complaints")
    product = models.ForeignKey(Product, models.PROTECT, null=True, blank=True)
    what = models.TextField()
    raised_on = models.DateField()
    raised_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    resolved_on = models.DateField(null=True, blank=True)
    resolution = models.TextField(blank=True)

    class Meta:
        ordering = ["-raised_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(resolved_on__isnull=True) | Q(resolved_on__gte=models.F("raised_on")),
                name="complaint_resolved_after_raised",
            )
        ]

    def __str__(self) -> str:
        return self.what[:60]
