"""The account: a company, its holder, and when it falls quiet (domain §2, §4)."""

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q

from accounts_app.querysets import AccountQuerySet, RefQuerySet
from core.models import User
from core.searching import searched
from core.triggers import never_deleted


class State(models.TextChoices):
    OWNED = "owned", "Owned"
    POOLED = "pooled", "In the pool"
    CLOSED = "closed", "Closed"


class Segment(models.TextChoices):
    ENTERPRISE = "enterprise", "Enterprise"
    MID_MARKET = "mid_market", "Mid-market"
    SMALL = "small", "Small"


@never_deleted
@searched("name", "domain")
class Account(models.Model):
    """A company. The sign columns and the deadlines are written by ``accounts_app.dormancy`` only,
    state and owner by ``accounts_app.ownership`` only."""

    name = models.CharField(max_length=200)
    domain = models.CharField(max_length=253, blank=True)
    segment = models.CharField(max_length=10, choices=Segment, blank=True)
    industry = models.CharField(max_length=100, blank=True)
    region = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=100, blank=True)
    phone = models.CharField(max_length=50, blank=True)
    address = models.TextField(blank=True)
    lead_source = models.CharField(max_length=100, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="subsidiaries"
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged"
    )
    state = models.CharField(max_length=6, choices=State, default=State.POOLED)
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="accounts")
    closed_because = models.CharField(max_length=20, blank=True)

    held_from = models.DateField(null=True, blank=True)
    engaged_on = models.DateField(null=True, blank=True)
    sold_on = models.DateField(null=True, blank=True)
    pipeline_engaged_on = models.DateField(null=True, blank=True)
    pipeline_closed_on = models.DateField(null=True, blank=True)
    contract_until = models.DateField(null=True, blank=True)
    interest_said_on = models.DateField(null=True, blank=True)
    interest_until = models.DateField(null=True, blank=True)

    dormant_on = models.DateField(null=True, blank=True)
    warned_on = models.DateField(null=True, blank=True)
    pool_on = models.DateField(null=True, blank=True)

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = AccountQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="owned", owner__isnull=False, held_from__isnull=False)
                | Q(state__in=["pooled", "closed"], owner__isnull=True, held_from__isnull=True),
                name="account_owned_has_owner",
            ),
            models.CheckConstraint(
                condition=Q(state="owned")
                | Q(dormant_on__isnull=True, warned_on__isnull=True, pool_on__isnull=True),
                name="account_clock_runs_while_owned",
            ),
            models.CheckConstraint(
                condition=Q(pool_on__isnull=True, warned_on__isnull=True)
                | Q(
                    dormant_on__isnull=False,
                    pool_on__isnull=False,
                    warned_on__isnull=False,
                    pool_on__gte=F("dormant_on"),
                ),
                name="account_pooled_only_after_warning",
            ),
            models.CheckConstraint(
                condition=Q(interest_said_on__isnull=True, interest_until__isnull=True)
                | Q(interest_said_on__isnull=False, interest_until__isnull=False),
                name="account_interest_in_pairs",
            ),
            models.CheckConstraint(
                condition=Q(pipeline_closed_on__isnull=True)
                | Q(
                    pipeline_engaged_on__isnull=False,
                    pipeline_closed_on__gte=F("pipeline_engaged_on"),
                ),
                name="account_pipeline_closed_after_engaged",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(state="closed"),
                name="account_merged_is_closed",
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="account_not_its_own_parent"),
        ]
        indexes = [
            models.Index(
                fields=["dormant_on"],
                condition=Q(state="owned", warned_on__isnull=True),
                name="account_to_warn",
            ),
            models.Index(fields=["pool_on"], condition=Q(state="owned"), name="account_to_pool"),
            models.Index(fields=["name", "id"], name="account_by_name"),
            models.Index(
                fields=["dormant_on", "id"], condition=Q(state="owned"), name="account_by_clock"
            ),
            models.Index(fields=["updated_at", "id"], name="account_by_change"),
            models.Index(fields=["owner", "name"], name="account_by_owner"),
            models.Index(fields=["domain"], condition=~Q(domain=""), name="account_by_domain"),
        ]

    def __str__(self) -> str:
        return self.name


class ExternalRef(models.Model):
    """What another system calls one of our rows. One row may have several."""

    source = models.CharField(max_length=50)
    external_id = models.CharField(max_length=200)
    subject_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    subject_id = models.PositiveBigIntegerField()

    objects = RefQuerySet.as_manager()

    class Meta:
        ordering = ["source", "external_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "subject_type", "external_id"], name="ref_names_one_thing"
            ),
            models.CheckConstraint(
                condition=~Q(source="") & ~Q(external_id=""), name="ref_not_empty"
            ),
        ]
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="ref_by_subject")]

    def __str__(self) -> str:
        return f"{self.source}:{self.external_id}"
