"""Adopting a dormancy policy."""

import datetime as dt
from typing import Any

from django.core.management import CommandError
from django.core.management.base import CommandParser
from django.db import transaction
from django.utils import timezone

from accounts_app import policies
from accounts_app.models import DormancyPolicy
from core.days import day_of
from core.models import User
from handoffs import sweep
from operations.commands import StewardCommand, day, figures, whole_number, yes_or_no


class Command(StewardCommand):
    """The first policy is adopted at once; a later one is proposed, open for comment for seven
    days, and adopted by a second call that names its version."""

    help = "Adopts a dormancy policy: adopt_policy [--effective-on DATE] [key=value …]"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("figures", nargs="*", metavar="key=value")
        parser.add_argument("--effective-on", type=day, default=None, metavar="DATE")
        parser.add_argument("--version-number", type=int, default=None, metavar="N")

    def handle(self, **options: Any) -> None:
        now, system = timezone.now(), User.objects.system()
        policy = self._propose_and_adopt(options, by=system, at=now)
        if policy.adopted_at is None:
            self.stdout.write(
                f"{policy} is proposed. It is open for comment for {policies.COMMENT_DAYS} days;"
                f" then: adopt_policy --version-number {policy.version}"
            )
        else:
            policies.apply_due(on=day_of(now), at=now, by=system)
            self.stdout.write(f"{policy} is adopted; it takes effect on {policy.effective_on}.")
        self.stdout.write(policies.in_words(policy))

    @transaction.atomic
    def _propose_and_adopt(
        self, options: dict[str, Any], *, by: User, at: dt.datetime
    ) -> DormancyPolicy:
        """Both or neither: a first policy that cannot be adopted leaves no proposal behind."""
        first = not DormancyPolicy.objects.adopted().exists()
        if not first and options["version_number"] is None and options["effective_on"]:
            raise CommandError("A later policy gets its day when it is adopted, not now.")
        policy = self._policy(options, by=by, at=at)
        if not first and options["version_number"] is None:
            return policy
        return policies.adopt(
            policy,
            by=by,
            at=at,
            effective_on=options["effective_on"],
            last_sweep_on=sweep.last_night(),
        )

    def _policy(self, options: dict[str, Any], *, by: User, at: dt.datetime) -> DormancyPolicy:
        number = options["version_number"]
        if number is None:
            named = {name: _value(name, text) for name, text in figures(options["figures"]).items()}
            return policies.propose(by=by, at=at, **named)
        if options["figures"]:
            raise CommandError("A proposal is adopted as it was talked over, without changes.")
        policy = DormancyPolicy.objects.filter(version=number).first()
        if policy is None:
            raise CommandError(f"There is no policy {number}.")
        return policy


def _value(name: str, text: str) -> int | bool:
    return yes_or_no(name, text) if name.startswith("counts_") else whole_number(name, text)
