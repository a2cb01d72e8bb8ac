"""The pool as a rep sees it: what is there, why, what it brings, and who may take it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.dateparse import parse_date

from accounts_app.dormancy_rule import SignKind
from core import money
from core.errors import Refused
from core.keyset import Page, page_of
from core.models import User
from handoffs import claims
from handoffs.models import Brief, Handoff, PoolEntry
from incentives.models import HandoffTerms
from pipeline.models import Sale
from pipeline.sales_net import is_fully_reversed, net_base
from workspace.meter import LASTING, WORDS, SignLine

PAGE_SIZE = 20


@dataclass(frozen=True)
class Sold:
    """What was sold there so far, less what was taken back, in the base currency."""

    times: int
    total: Decimal
    last_on: dt.date


@dataclass(frozen=True)
class Waiting:
    """One account in the pool."""

    entry: PoolEntry
    signs: list[SignLine]
    quiet_since: dt.date | None
    sold: Sold | None
    handoff: Handoff | None
    brief: Brief | None
    terms: HandoffTerms | None
    refusals: list[Refused]
    is_former: bool


@dataclass(frozen=True)
class PoolPage:
    waiting: list[Waiting]
    page: Page[PoolEntry]
    may_claim: bool
    currency: str


def pool_page(reader: User, *, at: dt.datetime, cursor: str = "") -> PoolPage:
    """The open entries, the newest first; the number of queries does not depend on how many."""
    entries = (
        PoolEntry.objects.visible_to(reader)
        .open()
        .with_last_held_by(reader)
        .select_related("account", "previous_holder", "handoff__brief", "handoff__terms__plan")
        .prefetch_related("handoff__terms__plan__tiers")
    )
    page = page_of(entries, by="-entered_at", size=PAGE_SIZE, cursor=cursor)
    may_claim = claims.may_claim(reader)
    standing = claims.standing_of(reader) if may_claim else None
    sold = sold_at([entry.account_id for entry in page.rows])
    waiting = [
        _waiting(entry, reader, standing, sold.get(entry.account_id), at=at) for entry in page.rows
    ]
    return PoolPage(waiting, page, may_claim, settings.BASE_CURRENCY)


def _waiting(
    entry: Any,
    reader: User,
    standing: claims.Standing | None,
    sold: Sold | None,
    *,
    at: dt.datetime,
) -> Waiting:
    handoff = getattr(entry, "handoff", None)
    until = entry.last_held_until
    refusals = claims.refusals_in(standing, entry.account, until, at=at) if standing else ()
    return Waiting(
        entry=entry,
        signs=evidence_lines(entry.evidence),
        quiet_since=_day(entry.evidence.get("quiet_since")),
        sold=sold,
        handoff=handoff,
        brief=getattr(handoff, "brief", None),
        terms=getattr(handoff, "terms", None),
        refusals=list(refusals),
        is_former=entry.previous_holder_id == reader.pk,
    )


def evidence_lines(evidence: dict[str, Any]) -> list[SignLine]:
    """The signs as they stood when the account was pooled."""
    lines = []
    for sign in evidence.get("signs", []):
        kind, until = SignKind(sign["sign"]), _day(sign["alive_until"])
        if until is not None:
            decides = kind == evidence.get("counted")
            lines.append(SignLine(WORDS[kind], until, kind in LASTING, sign["counts"], decides))
    return lines


def _day(text: str | None) -> dt.date | None:
    return parse_date(text) if text else None


def sold_at(account_ids: Sequence[int]) -> dict[int, Sold]:
    """By account: every sale there that still stands, by whomever."""
    sales = Sale.objects.filter(account__in=account_ids)
    by_account: dict[int, list[Sale]] = defaultdict(list)
    for sale in sales.with_taken_back():
        if not is_fully_reversed(sale):
            by_account[sale.account_id].append(sale)
    base = settings.BASE_CURRENCY
    return {
        account_id: Sold(
            times=len(found),
            total=money.total(map(net_base, found), base),
            last_on=max(sale.booked_on for sale in found),
        )
        for account_id, found in by_account.items()
    }
