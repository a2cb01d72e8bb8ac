"""Who holds an account, and what its clock says."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandParser

from accounts_app import dormancy_rule
from accounts_app.dormancy import facts_of, rule_in_force
from accounts_app.models import Account, OwnershipPeriod
from core.days import day_of, today
from operations.commands import StewardCommand, account, add_account, day
from operations.lines import sign_lines
from workspace.meter import meter


class Command(StewardCommand):
    """Reads only. The sentence is the one on the account's page."""

    help = "Says who holds an account, since when it is quiet, and what comes next and why."

    def add_arguments(self, parser: CommandParser) -> None:
        add_account(parser)
        parser.add_argument(
            "--as-of",
            type=day,
            default=None,
            metavar="DATE",
            help="What the facts of now mean seen from that day; today unless named.",
        )

    def handle(self, **options: Any) -> None:
        for line in _lines(account(options["account"]), on=options["as_of"] or today()):
            self.stdout.write(line)


def _lines(shown: Account, *, on: dt.date) -> Iterator[str]:
    rule = rule_in_force()
    clock = meter(shown, rule, on=on)
    yield f"{shown} ({shown.pk}): {shown.get_state_display()}"
    yield from _holder(shown)
    yield clock.sentence
    if rule is not None and clock.dormant_on is not None:
        yield f"Quiet since {dormancy_rule.quiet_since(facts_of(shown), rule)}."
        yield f"Dormant on {clock.dormant_on}. {_warning(shown)}"
    yield from sign_lines(clock.signs)


def _holder(shown: Account) -> Iterator[str]:
    period = OwnershipPeriod.objects.open().filter(account=shown).select_related("holder").first()
    if period is not None:
        yield f"Held by {period.holder} since {day_of(period.began_at)}."


def _warning(shown: Account) -> str:
    if shown.warned_on is None:
        return "Nobody was warned yet."
    return f"Warned on {shown.warned_on}. To the pool on {shown.pool_on}."
