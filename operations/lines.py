"""What is read, as lines for a terminal."""

from collections.abc import Iterable, Iterator

from django.conf import settings

from core.days import day_of
from core.money import shown
from handoffs.models import PoolEntry
from incentives.models import LedgerEntry
from workspace.meter import SignLine
from workspace.pool_page import Sold, evidence_lines


def pool_line(entry: PoolEntry, sold: Sold | None) -> str:
    """One account in the pool: why, since when, who held it last, what it was worth."""
    facts = [
        f"{entry.get_reason_display()}, in the pool since {day_of(entry.entered_at)}",
        *_what_counted(entry),
        f"held last by {entry.previous_holder}" if entry.previous_holder else "nobody held it yet",
        _worth(sold),
    ]
    return f"{entry.account} ({entry.account_id}): {'; '.join(facts)}"


def sign_lines(signs: Iterable[SignLine]) -> Iterator[str]:
    """Every sign of life with its day, the one that counts marked."""
    for sign in signs:
        mark = ", which counts" if sign.decides else "" if sign.counts else ", which does not count"
        yield f"  {sign.words}: {'until ' if sign.lasts else ''}{sign.alive_until}{mark}"


def ledger_line(entry: LedgerEntry) -> str:
    """How much to whom, and the sum to redo with a pencil."""
    amount = shown(entry.amount, entry.currency)
    return f"{entry.ledger}: {amount} to {entry.beneficiary}: {entry.explanation}"


def _what_counted(entry: PoolEntry) -> list[str]:
    counted = [sign.words.lower() for sign in evidence_lines(entry.evidence) if sign.decides]
    since = entry.evidence.get("quiet_since")
    return [f"quiet since {since} ({counted[0]})"] if counted else []


def _worth(sold: Sold | None) -> str:
    if sold is None:
        return "nothing was sold there"
    sales = "1 sale" if sold.times == 1 else f"{sold.times} sales"
    return f"{shown(sold.total, settings.BASE_CURRENCY)} in {sales}, the last on {sold.last_on}"
