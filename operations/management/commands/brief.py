"""The brief of a handoff: hand it in, ask for more, judge it."""

import datetime as dt
from typing import Any

from django.core.management import CommandError
from django.core.management.base import CommandParser

from core.models import User
from handoffs import briefs
from handoffs.models import BRIEF_FIELDS, Handoff
from operations.commands import (
    StewardCommand,
    account,
    add_account,
    add_at,
    add_by,
    happened_at,
    person,
)


class Command(StewardCommand):
    """Acts on the newest handoff of the account."""

    help = "brief save|hand_in|ask|accept|reject ACCOUNT --by USERNAME [--players '…' …]"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("step", choices=["save", "hand_in", "ask", "accept", "reject"])
        add_account(parser)
        for name in BRIEF_FIELDS:
            parser.add_argument(f"--{name.replace('_', '-')}", default=None)
        parser.add_argument("--question", default="")
        add_by(parser)
        add_at(parser)

    def handle(self, **options: Any) -> None:
        by, at = person(options["by"]), happened_at(options["at"])
        wanted = account(options["account"])
        handoff = Handoff.objects.filter(account=wanted).order_by("-opened_at", "-id").first()
        if handoff is None:
            raise CommandError(f"{wanted} was never handed on; there is no brief to write.")
        self._step(handoff, options, by=by, at=at)
        handoff.refresh_from_db()
        self.stdout.write(f"The brief on {wanted}: {handoff.get_brief_state_display()}.")

    def _step(
        self, handoff: Handoff, options: dict[str, Any], *, by: User, at: dt.datetime
    ) -> None:
        texts = {name: options[name] for name in BRIEF_FIELDS if options[name] is not None}
        if options["step"] == "save":
            briefs.save(handoff, by=by, at=at, **texts)
        elif options["step"] == "hand_in":
            briefs.hand_in(handoff, by=by, at=at, **texts)
        elif options["step"] == "ask":
            briefs.ask(handoff, question=options["question"], by=by, at=at)
        elif options["step"] == "accept":
            briefs.accept(handoff, by=by, at=at)
        else:
            briefs.reject(handoff, by=by, at=at)
