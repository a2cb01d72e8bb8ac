"""Who signs in, which team they are in, and who stands in for them (domain §1)."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from core.querysets import MembershipQuerySet, ReadByAll, UserManager
from core.triggers import never_deleted, no_overlap
from core.zones import zones


class Role(models.TextChoices):
    REP = "rep", "Sales rep"
    MANAGER = "manager", "Manager"
    FINANCE = "finance", "Finance"
    ADMIN = "admin", "Administrator"
    SYSTEM = "system", "Steward itself"


class Theme(models.TextChoices):
    """How the pages look; the empty one follows the device."""

    DEVICE = "", "As the device"
    LIGHT = "light", "Light"
    DARK = "dark", "Dark"


class Strength(models.TextChoices):
    ACQUISITION = "acquisition", "Wins new business"
    RETENTION = "retention", "Grows and keeps business"


def check_strengths(value: Any) -> None:
    if not isinstance(value, list) or not set(value) <= set(Strength.values):
        raise ValidationError("Strengths are a list of: acquisition, retention.")


def check_zone(value: str) -> None:
    if value and value not in zones():
        raise ValidationError("A time zone has a name of the IANA list, such as Europe/Berlin.")


@never_deleted
class User(AbstractBaseUser):
    """A person. Their history stays when they leave: rows are never deleted."""

    username = models.CharField(
        max_length=150, unique=True, validators=[UnicodeUsernameValidator()]
    )
    email = models.EmailField(blank=True)
    first_name = models.CharField(max_length=150, blank=True)
    last_name = models.CharField(max_length=150, blank=True)
    role = models.CharField(max_length=10, choices=Role, default=Role.REP)
    holds_accounts = models.BooleanField(
        default=True, help_text="May hold accounts. A selling manager may."
    )
    region = models.CharField(max_length=100, blank=True)
    strengths = models.JSONField(default=list, blank=True, validators=[check_strengths])
    capacity = models.PositiveIntegerField(
        null=True, blank=True, help_text="Most accounts held at once. Empty: no limit."
    )
    active = models.BooleanField(default=True)
    left_on = models.DateField(null=True, blank=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    theme = models.CharField(max_length=5, choices=Theme, default=Theme.DEVICE, blank=True)

    time_zone = models.CharField(
        max_length=50,
        blank=True,
        default="",
        validators=[check_zone],
        help_text="For times of day that are shown. Empty: the organisation's.",
    )

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["email"]

    objects = UserManager()

    class Meta:
        ordering = ["first_name", "last_name", "username"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_known"),
            models.CheckConstraint(condition=Q(theme__in=Theme.values), name="user_theme_known"),
            models.UniqueConstraint(
                fields=["email"], condition=~Q(email=""), name="user_one_per_email"
            ),
            models.CheckConstraint(
                condition=Q(active=False) | Q(left_on__isnull=True), name="user_left_is_inactive"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """First and last name, or the username where there is none."""
        return f"{self.first_name} {self.last_name}".strip() or self.username

    @property
    def themes(self) -> list[tuple[str, str]]:
        """What can be chosen, with the words for it."""
        return [(value, str(words)) for value, words in Theme.choices]

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # Django's name for our column
        return self.active and self.role != Role.SYSTEM

    @property
    def is_staff(self) -> bool:
        """Who may open the administration pages."""
        return self.is_active and self.role == Role.ADMIN

    @property
    def may_hold(self) -> bool:
        """Whether an account may be put in this person's name."""
        return self.is_active and self.holds_accounts and self.role in (Role.REP, Role.MANAGER)

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Django's own permissions guard nothing but the administration pages."""
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


class Team(models.Model):
    name = models.CharField(max_length=100, unique=True)
    leaders = models.ManyToManyField(User, related_name="leads", blank=True)

    objects = ReadByAll["Team"].as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


@no_overlap(key="user_id", start="from_on", end="until_on")
class TeamMembership(models.Model):
    """Until (and without) ``until_on``: last year's figures stay with last year's team."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    team = models.ForeignKey(Team, models.PROTECT, related_name="memberships")
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["-from_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(until_on__isnull=True), name="membership_one_open"
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")),
                name="membership_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.team} from {self.from_on}"


class Cover(models.Model):
    """A stand-in for an absence, both days included. No exception to any clock."""

    absent = models.ForeignKey(User, models.PROTECT, related_name="absences")
    stand_in = models.ForeignKey(User, models.PROTECT, related_name="covers")
    from_on = models.DateField()
    until_on = models.DateField()

    class Meta:
        ordering = ["-from_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on")), name="cover_ends_after_start"
            ),
            models.CheckConstraint(
                condition=~Q(absent=F("stand_in")), name="cover_by_somebody_else"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stand_in} for {self.absent}, {self.from_on} to {self.until_on}"
