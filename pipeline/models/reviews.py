"""A manager's month of one rep (domain §3, §8)."""

from django.db import models
from django.db.models import Q

from core.models import User


class PipelineReview(models.Model):
    """``month`` is its first day. Complete once every item is decided."""

    rep = models.ForeignKey(User, models.PROTECT, related_name="reviews")
    manager = models.ForeignKey(User, models.PROTECT, related_name="+")
    month = models.DateField()
    opened_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-month", "rep"]
        constraints = [
            models.UniqueConstraint(fields=["rep", "month"], name="review_one_per_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="review_month_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.rep}, {self.month:%B %Y}"
