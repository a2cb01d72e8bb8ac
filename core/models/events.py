"""What happened, kept for good: audit log, history and outbox in one (domain §10)."""

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q

from core.models.people import User
from core.querysets import EventQuerySet
from core.triggers import append_only


class Verb(models.TextChoices):
    """Every kind of event there is. One that is not listed cannot be recorded."""

    USER_ADDED = "user.added"
    USER_CHANGED = "user.changed"
    PASSWORD_CHANGED = "password.changed"  # noqa: S105 - what happened, no secret
    SIGN_IN_ADDED = "sign_in.added"
    SIGN_IN_REMOVED = "sign_in.removed"
    TOKEN_ISSUED = "token.issued"  # noqa: S105 - the same
    TOKEN_REVOKED = "token.revoked"  # noqa: S105 - the same
    TEAM_ADDED = "team.added"
    MEMBER_MOVED = "team.member_moved"
    RATE_KEPT = "rate.kept"
    ACCOUNT_ADDED = "account.added"
    ACCOUNT_CHANGED = "account.changed"
    ACCOUNT_CLOSED = "account.closed"
    ACCOUNT_REOPENED = "account.reopened"
    ACCOUNT_WARNED = "account.warned"
    WARNING_REDATED = "account.warning_redated"
    ACCOUNT_RESTORED = "account.restored"
    PERIOD_BEGAN = "ownership.began"
    PERIOD_ENDED = "ownership.ended"
    CONTACT_ADDED = "contact.added"
    CONTACT_CHANGED = "contact.changed"
    CONTRACT_ADDED = "contract.added"
    CONTRACT_VOIDED = "contract.voided"
    RISK_SEEN = "risk.seen"
    POLICY_PROPOSED = "policy.proposed"
    POLICY_COMMENTED = "policy.commented"
    POLICY_ADOPTED = "policy.adopted"
    POLICY_APPLIED = "policy.applied"
    ACTIVITY_LOGGED = "activity.logged"
    ACTIVITY_VOIDED = "activity.voided"
    NEXT_STEP_SET = "next_step.set"
    NEXT_STEP_DONE = "next_step.done"
    NEXT_STEP_DROPPED = "next_step.dropped"
    PRODUCT_ADDED = "product.added"
    PRODUCT_CHANGED = "product.changed"
    OPPORTUNITY_OPENED = "opportunity.opened"
    OPPORTUNITY_CHANGED = "opportunity.changed"
    OPPORTUNITY_MOVED = "opportunity.moved"
    SALE_BOOKED = "sale.booked"
    SALE_REVERSED = "sale.reversed"
    SWEEP_RAN = "sweep.ran"
    NIGHT_RAN = "night.ran"
    POOL_ENTERED = "pool.entered"
    POOL_LEFT = "pool.left"
    CLAIM_MADE = "claim.made"
    CLAIM_REFUSED = "claim.refused"
    HANDOFF_OPENED = "handoff.opened"
    HANDOFF_MOVED = "handoff.moved"
    BRIEF_SAVED = "brief.saved"
    BRIEF_ASKED = "brief.asked"
    TERMS_FROZEN = "terms.frozen"
    PLAN_ADOPTED = "plan.adopted"
    COMMISSION_PLAN_ADOPTED = "commission_plan.adopted"
    LEDGER_POSTED = "ledger.posted"
    PAYOUT_DRAFTED = "payout.drafted"
    PAYOUT_APPROVED = "payout.approved"


@append_only
class Event(models.Model):
    """One thing that happened. The subject is named by type and id, the account by its number."""

    verb = models.CharField(max_length=40, choices=Verb)
    actor = models.ForeignKey(User, models.PROTECT, related_name="+")
    subject_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    subject_id = models.PositiveBigIntegerField()
    account_id = models.PositiveBigIntegerField(null=True, blank=True)
    changes = models.JSONField(default=dict, blank=True)
    origin = models.CharField(max_length=100, blank=True)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["account_id", "id"], name="event_by_account"),
            models.Index(fields=["subject_type", "subject_id"], name="event_by_subject"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(verb__in=Verb.values), name="event_verb_known")
        ]

    def __str__(self) -> str:
        return f"{self.verb} by {self.actor}"


class Notification(models.Model):
    """A sentence for one person. ``event`` says what it came from; sent at least once."""

    recipient = models.ForeignKey(User, models.PROTECT, related_name="notifications")
    event = models.ForeignKey(Event, models.PROTECT, related_name="notifications")
    sentence = models.TextField()
    account_id = models.PositiveBigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "event"], name="notification_once_per_event"
            )
        ]

    def __str__(self) -> str:
        return self.sentence
