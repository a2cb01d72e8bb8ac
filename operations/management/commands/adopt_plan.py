"""Adopting an incentive plan."""

from decimal import Decimal
from typing import Any

from django.core.management import CommandError
from django.core.management.base import CommandParser
from django.utils import timezone

from core.days import day_of
from core.models import User
from incentives import plans
from operations.commands import (
    StewardCommand,
    day,
    decimal,
    figures,
    whole_number,
    yes_or_no,
)

NUMBERS = frozenset({"eligible_days", "quiet_before_days"})
LIMITS = frozenset({"cap", "budget"})
NONE = "none"


class Command(StewardCommand):
    """Rates are shares: first_sale_rate=0.05 is 5 %. Tiers: tiers=60:0.03,120:0.015

    Cap, budget and tiers may be none.
    """

    help = "Adopts an incentive plan: adopt_plan [--effective-on DATE] [key=value …]"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("figures", nargs="*", metavar="key=value")
        parser.add_argument("--effective-on", type=day, default=None, metavar="DATE")

    def handle(self, **options: Any) -> None:
        now = timezone.now()
        named = figures(options["figures"])
        tiers = _tiers(named.pop("tiers")) if "tiers" in named else None
        plan = plans.adopt_incentive_plan(
            by=User.objects.system(),
            at=now,
            effective_on=options["effective_on"] or day_of(now),
            tiers=tiers,
            **{name: _value(name, text) for name, text in named.items()},
        )
        self.stdout.write(f"{plan} is adopted; it takes effect on {plan.effective_on}.")


def _value(name: str, text: str) -> int | bool | Decimal | None:
    if name in NUMBERS:
        return whole_number(name, text)
    if name in LIMITS and text == NONE:
        return None
    return yes_or_no(name, text) if name == "pays_departed" else decimal(name, text)


def _tiers(text: str) -> list[tuple[int, Decimal]]:
    if text == NONE:
        return []
    tiers = {}
    for part in text.split(","):
        days, colon, rate = (piece.strip() for piece in part.partition(":"))
        if not colon:
            raise CommandError("Tiers are days and rates: tiers=60:0.03,120:0.015")
        within = whole_number("The days of a tier", days)
        if within in tiers:
            raise CommandError(f"The tier of {within} days is named twice.")
        tiers[within] = decimal("The rate of a tier", rate)
    return list(tiers.items())
