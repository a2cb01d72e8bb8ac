"""What is paid out, month by month (domain §6). Frozen by approval."""

from django.db import models
from django.db.models import F, Q

from core.models import User
from core.triggers import frozen_once
from incentives.models.ledger import Ledger, LedgerEntry


@frozen_once("approved_at")
class PayoutRun(models.Model):
    """``month`` is its first day. Approved by finance, never by whoever drafted it."""

    month = models.DateField()
    ledger = models.CharField(max_length=10, choices=Ledger)
    drafted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-month", "ledger"]
        constraints = [
            models.UniqueConstraint(fields=["month", "ledger"], name="run_one_per_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="run_month_first_day"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | (
                    Q(approved_at__isnull=False, approved_by__isnull=False)
                    & ~Q(approved_by=F("drafted_by"))
                ),
                name="run_approved_by_somebody_else",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_ledger_display()}, {self.month:%B %Y}"


@frozen_once("frozen_at")
class Statement(models.Model):
    """What one person gets in one run."""

    run = models.ForeignKey(PayoutRun, models.PROTECT, related_name="statements")
    beneficiary = models.ForeignKey(User, models.PROTECT, related_name="statements")
    total = models.DecimalField(max_digits=16, decimal_places=3)
    currency = models.CharField(max_length=3)
    frozen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["run", "beneficiary"]
        constraints = [
            models.UniqueConstraint(fields=["run", "beneficiary"], name="statement_one_each")
        ]

    def __str__(self) -> str:
        return f"{self.beneficiary}: {self.total} {self.currency}"


@frozen_once("frozen_at")
class StatementLine(models.Model):
    """A ledger entry is paid once: it stands in one statement at the most."""

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="lines")
    entry = models.OneToOneField(LedgerEntry, models.PROTECT, related_name="statement_line")
    frozen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["statement", "id"]

    def __str__(self) -> str:
        return str(self.entry)
