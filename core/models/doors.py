"""How programs come in: tokens, and the first answers to what they asked for once."""

from django.db import models
from django.db.models import F, Q

from core.models.people import User
from core.querysets import TokenQuerySet
from core.triggers import never_deleted


@never_deleted
class ApiToken(models.Model):
    """Lets a program act as ``user``. Only the SHA-256 of the token is kept.

    ``scopes`` are words such as ``read``, ``write``, ``accounts:read``, ``pool:write``; see
    ``core.tokens``. One that somebody else issued is for an integration.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField()
    issued_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = TokenQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("issued_at")), name="token_expires_after_issue"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.user}"


class IdempotencyRecord(models.Model):
    """The first answer to a request that bore a key. ``status`` is empty only inside the
    transaction that is still at work on it."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    key = models.CharField(max_length=200)
    request = models.CharField(max_length=300, help_text="The method and the path.")
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="idempotency_one_per_key")
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.request}"
