"""The ordinary commission on a sale: a pure function that knows nothing of incentives (domain §6).

Whether an incentive is due cannot matter here, because nothing of it can be handed in. All
amounts are in the base currency named by the terms; rates and shares are fractions (0.05 is 5 %).
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from core.money import percent, plain, rounded, shown, shown_exactly, spread, total, worked_out

CommissionKind = Literal["commission", "commission_share"]


@dataclass(frozen=True, slots=True)
class CommissionTerms:
    """The plan version in force on `booked_on`: rates by product id, by segment, or the default."""

    version: int
    default_rate: Decimal
    by_segment: Mapping[str, Decimal]
    by_product: Mapping[int, Decimal]
    currency: str


@dataclass(frozen=True, slots=True)
class LineFact:
    """A line of the sale as booked, in base currency; the name is for the explanation only."""

    product_id: int | None
    base_amount: Decimal
    product_name: str = ""


@dataclass(frozen=True, slots=True)
class SaleForCommission:
    """A sale: `segment` at booking, `net_base` what reversals left, `lines` as they were booked.

    The lines need not sum to anything in particular: the net is spread over them in proportion.
    """

    sale_id: int
    booked_on: date
    credited_to: int | None
    segment: str
    lines: tuple[LineFact, ...]
    net_base: Decimal


@dataclass(frozen=True, slots=True)
class Split:
    """An agreed split: the outgoing rep's `share` (0 to 1) from `from_on` to before `until_on`."""

    handoff_id: int
    outgoing_id: int
    incoming_id: int
    share: Decimal
    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class CommissionLine:
    """An amount due, above zero. `rate` is None when the sale's lines had different rates.

    `inputs` goes into the ledger as JSON, numbers with decimals as text. `explanation` can be
    redone with a pencil; it is for people, and never compared.
    """

    kind: CommissionKind
    beneficiary_id: int
    amount: Decimal
    base_amount: Decimal
    rate: Decimal | None
    inputs: dict[str, str | int]
    explanation: str


