"""What the commands share: who acts, when, and how a refusal is said."""

import datetime as dt
import io
import sys
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import CommandError
from django.core.management.base import BaseCommand, CommandParser, OutputWrapper
from django.db.models import Field, Model, Q, QuerySet
from django.utils import timezone

from accounts_app.models import Account, Contact, ExternalRef
from core import origin
from core.days import day_of, moment
from core.errors import Refused, sentences
from core.models import User
from handoffs.models import SweepRun
from pipeline.models import Sale

NOON = dt.time(12)
EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2999, 12, 31)
LONGEST_NUMBER = 19
"""Digits from which on a number may not fit into a column of the database."""
MOST_NAMED = 5
_M = TypeVar("_M", bound=Model)


class StewardCommand(BaseCommand):
    """A thin caller of one verb: a refusal by a rule is a sentence and exit 1."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        name = type(self).__module__.rsplit(".", 1)[-1]
        _spell_out_what_cannot_be_shown()
        _check_words(options.values())
        try:
            with origin.working_as(f"command {name}"):
                return super().execute(*args, **options)
        except Refused as refused:
            raise CommandError(refused.sentence) from refused
        except ValidationError as invalid:
            raise CommandError(sentences(invalid)) from invalid


def _spell_out_what_cannot_be_shown() -> None:
    """A letter that the terminal lacks becomes \\u201c, not a traceback when the work is done."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _check_words(words: Iterable[object]) -> None:
    """A terminal may send bytes that are no text, and no database takes them."""
    for word in words:
        if isinstance(word, list | tuple):
            _check_words(word)
        elif isinstance(word, str) and not word.isascii():
            _check_is_text(word)


def _check_is_text(word: str) -> None:
    try:
        word.encode()
    except UnicodeEncodeError as error:
        shown = word.encode(errors="replace").decode()
        raise CommandError(f"{shown} is not written in UTF-8.", returncode=2) from error


def add_account(parser: CommandParser) -> None:
    """ACCOUNT: which one."""
    parser.add_argument("account", help="Its number, exact name, or another system's id.")


def add_at(parser: CommandParser) -> None:
    """``--at``: when it happened, for telling of the past."""
    parser.add_argument(
        "--at",
        type=instant,
        default=None,
        metavar="WHEN",
        help="When it happened: 2018-04-02 or '2018-04-02 10:30'; now unless named.",
    )


def add_by(parser: CommandParser) -> None:
    """``--by``: who does it."""
    parser.add_argument("--by", required=True, metavar="USERNAME", help="Who does it.")


def happened_at(at: dt.datetime | None) -> dt.datetime:
    """The instant named, or now. The future is refused."""
    now = timezone.now()
    if at is not None and at > now:
        raise CommandError(f"{at:%Y-%m-%d %H:%M} UTC is to come.")
    return at or now


def night_of(day: dt.date, *, now: dt.datetime) -> dt.datetime:
    """When the night of that day falls: now for today, else that day at SWEEP_AT."""
    return now if day == day_of(now) else moment(day, settings.STEWARD_SWEEP_AT)


def write_redated(run: SweepRun, out: OutputWrapper) -> None:
    """Whom a live night keeps longer, because an earlier night was run late; mostly nobody."""
    if run.redated:
        out.write(
            "Warnings of nights that were run late and count from when they were told:"
            f" {run.redated}."
        )


def instant(text: str) -> dt.datetime:
    """An ISO day (its noon) or day and time, in the organisation's time zone unless it says one."""
    try:
        when = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text} is neither a day nor a day and time.") from error
    _check_reach(when.date())
    if _is_day(text):
        return moment(when.date(), NOON)
    if when.tzinfo is None:
        when = when.replace(tzinfo=timezone.get_default_timezone())
    return when.astimezone(dt.UTC)


def day(text: str) -> dt.date:
    """An ISO day."""
    if not _is_day(text):
        raise ArgumentTypeError(f"{text} is not a day like 2018-04-02.")
    named = dt.date.fromisoformat(text)
    _check_reach(named)
    return named


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _check_reach(named: dt.date) -> None:
    """Days so far off are slips of the keyboard, and nothing can be reckoned from them."""
    if not EARLIEST <= named <= LATEST:
        raise ArgumentTypeError(f"{named} is out of reach: name a day from 1900 to 2999.")


