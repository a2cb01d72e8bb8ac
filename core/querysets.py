"""Questions that are asked of people and of the record."""

import datetime as dt
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import BaseUserManager
from django.contrib.contenttypes.models import ContentType
from django.db import models

from core import searching

if TYPE_CHECKING:
    from core.models import ApiToken, Event, ExchangeRate, TeamMembership, User

SYSTEM_USERNAME = "steward"
ABOUT_PAYOUTS = ("ledger.posted", "payout.drafted", "payout.approved")
ABOUT_SIGNING_IN = (
    "password.changed",
    "sign_in.added",
    "sign_in.removed",
    "token.issued",
    "token.revoked",
    "user.added",
    "user.changed",
)
_M = TypeVar("_M", bound=models.Model)


class ReadByAll(models.QuerySet[_M]):
    """Rows that everybody who signs in may read (domain §1)."""

    def visible_to(self, user: "User") -> Self:
        return self.all() if user.is_active else self.none()


class SearchedRows(ReadByAll[_M]):
    """Rows of a model that is ``@searched``, see ``core.searching``."""

    def search(self, words: str) -> Self:
        """Those with every word in them, for lists; what is not said finds all."""
        rows = self
        for word in searching.told_apart(words):
            rows = rows.filter(pk__in=searching.matching(self.model, word))
        return rows

    def best(self, words: str, *, most: int) -> list[_M]:
        """At most so many of those that are called so, the best first."""
        return self._in_order(searching.best(self.model, words, most=most))

    def alike(self, words: str, *, most: int) -> list[_M]:
        """At most so many of those that are spelt nearly so, the likest first."""
        return self._in_order(searching.alike(self.model, words, most=most))

    def _in_order(self, ids: list[int]) -> list[_M]:
        found = self.in_bulk(ids) if ids else {}
        return [found[pk] for pk in ids if pk in found]


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> "UserQuerySet":
        return self.filter(active=True).exclude(role="system")

    def called(self, text: str) -> "User | None":
        """Whom somebody means who signs in as ``text``: a username, else an address; capitals
        matter only where two are told apart by nothing else."""
        named = models.Q(username__iexact=text) | (
            models.Q(email__iexact=text) & ~models.Q(email="")
        )
        found = list(self.filter(named))
        for alike in (
            [user for user in found if user.username == text],
            [user for user in found if user.username.lower() == text.lower()],
            [user for user in found if user.email.lower() == text.lower()],
        ):
            if alike:
                return alike[0] if len(alike) == 1 else None
        return None

    def reached_at(self, address: str) -> "UserQuerySet":
        """Who is here and has this address. SQL alone takes letters for the same that are not."""
        found = self.active().filter(email__iexact=address).exclude(email="")
        return self.filter(
            pk__in=[user.pk for user in found if user.email.lower() == address.lower()]
        )

    def visible_to(self, user: "User") -> "UserQuerySet":
        """Everybody knows everybody, who left too: their name stands in the history."""
        return self.exclude(role="system") if user.is_active else self.none()

    def whose_payouts_show_to(self, user: "User", *, on: dt.date) -> "UserQuerySet":
        """A person's own; their teams' to a manager; all to finance and administrators."""
        if not user.is_active:
            return self.none()
        if user.role in ("finance", "admin"):
            return self.all()
        if user.role != "manager":
            return self.filter(pk=user.pk)
        led = models.Q(memberships__team__leaders=user, memberships__from_on__lte=on) & (
            models.Q(memberships__until_on__isnull=True) | models.Q(memberships__until_on__gt=on)
        )
        return self.filter(models.Q(pk=user.pk) | led).distinct()

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

    def called(self, text: str) -> "User | None":
        return self.get_queryset().called(text)

    def reached_at(self, address: str) -> UserQuerySet:
        return self.get_queryset().reached_at(address)

    def visible_to(self, user: "User") -> UserQuerySet:
        return self.get_queryset().visible_to(user)

    def whose_payouts_show_to(self, user: "User", *, on: dt.date) -> UserQuerySet:
        return self.get_queryset().whose_payouts_show_to(user, on=on)

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


class TokenQuerySet(models.QuerySet["ApiToken"]):
    def living(self, *, at: dt.datetime) -> "TokenQuerySet":
        """Neither revoked nor expired."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=at)


class EventQuerySet(models.QuerySet["Event"]):
    def of(self, subject: models.Model) -> "EventQuerySet":
        """What happened to this very row."""
        kind = ContentType.objects.get_for_model(subject)
        return self.filter(subject_type=kind, subject_id=subject.pk)

    def visible_to(self, user: "User", *, on: dt.date) -> "EventQuerySet":
        """Everybody reads what happened, but not what is due to others, nor who signs in how."""
        if not user.is_active:
            return self.none()
        if user.role == "admin":
            return self.all()
        rows = self.exclude(verb__in=ABOUT_SIGNING_IN)
        if user.role == "finance":
            return rows
        # Asked of the class by name: a request's user is a lazy stand-in of another type.
        people = get_user_model().objects.whose_payouts_show_to(user, on=on)
        shown = models.Q(
            verb="ledger.posted", changes__to__in=list(people.values_list("pk", flat=True))
        )
        return rows.filter(~models.Q(verb__in=ABOUT_PAYOUTS) | shown)
