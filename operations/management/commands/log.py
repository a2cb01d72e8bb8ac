"""Logging what was done with a customer."""

import datetime as dt
from typing import Any

from django.core.management.base import CommandParser

from accounts_app.models import Account
from operations.commands import (
    StewardCommand,
    account,
    add_account,
    add_by,
    contact,
    day,
    happened_at,
    instant,
    person,
)
from pipeline import activities
from pipeline.models import Channel, Direction, Outcome


class Command(StewardCommand):
    """A sign of life moves the clock; one from before the sweep brings the account back."""

    help = "Logs an activity: log ACCOUNT --channel call --outcome connected --by USERNAME"

    def add_arguments(self, parser: CommandParser) -> None:
        add_account(parser)
        parser.add_argument("--channel", required=True, choices=Channel.values)
        parser.add_argument("--outcome", default="", choices=Outcome.values)
        parser.add_argument("--inbound", action="store_true", help="They came to us.")
        parser.add_argument(
            "--contact",
            action="append",
            default=[],
            metavar="WHO",
            help="With whom: number, e-mail, exact name, or another system's id. Several times.",
        )
        parser.add_argument("--summary", default="", help="In a line.")
        parser.add_argument("--interested-until", type=day, default=None, metavar="DATE")
        add_by(parser)
        parser.add_argument(
            "--at",
            type=instant,
            default=None,
            metavar="WHEN",
            help="When it took place: 2018-04-02 or '2018-04-02 10:30'; when logged unless named.",
        )
        parser.add_argument(
            "--logged-at",
            type=instant,
            default=None,
            metavar="WHEN",
            help="When it was logged, for telling of the past; now unless named.",
        )

    def handle(self, **options: Any) -> None:
        wanted = account(options["account"])
        before = wanted.dormant_on
        activity = activities.log(
            wanted,
            channel=options["channel"],
            outcome=options["outcome"],
            direction=Direction.INBOUND if options["inbound"] else Direction.OUTBOUND,
            contacts=[contact(who, of=wanted) for who in options["contact"]],
            summary=options["summary"],
            interested_until=options["interested_until"],
            by=person(options["by"]),
            at=happened_at(options["logged_at"]),
            occurred_at=options["at"],
        )
        sign = ", an engagement" if activity.is_engagement else ""
        self.stdout.write(f"{activity} with {wanted} is logged{sign}.")
        wanted.refresh_from_db()
        self.stdout.write(_clock(wanted, before))


def _clock(now: Account, before: dt.date | None) -> str:
    """Where the clock stands, and whether it was moved."""
    if now.owner is None:
        return f"{now} is held by nobody, and no clock runs."
    if now.dormant_on is None:
        return f"{now.owner} holds {now}; there is no dormancy policy in force."
    moved = f", not on {before} any more" if before and before != now.dormant_on else ""
    return f"{now.owner} holds {now}: dormant on {now.dormant_on}{moved}."