def months_later(day: date, months: int) -> date:
    """The same day of the month, `months` later; the last one where the month is too short.

    31 January and one month is 28 or 29 February.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def split_until(
    transferred_on: date,
    *,
    months: int,
    next_transfer_on: date | None,
    outgoing_left_on: date | None,
) -> date:
    """The first day on which a split no longer counts, whichever end comes first (domain §6).

    The last day of an outgoing rep who leaves still counts.
    """
    ends = [months_later(transferred_on, months)]
    if next_transfer_on is not None:
        ends.append(next_transfer_on)
    if outgoing_left_on is not None:
        ends.append(outgoing_left_on + timedelta(days=1))
    return min(ends)


def commission(
    sale: SaleForCommission, terms: CommissionTerms | None, split: Split | None
) -> tuple[CommissionLine, ...]:
    """What is due on the sale: nothing, one line, or with a split the two parts of that line.

    Nothing without terms, without a credited rep, or when nothing is left of the sale. The net is
    spread over the lines by largest remainder, so that their nets sum to it exactly; each line's
    commission is half-up to the minor unit. The outgoing rep of a split gets half-up(share ×
    commission), the incoming rep the rest, so the sum is the same to the cent. A split counts
    only on a sale credited to its incoming rep with from_on <= booked_on < until_on.
    """
    if terms is None or sale.credited_to is None or sale.net_base <= 0:
        return ()
    whole = _whole(sale, terms, sale.credited_to)
    if split is None or not _counts(split, sale):
        return _due(whole)
    return _due(*_divided(whole, split, terms.currency))


def _due(*lines: CommissionLine) -> tuple[CommissionLine, ...]:
    return tuple(line for line in lines if line.amount > 0)


@dataclass(frozen=True, slots=True)
class _Rated:
    """A line with what reversals left of it, its rate, and what the rate goes by."""

    line: LineFact
    net: Decimal
    rate: Decimal
    rate_of: str


def _whole(sale: SaleForCommission, terms: CommissionTerms, beneficiary_id: int) -> CommissionLine:
    rated = _rated_lines(sale, terms)
    amounts = [rounded(each.rate * each.net, terms.currency) for each in rated]
    rates = {each.rate for each in rated}
    return CommissionLine(
        kind="commission",
        beneficiary_id=beneficiary_id,
        amount=total(amounts, terms.currency),
        base_amount=sale.net_base,
        rate=rates.pop() if len(rates) == 1 else None,
        inputs=_inputs(sale, terms, rated),
        explanation=_explanation(sale, rated, amounts, terms.currency),
    )


def _rated_lines(sale: SaleForCommission, terms: CommissionTerms) -> list[_Rated]:
    lines = _lines_of(sale)
    nets = spread(sale.net_base, [line.base_amount for line in lines], terms.currency)
    return [
        _Rated(line, net, *_rate(line, sale.segment, terms))
        for line, net in zip(lines, nets, strict=True)
    ]


def _lines_of(sale: SaleForCommission) -> list[LineFact]:
    """In an order of their own, so that it does not matter in which order they were read.

    A sale is one line if it has none, or if its lines sum to nothing that could be divided by.
    """
    if sum(line.base_amount for line in sale.lines) <= 0:
        return [LineFact(None, sale.net_base)]
    return sorted(
        sale.lines,
        key=lambda line: (line.product_id is None, line.product_id or 0, line.base_amount),
    )


def _rate(line: LineFact, segment: str, terms: CommissionTerms) -> tuple[Decimal, str]:
    if line.product_id is not None and line.product_id in terms.by_product:
        name = line.product_name or f"product {line.product_id}"
        return terms.by_product[line.product_id], name
    if segment in terms.by_segment:
        return terms.by_segment[segment], f"segment {segment}"
    return terms.default_rate, "default rate"


def _counts(split: Split, sale: SaleForCommission) -> bool:
    in_time = split.from_on <= sale.booked_on < split.until_on
    return sale.credited_to == split.incoming_id and in_time


def _divided(whole: CommissionLine, split: Split, currency: str) -> tuple[CommissionLine, ...]:
    exact = split.share * whole.amount
    share = rounded(exact, currency)
    rest = whole.amount - share
    inputs = whole.inputs | {
        "handoff_id": split.handoff_id,
        "share": plain(split.share),
        "commission": plain(whole.amount),
    }
    share_words = f"{percent(split.share)} of it under the agreed split = "
    share_words += worked_out(exact, currency)
    rest_words = f"less {shown(share, currency)} ({percent(split.share)}) for the outgoing rep "
    rest_words += f"under the agreed split = {shown(rest, currency)}"
    return (
        CommissionLine(
            kind="commission",
            beneficiary_id=split.incoming_id,
            amount=rest,
            base_amount=whole.base_amount,
            rate=whole.rate,
            inputs=inputs,
            explanation=f"{whole.explanation}; {rest_words}",
        ),
        CommissionLine(
            kind="commission_share",
            beneficiary_id=split.outgoing_id,
            amount=share,
            base_amount=whole.base_amount,
            rate=whole.rate,
            inputs=inputs,
            explanation=f"{whole.explanation}; {share_words}",
        ),
    )


def _explanation(
    sale: SaleForCommission, rated: list[_Rated], amounts: list[Decimal], currency: str
) -> str:
    booked = sum((each.line.base_amount for each in rated), Decimal(0))
    parts = [
        f"{percent(each.rate)} ({each.rate_of}) of "
        f"{_net_words(each, booked, sale.net_base, currency)} = "
        f"{worked_out(each.rate * each.net, currency)}"
        for each in rated
    ]
    if len(parts) > 1:
        parts.append(f"together {shown(total(amounts, currency), currency)}")
    return "; ".join(parts)


def _net_words(each: _Rated, booked: Decimal, net: Decimal, currency: str) -> str:
    words = shown_exactly(each.net, currency)
    if each.net == each.line.base_amount:
        return words
    part = f"{shown_exactly(each.line.base_amount, currency)} of {shown_exactly(booked, currency)}"
    return f"{words} ({part}, of which {shown_exactly(net, currency)} is left)"


def _inputs(
    sale: SaleForCommission, terms: CommissionTerms, rated: list[_Rated]
) -> dict[str, str | int]:
    inputs: dict[str, str | int] = {
        "plan_version": terms.version,
        "booked_on": sale.booked_on.isoformat(),
        "segment": sale.segment,
        "net_base": plain(sale.net_base),
        "currency": terms.currency,
    }
    for number, each in enumerate(rated, start=1):
        inputs[f"line_{number}_booked"] = plain(each.line.base_amount)
        inputs[f"line_{number}_net"] = plain(each.net)
        inputs[f"line_{number}_rate"] = plain(each.rate)
        inputs[f"line_{number}_rate_of"] = each.rate_of
    return inputs