def person(username: str) -> User:
    """The user of that name."""
    user = User.objects.get_queryset().filter(username=username).first()
    if user is None:
        raise CommandError(f"There is nobody called {username}.")
    return user


def account(text: str) -> Account:
    """By number; or else by exact name or another system's id, if only one bears it."""
    bears_it = Q(name=text) | Q(pk__in=_by_external_id(Account, text))
    return _the_one(Account.objects.all(), text, bears_it, f"There is no account {text}.")


def contact(text: str, *, of: Account) -> Contact:
    """Of the account's contacts the one with that number; or else e-mail, exact name, or id."""
    bears_it = Q(name=text) | Q(email__iexact=text) | Q(pk__in=_by_external_id(Contact, text))
    missing = f"{of} has no contact {text}."
    return _the_one(Contact.objects.filter(account=of), text, bears_it, missing)


def sale(text: str) -> Sale:
    """By number; an imported one also by SOURCE:ID, and then its newest revision is meant."""
    source, colon, external_id = text.partition(":")
    named = Q(source=source, external_id=external_id) if colon and external_id else Q(pk=None)
    found = _numbered(Sale.objects.all(), text) or (
        Sale.objects.filter(named).order_by("-revision").first()
    )
    if found is None:
        raise CommandError(f"There is no sale {text}; name it by number or as SOURCE:ID.")
    return found


def _the_one(rows: QuerySet[_M], text: str, bears_it: Q, missing: str) -> _M:
    numbered = _numbered(rows, text)
    if numbered:
        return numbered
    found = list(rows.filter(bears_it)[:MOST_NAMED])
    if not found:
        raise CommandError(missing)
    if len(found) > 1:
        numbers = ", ".join(f"{each} ({each.pk})" for each in found)
        raise CommandError(f"Several are called {text}: {numbers}. Name one by its number.")
    return found[0]


def _numbered(rows: QuerySet[_M], text: str) -> _M | None:
    if len(text) < LONGEST_NUMBER and text.isdecimal():
        return rows.filter(pk=int(text)).first()
    return None


def _by_external_id(model: type[Model], text: str) -> QuerySet[ExternalRef, int]:
    kind = {"subject_type__app_label": model._meta.app_label}
    refs = ExternalRef.objects.filter(
        external_id=text, subject_type__model=model._meta.model_name, **kind
    )
    return refs.values_list("subject_id", flat=True)


def as_in(model: type[Model], name: str) -> Callable[[str], Any]:
    """Reads a word as that column would, and refuses what the column could not hold."""
    column = model._meta.get_field(name)
    if not isinstance(column, Field):
        raise TypeError(f"{name} is no column.")

    def read(text: str) -> Any:
        try:
            return column.clean(text, None)
        except ValidationError as error:
            raise ArgumentTypeError(f"{text[:50]}: {' '.join(error.messages)}") from error

    return read


def figures(pairs: list[str]) -> dict[str, str]:
    """``key=value`` words as a mapping."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = (part.strip() for part in pair.partition("="))
        if not equals or not name or not value:
            raise CommandError(f"{pair} is not of the form key=value.")
        if name in found:
            raise CommandError(f"{name} is named twice.")
        found[name] = value
    return found


def whole_number(name: str, text: str) -> int:
    """Of 0 or more."""
    if not text.isdecimal():
        raise CommandError(f"{name} is a whole number of 0 or more; {text} is not.")
    if len(text) >= LONGEST_NUMBER:
        raise CommandError(f"{name} is too large.")
    return int(text)


def yes_or_no(name: str, text: str) -> bool:
    if text.lower() not in ("yes", "no"):
        raise CommandError(f"{name} is yes or no; {text} is not.")
    return text.lower() == "yes"


def decimal(name: str, text: str) -> Decimal:
    """A rate or a sum, of 0 or more."""
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise CommandError(f"{name} is a number like 0.05; {text} is not.") from error
    if not number.is_finite():
        raise CommandError(f"{name} is a number like 0.05; {text} is not.")
    if number < 0:
        raise CommandError(f"{name} is 0 or more; {text} is less.")
    return number
