"""Exchange rates to the base currency (domain §9)."""

from django.db import models
from django.db.models import Q

from core.querysets import RateQuerySet


class ExchangeRate(models.Model):
    """One unit of ``currency`` in the base currency on a day."""

    currency = models.CharField(max_length=3)
    on = models.DateField()
    rate = models.DecimalField(max_digits=18, decimal_places=9)

    objects = RateQuerySet.as_manager()

    class Meta:
        ordering = ["currency", "-on"]
        constraints = [
            models.UniqueConstraint(fields=["currency", "on"], name="rate_one_per_day"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="rate_positive"),
        ]

    def __str__(self) -> str:
        return f"1 {self.currency} = {self.rate} on {self.on}"
