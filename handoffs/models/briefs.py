"""What only the outgoing rep knows (domain §5)."""

from django.db import models
from django.db.models import Q

from core.models import User
from core.triggers import append_only, never_deleted
from handoffs.models.handoffs import Handoff

BRIEF_FIELDS = (
    "players",
    "policies",
    "politics",
    "promises",
    "complaints",
    "regular_orders",
    "key_dates",
    "next_step",
)


class BriefText(models.Model):
    """The three Ps, then what is open. Players are the names on the contact map and what the map
    cannot say; policies are how they buy; politics is who stands with whom."""

    players = models.TextField(blank=True)
    policies = models.TextField(blank=True)
    politics = models.TextField(blank=True)
    promises = models.TextField(blank=True)
    complaints = models.TextField(blank=True)
    regular_orders = models.TextField(blank=True)
    key_dates = models.TextField(blank=True)
    next_step = models.TextField(blank=True)

    class Meta:
        abstract = True


@never_deleted
class Brief(BriefText):
    """The newest text. ``first_handed_in_at`` is the hand-in that counts."""

    handoff = models.OneToOneField(Handoff, models.PROTECT, related_name="brief")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    first_handed_in_at = models.DateTimeField(null=True, blank=True)
    first_handed_in_on = models.DateField(null=True, blank=True)
    first_handed_in_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+"
    )
    last_handed_in_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Brief on {self.handoff.account}"


@append_only
class BriefVersion(BriefText):
    """The text as it was saved, each time."""

    brief = models.ForeignKey(Brief, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()
    handed_in = models.BooleanField()

    class Meta:
        ordering = ["brief", "number"]
        constraints = [
            models.UniqueConstraint(fields=["brief", "number"], name="brief_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.brief}, version {self.number}"


class BriefQuestion(models.Model):
    """What the incoming rep still needs to know."""

    brief = models.ForeignKey(Brief, models.PROTECT, related_name="questions")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    question = models.TextField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["brief", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | ~Q(answer=""),
                name="question_answered_with_words",
            )
        ]

    def __str__(self) -> str:
        return self.question[:60]
