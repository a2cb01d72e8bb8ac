"""A handoff and the steps of its three tracks (domain §5)."""

from django.db import models
from django.db.models import F, Q

from accounts_app.models import Account
from core.models import User
from core.triggers import append_only, never_deleted
from handoffs.models.pool import PoolEntry
from handoffs.querysets import HandoffQuerySet


class Kind(models.TextChoices):
    SWEPT = "swept", "Fell quiet"
    RELEASED = "released", "Let go early"
    REASSIGNED = "reassigned", "Handed over"
    DEPARTURE = "departure", "The holder left"


class Reason(models.TextChoices):
    FIT = "fit", "Fit"
    RELATIONSHIP = "relationship", "Relationship"
    WORKLOAD = "workload", "Workload"
    TERRITORY = "territory", "Territory"
    OTHER = "other", "Other"


class TransferState(models.TextChoices):
    POOLED = "pooled", "In the pool"
    PROPOSED = "proposed", "Proposed"
    AGREED = "agreed", "Agreed"
    TRANSFERRED = "transferred", "Transferred"
    DECLINED = "declined", "Declined"
    CANCELLED = "cancelled", "Cancelled"


class BriefState(models.TextChoices):
    OWED = "owed", "Owed"
    HANDED_IN = "handed_in", "Handed in"
    MORE_NEEDED = "more_needed", "More is needed"
    ACCEPTED = "accepted", "Accepted"
    NOT_USABLE = "not_usable", "Not usable"
    MISSED = "missed", "Missed"


class TransitionState(models.TextChoices):
    WAITING = "waiting", "Waiting for the introduction"
    INTRODUCED = "introduced", "Introduced"
    COMPLETED = "completed", "Completed"
    SUPERSEDED = "superseded", "Superseded"


class Track(models.TextChoices):
    TRANSFER = "transfer", "Transfer"
    BRIEF = "brief", "Brief"
    TRANSITION = "transition", "Transition"


@never_deleted
class Handoff(models.Model):
    """An account on its way from ``outgoing`` to ``incoming``. The three states are moved by
    ``handoffs.steps`` only."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="handoffs")
    entry = models.OneToOneField(
        PoolEntry, models.PROTECT, null=True, blank=True, related_name="handoff"
    )
    outgoing = models.ForeignKey(User, models.PROTECT, related_name="handoffs_out")
    incoming = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="handoffs_in"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    reason = models.CharField(max_length=12, choices=Reason, blank=True)
    reason_note = models.TextField(blank=True)
    opened_at = models.DateTimeField()
    opened_on = models.DateField()
    transfer_on = models.DateField(null=True, blank=True, help_text="The agreed day.")
    transferred_at = models.DateTimeField(null=True, blank=True)
    transferred_on = models.DateField(null=True, blank=True)
    brief_due_on = models.DateField()
    brief_accept_days = models.PositiveIntegerField()
    transfer = models.CharField(max_length=12, choices=TransferState)
    brief_state = models.CharField(max_length=12, choices=BriefState, default=BriefState.OWED)
    transition = models.CharField(
        max_length=12, choices=TransitionState, default=TransitionState.WAITING
    )
    pays_incentive = models.BooleanField(
        help_text="Whether an incentive may arise from it. Of a reassignment the manager says so."
    )
    split_share = models.DecimalField(max_digits=5, decimal_places=4, null=True, blank=True)
    split_months = models.PositiveIntegerField(null=True, blank=True)

    objects = HandoffQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(transfer__in=["pooled", "proposed", "agreed"]),
                name="handoff_one_untransferred",
            ),
            models.CheckConstraint(
                condition=Q(
                    transfer="transferred",
                    transferred_at__isnull=False,
                    transferred_on__isnull=False,
                    incoming__isnull=False,
                )
                | (
                    ~Q(transfer="transferred")
                    & Q(transferred_at__isnull=True, transferred_on__isnull=True)
                ),
                name="handoff_transferred_whole",
            ),
            models.CheckConstraint(
                condition=Q(incoming__isnull=True) | ~Q(incoming=F("outgoing")),
                name="handoff_between_two",
            ),
            models.CheckConstraint(
                condition=Q(split_share__isnull=True, split_months__isnull=True)
                | Q(
                    kind__in=["reassigned", "departure"],
                    split_share__isnull=False,
                    split_share__range=(0, 1),
                    split_months__isnull=False,
                    split_months__gte=1,
                    pays_incentive=False,
                ),
                name="handoff_incentive_or_split",
            ),
            models.CheckConstraint(
                condition=~Q(kind="departure") | Q(pays_incentive=False),
                name="handoff_departure_pays_no_incentive",
            ),
            models.CheckConstraint(
                condition=Q(transferred_at__isnull=True) | Q(transferred_at__gte=F("opened_at")),
                name="handoff_transfers_after_opening",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "transferred_at"], name="handoff_by_account"),
            # A state each: SQLite does not see that one state is in a list of them.
            models.Index(
                fields=["brief_due_on"], condition=Q(brief_state="owed"), name="handoff_brief_owed"
            ),
            models.Index(
                fields=["transferred_on"],
                condition=Q(brief_state="handed_in"),
                name="handoff_brief_handed_in",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} from {self.outgoing}"


@append_only
class HandoffStep(models.Model):
    """One step of one track, the first from nowhere."""

    handoff = models.ForeignKey(Handoff, models.PROTECT, related_name="steps")
    track = models.CharField(max_length=10, choices=Track)
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12)
    taken_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["handoff", "id"]

    def __str__(self) -> str:
        return f"{self.track}: {self.from_state} to {self.to_state}"


class ChecklistKind(models.TextChoices):
    INTRODUCTION = "introduction", "Introduced to the customer"
    OPPORTUNITIES = "opportunities", "Open opportunities reviewed"
    COMPLAINTS = "complaints", "Complaints reviewed"
    FIRST_MEETING = "first_meeting", "First meeting held"
    NEXT_STEP = "next_step", "A next step with a date"


class ChecklistItem(models.Model):
    """A thing that the new holder has done for a good transition."""

    handoff = models.ForeignKey(Handoff, models.PROTECT, related_name="checklist")
    kind = models.CharField(max_length=15, choices=ChecklistKind)
    done_at = models.DateTimeField()
    done_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["handoff", "id"]
        constraints = [models.UniqueConstraint(fields=["handoff", "kind"], name="checklist_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.handoff}"
