"""Questions that are asked of people and of the record."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import BaseUserManager
from django.db import models

if TYPE_CHECKING:
    from core.models import ExchangeRate, TeamMembership, User

SYSTEM_USERNAME = "steward"


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> "UserQuerySet":
        return self.filter(active=True).exclude(role="system")

    def managers_of(self, user: "User", *, on: dt.date) -> "UserQuerySet":
        """Who leads the team that ``user`` is in on that day."""
        return self.filter(
            leads__memberships__in=user.memberships.running(on=on), active=True
        ).distinct()


class UserManager(BaseUserManager["User"]):
    """Makes accounts for people; the passwords are hashed here."""

    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def active(self) -> UserQuerySet:
        return self.get_queryset().active()

    def managers_of(self, user: "User", *, on: dt.date) -> UserQuerySet:
        return self.get_queryset().managers_of(user, on=on)

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """A person who may sign in. Without a password one has to be set first."""
        fields["email"] = self.normalize_email(fields.get("email", ""))
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(username, password, role="admin", **fields)

    def system(self) -> "User":
        """The actor of what nobody did by hand. It cannot sign in."""
        user, made = self.get_or_create(
            username=SYSTEM_USERNAME,
            defaults={"first_name": "Steward", "role": "system", "holds_accounts": False},
        )
        if made:
            user.set_unusable_password()
            user.save(update_fields=["password"])
        return user


class MembershipQuerySet(models.QuerySet["TeamMembership"]):
    def running(self, *, on: dt.date) -> "MembershipQuerySet":
        return self.filter(from_on__lte=on).filter(
            models.Q(until_on__isnull=True) | models.Q(until_on__gt=on)
        )


class RateQuerySet(models.QuerySet["ExchangeRate"]):
    def latest_for(self, currency: str, *, on: dt.date) -> "ExchangeRate | None":
        """The newest rate on or before the day, whatever its age."""
        return self.filter(currency=currency, on__lte=on).order_by("-on").first()
