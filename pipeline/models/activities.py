"""What was done with a customer, and what comes next (domain §2)."""

from django.db import models
from django.db.models import Q

from accounts_app.models import Account, Contact
from core.models import User
from core.triggers import never_deleted
from pipeline.models.opportunities import Opportunity
from pipeline.querysets import ActivityQuerySet, NextStepQuerySet


class Channel(models.TextChoices):
    CALL = "call", "Call"
    EMAIL = "email", "E-mail"
    SOCIAL = "social", "Social media"
    MEETING = "meeting", "Meeting"
    VISIT = "visit", "Visit"
    NOTE = "note", "Note"


class Direction(models.TextChoices):
    OUTBOUND = "outbound", "From us"
    INBOUND = "inbound", "From the customer"


class Outcome(models.TextChoices):
    CONNECTED = "connected", "Spoke with somebody"
    HELD = "held", "Took place"
    REPLIED = "replied", "They replied"
    INTERESTED_LATER = "interested_later", "Interested later"
    NO_ANSWER = "no_answer", "No answer"
    LEFT_MESSAGE = "left_message", "Left a message"
    SENT = "sent", "Sent"
    AUTO_REPLY = "auto_reply", "Automatic reply"
    OPTED_OUT = "opted_out", "Does not want to hear from us"
    NOT_VIABLE = "not_viable", "Not viable"


@never_deleted
class Activity(models.Model):
    """``is_engagement`` says whether the customer took part; ``pipeline.engagement`` decides it."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="activities")
    channel = models.CharField(max_length=10, choices=Channel)
    direction = models.CharField(max_length=10, choices=Direction, default=Direction.OUTBOUND)
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True)
    occurred_at = models.DateTimeField()
    occurred_on = models.DateField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    logged_by = models.ForeignKey(User, models.PROTECT, related_name="activities")
    contacts = models.ManyToManyField(Contact, related_name="activities", blank=True)
    opportunity = models.ForeignKey(
        Opportunity, models.PROTECT, null=True, blank=True, related_name="activities"
    )
    summary = models.TextField(blank=True)
    interested_until = models.DateField(null=True, blank=True)
    is_engagement = models.BooleanField()
    client_id = models.UUIDField(null=True, blank=True, unique=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    void_reason = models.CharField(max_length=200, blank=True)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        ordering = ["-occurred_at", "-id"]
        verbose_name_plural = "activities"
        indexes = [
            models.Index(fields=["account", "-occurred_at", "-id"], name="activity_timeline"),
            models.Index(
                fields=["account", "-occurred_on"],
                condition=Q(is_engagement=True, voided_at__isnull=True),
                name="activity_engagements",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome="interested_later") | Q(interested_until__isnull=False),
                name="activity_interest_has_day",
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True)
                | (Q(voided_by__isnull=False) & ~Q(void_reason="")),
                name="activity_voided_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} on {self.occurred_on}"


class StepState(models.TextChoices):
    OPEN = "open", "Open"
    DONE = "done", "Done"
    DROPPED = "dropped", "Dropped"


class NextStep(models.Model):
    """What is to be done by when; by the account's holder unless somebody is named. ``came_with``
    is the activity that was logged in one go with it."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="next_steps")
    what = models.CharField(max_length=200)
    due_on = models.DateField()
    assignee = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=7, choices=StepState, default=StepState.OPEN)
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    came_with = models.OneToOneField(
        Activity, models.PROTECT, null=True, blank=True, related_name="step_set"
    )

    objects = NextStepQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(
                fields=["account", "due_on"], condition=Q(state="open"), name="next_step_open"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", settled_at__isnull=True)
                | Q(state__in=["done", "dropped"], settled_at__isnull=False),
                name="next_step_settled_with_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.what} by {self.due_on}"
