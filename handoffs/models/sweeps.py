"""The nights: what each sweep did (domain §4)."""

from django.db import models
from django.db.models import F, Q

from accounts_app.models import Account, DormancyPolicy
from handoffs.querysets import SweepRunQuerySet


class SweepRun(models.Model):
    """One night's sweep. Unfinished until ``finished_at``; a killed one is taken up again.

    ``run_on`` is the day on which it was run, later than ``night`` if it tells of the past.
    """

    night = models.DateField(unique=True)
    policy = models.ForeignKey(DormancyPolicy, models.PROTECT, related_name="+")
    run_on = models.DateField(null=True, blank=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    warned = models.PositiveIntegerField(default=0)
    pooled = models.PositiveIntegerField(default=0)
    redated = models.PositiveIntegerField(default=0)

    objects = SweepRunQuerySet.as_manager()

    class Meta:
        ordering = ["-night"]
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=F("started_at")),
                name="sweep_finishes_after_start",
            )
        ]
        indexes = [
            models.Index(
                fields=["run_on"], condition=Q(run_on__gt=F("night")), name="sweep_told_late"
            )
        ]

    def __str__(self) -> str:
        return f"Sweep of {self.night}"


class SetAside(models.Model):
    """An account that a sweep could not treat; it is tried again the next night."""

    run = models.ForeignKey(SweepRun, models.PROTECT, related_name="set_aside")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    why = models.TextField()

    class Meta:
        ordering = ["run", "account"]
        verbose_name_plural = "set aside"
        constraints = [
            models.UniqueConstraint(fields=["run", "account"], name="set_aside_once_a_night")
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.why}"
