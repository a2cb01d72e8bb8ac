"""A token for a program, printed once."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from core import tokens
from core.models import User
from operations.commands import StewardCommand, person


class Command(StewardCommand):
    """The person issues it for themselves, unless ``--by`` names an administrator."""

    help = "issue_token USERNAME --name NAME --scope read [--scope accounts:write …]"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="As whom the program acts.")
        parser.add_argument("--name", required=True, help="What the token is for.")
        parser.add_argument(
            "--scope",
            dest="scopes",
            action="append",
            required=True,
            help="read, write, or one resource's: accounts:read. May be given several times.",
        )
        parser.add_argument("--days", type=int, default=90, help="How long it lasts.")
        parser.add_argument("--by", help="An administrator, for an integration's token.")

    def handle(self, **options: Any) -> None:
        user = person(options["username"])
        by: User = person(options["by"]) if options["by"] else user
        token, text = tokens.issue(
            user,
            name=options["name"],
            scopes=options["scopes"],
            by=by,
            at=timezone.now(),
            lasts_days=options["days"],
        )
        self.stderr.write(f"{token}, until {token.expires_at:%Y-%m-%d}. It is shown only now:")
        self.stdout.write(text)
