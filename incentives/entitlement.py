"""Who earns what for letting an account go: a pure function of facts (domain §6).

Nothing here reads a database or a clock. The ledger is reconciled with what `entitled` says;
pages ask `why_nothing` before anybody is asked to let go or to claim. All amounts are in the base
currency named by the terms; days are days of the organisation, windows inclusive.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from core.money import percent, plain, rounded, rounded_down, shown, shown_exactly, worked_out

LineKind = Literal["first_sale", "accelerator"]

SWEPT = "swept"
RELEASED = "released"
REASSIGNED = "reassigned"
DEPARTURE = "departure"
KINDS = frozenset({SWEPT, RELEASED, REASSIGNED, DEPARTURE})


@dataclass(frozen=True, slots=True)
class Tier:
    """An accelerator: `rate` on a first sale at most `within_days` days after the transfer."""

    within_days: int
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Terms:
    """What the outgoing rep was promised, frozen when the handoff opened.

    Rates are fractions (0.05 is 5 %). `cap` limits the sum of a handoff's lines; None is no cap.
    `quiet_before_days` is what `had_recent_sale` was judged by. `policy_version` is None when the
    handoff opened before any dormancy policy was applied.
    """

    plan_version: int
    policy_version: int | None
    first_sale_rate: Decimal
    early_release_bonus_rate: Decimal
    tiers: tuple[Tier, ...]
    eligible_days: int
    quiet_before_days: int
    cap: Decimal | None
    pays_departed: bool
    currency: str


@dataclass(frozen=True, slots=True)
class SaleFact:
    """A sale on the account, in base currency, rounded to its minor unit.

    `original_base` is the amount as booked, `net_base` what reversals left of it (0 when fully
    reversed). `credited_to` is None when nobody is credited.
    """

    sale_id: int
    booked_on: date
    original_base: Decimal
    net_base: Decimal
    credited_to: int | None
    while_pooled: bool


@dataclass(frozen=True, slots=True)
class HandoffFacts:
    """All that the incentive of one handoff depends on.

    - `transferred_on`: None until the account has a new holder.
    - `incentive_agreed`: for `reassigned` only, the manager said so at its start.
    - `incoming_returned`: the incoming rep held the account within the cooldown before;
      `outgoing_returned`: the period that ends here was such a return.
    - `passed_over`: the outgoing rep came by a transfer and logged no engagement.
    - `had_…`: for `released` only, as things stood on `opened_on`.
    - `window_ends_on`: the day of the next transfer that ends this window (one away from a holder
      who was passed over does not; a claim without a handoff may). Sales of that day and later
      belong to the next window.

    Raises ValueError for a kind that is not in KINDS.
    """

    handoff_id: int
    kind: str
    outgoing_id: int
    incoming_id: int | None
    outgoing_name: str
    opened_on: date
    transferred_on: date | None
    incentive_agreed: bool
    brief_on_time: bool
    brief_accepted: bool
    incoming_returned: bool
    outgoing_returned: bool
    passed_over: bool
    had_live_opportunity: bool
    had_running_contract: bool
    had_recent_sale: bool
    outgoing_left_on: date | None
    window_ends_on: date | None
    terms: Terms
    sales: tuple[SaleFact, ...]

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is not a kind of handoff.")


@dataclass(frozen=True, slots=True)
class Reason:
    """Something that stands in the way of an incentive: a code, and a sentence for people."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Line:
    """An amount due to the outgoing rep; `amount` is above zero.

    `inputs` goes into the ledger as JSON, numbers with decimals as text. `explanation` can be
    redone with a pencil; it is for people, and never compared.
    """

    kind: LineKind
    sale_id: int
    amount: Decimal
    base_amount: Decimal
    rate: Decimal
    inputs: dict[str, str | int]
    explanation: str


def entitled(facts: HandoffFacts) -> tuple[Line, ...]:
    """What is due on this handoff now: nothing, or a first_sale and an accelerator line.

    Each amount is half-up to the currency's minor unit; the cap limits their sum, the accelerator
    cut first. What comes to zero is no line.
    """
    if why_nothing(facts):
        return ()
    sale = first_sale(facts)
    if sale is None or facts.transferred_on is None:
        return ()
    last_day = _last_paid_day(facts)
    if last_day is not None and sale.booked_on > last_day:
        return ()
    days = (sale.booked_on - facts.transferred_on).days
    return tuple(line for line in _lines(facts, sale, days) if line.amount > 0)


def first_sale(facts: HandoffFacts) -> SaleFact | None:
    """The sale that the incentive is about, if there is one: the earliest that qualifies.

    On one day the larger amount as booked, then the lower id. It does not depend on whether
    anything is due on it: a sale after the outgoing rep left is the first sale all the same, so
    no later one takes its place.
    """
    qualifying = (sale for sale in facts.sales if _qualifies(sale, facts))
    return min(
        qualifying,
        key=lambda sale: (sale.booked_on, -sale.original_base, sale.sale_id),
        default=None,
    )


def in_window(day: date, facts: HandoffFacts) -> bool:
    """Whether a sale of that day belongs to this handoff's transfer, and comes soon enough."""
    if facts.transferred_on is None:
        return False
    if facts.window_ends_on is not None and day >= facts.window_ends_on:
        return False
    return 0 <= (day - facts.transferred_on).days <= facts.terms.eligible_days


def why_nothing(facts: HandoffFacts) -> list[Reason]:
    """All that stands in the way whatever is sold, readable before a claim.

    Some of it may still change (a brief that is not handed in yet). An empty list is no promise:
    it still takes a transfer and a first sale.
    """
    return [*_reasons_of_kind(facts), *_reasons_of_people(facts), *_reasons_of_brief(facts)]


def _reasons_of_kind(facts: HandoffFacts) -> Iterator[Reason]:
    if facts.kind == DEPARTURE:
        yield Reason(
            "departure",
            "The account was handed on because its holder left the company: "
            "that earns no incentive.",
        )
    if facts.kind == REASSIGNED and not facts.incentive_agreed:
        yield Reason("not_agreed", "No incentive was agreed when this reassignment was proposed.")
    if facts.kind == RELEASED:
        yield from _reasons_of_release(facts)


def _reasons_of_release(facts: HandoffFacts) -> Iterator[Reason]:
    day = _day(facts.opened_on)
    if facts.had_live_opportunity:
        yield Reason(
            "live_opportunity",
            f"The account had a live opportunity on {day}, the day it was released.",
        )
    if facts.had_running_contract:
        yield Reason(
            "running_contract",
            f"The account had a running contract on {day}, the day it was released.",
        )
    if facts.had_recent_sale:
        yield Reason(
            "recent_sale",
            f"The account had a sale on {day}, the day it was released, "
            f"or in the {facts.terms.quiet_before_days} days before.",
        )


def _reasons_of_people(facts: HandoffFacts) -> Iterator[Reason]:
    name, cooldown = facts.outgoing_name, _cooldown_words(facts.terms)
    if facts.incoming_id == facts.outgoing_id:
        yield Reason("came_back", f"The account came back to {name}, who had let it go.")
    if facts.incoming_returned:
        yield Reason(
            "incoming_returned", f"The incoming rep held the account before, within {cooldown}."
        )
    if facts.outgoing_returned:
        yield Reason(
            "outgoing_returned",
            f"{name} had held the account before and taken it back within {cooldown}.",
        )
    if facts.passed_over:
        yield Reason(
            "passed_over", f"{name} took the account over and logged no engagement with it."
        )
    last_day = _last_paid_day(facts)
    if last_day is not None and (facts.transferred_on is None or facts.transferred_on > last_day):
        yield Reason(
            "departed",
            f"{name} left on {_day(last_day)}; "
            f"plan {facts.terms.plan_version} pays nothing on a sale after that day.",
        )


def _cooldown_words(terms: Terms) -> str:
    version = terms.policy_version
    return "the cooldown" if version is None else f"the cooldown of policy {version}"


def _reasons_of_brief(facts: HandoffFacts) -> Iterator[Reason]:
    if not facts.brief_on_time:
        yield Reason(
            "brief_not_on_time",
            f"The incentive needs a brief that {facts.outgoing_name} handed in by its due day: "
            "there is none.",
        )
    if not facts.brief_accepted:
        yield Reason("brief_not_accepted", "The incentive needs an accepted brief: there is none.")


def _last_paid_day(facts: HandoffFacts) -> date | None:
    """The last day whose sales earn the outgoing rep anything, if there is one."""
    return None if facts.terms.pays_departed else facts.outgoing_left_on


def _qualifies(sale: SaleFact, facts: HandoffFacts) -> bool:
    if sale.while_pooled or sale.net_base <= 0 or sale.credited_to == facts.outgoing_id:
        return False
    return in_window(sale.booked_on, facts)


@dataclass(frozen=True, slots=True)
class _Part:
    """One rate applied to the first sale: `uncut` before the cap, `amount` after it."""

    words: str
    rate: Decimal
    uncut: Decimal
    amount: Decimal
    explanation: str


def _lines(facts: HandoffFacts, sale: SaleFact, days: int) -> Iterator[Line]:
    terms, inputs = facts.terms, _inputs(facts, sale, days)
    words, rate = _first_sale_words(facts)
    first = _part(words, rate, sale, terms, already=Decimal(0))
    tier = _tightest(terms.tiers, days)
    if tier is None:
        yield _line("first_sale", first, sale, inputs | _first_sale_inputs(facts))
        return
    words = f"{percent(tier.rate)} accelerator (sold on day {days} of {tier.within_days})"
    second = _part(words, tier.rate, sale, terms, already=first.amount)
    first = replace(first, explanation=first.explanation + _nothing_left_words(second, terms))
    yield _line("first_sale", first, sale, inputs | _first_sale_inputs(facts))
    yield _line("accelerator", second, sale, inputs | {"within_days": tier.within_days})


def _part(words: str, rate: Decimal, sale: SaleFact, terms: Terms, *, already: Decimal) -> _Part:
    """The rate on the sale's net, cut to what `already` leaves of the cap."""
    exact = rate * sale.net_base
    uncut = amount = rounded(exact, terms.currency)
    if terms.cap is not None:
        amount = min(uncut, rounded_down(terms.cap, terms.currency) - already)
    explanation = f"{words} of {_base_words(sale, terms)} = {worked_out(exact, terms.currency)}"
    if amount < uncut:
        explanation += _cut_words(amount, terms, already)
    return _Part(words, rate, uncut, amount, explanation)


def _line(kind: LineKind, part: _Part, sale: SaleFact, inputs: dict[str, str | int]) -> Line:
    return Line(
        kind=kind,
        sale_id=sale.sale_id,
        amount=part.amount,
        base_amount=sale.net_base,
        rate=part.rate,
        inputs=inputs | {"rate": plain(part.rate), "before_cap": plain(part.uncut)},
        explanation=part.explanation,
    )


def _tightest(tiers: tuple[Tier, ...], days: int) -> Tier | None:
    """The tier with the fewest days that the sale still made, if any."""
    holding = (tier for tier in tiers if days <= tier.within_days)
    return min(holding, key=lambda tier: (tier.within_days, tier.rate), default=None)


def _first_sale_words(facts: HandoffFacts) -> tuple[str, Decimal]:
    rate, bonus = facts.terms.first_sale_rate, facts.terms.early_release_bonus_rate
    if facts.kind != RELEASED or not bonus:
        return f"{percent(rate)} first sale", rate
    words = f"{percent(rate)} first sale + {percent(bonus)} for letting go early"
    return f"{words} = {percent(rate + bonus)}", rate + bonus


def _base_words(sale: SaleFact, terms: Terms) -> str:
    base = shown_exactly(sale.net_base, terms.currency)
    if sale.net_base == sale.original_base:
        return base
    booked = shown_exactly(sale.original_base, terms.currency)
    taken_back = shown_exactly(sale.original_base - sale.net_base, terms.currency)
    return f"{base} ({booked} less {taken_back} reversed)"


def _cut_words(amount: Decimal, terms: Terms, already: Decimal) -> str:
    words = f", cut to {shown(amount, terms.currency)} by {_cap_words(terms)}"
    if already:
        words += f" ({shown(already, terms.currency)} of it used by the first sale)"
    return words


def _nothing_left_words(second: _Part, terms: Terms) -> str:
    """An accelerator that the cap cuts to nothing has no line of its own to say so."""
    if second.amount > 0 or second.uncut == 0:
        return ""
    return f"; {_cap_words(terms)} leaves nothing for the {second.words}"


def _cap_words(terms: Terms) -> str:
    return f"the cap of {shown_exactly(terms.cap or Decimal(0), terms.currency)}"


def _inputs(facts: HandoffFacts, sale: SaleFact, days: int) -> dict[str, str | int]:
    terms = facts.terms
    inputs: dict[str, str | int] = {
        "kind": facts.kind,
        "plan_version": terms.plan_version,
        "opened_on": facts.opened_on.isoformat(),
        "booked_on": sale.booked_on.isoformat(),
        "days_since_transfer": days,
        "eligible_days": terms.eligible_days,
        "original_base": plain(sale.original_base),
        "net_base": plain(sale.net_base),
        "currency": terms.currency,
    }
    if facts.transferred_on is not None:
        inputs["transferred_on"] = facts.transferred_on.isoformat()
    if terms.policy_version is not None:
        inputs["policy_version"] = terms.policy_version
    if terms.cap is not None:
        inputs["cap"] = plain(terms.cap)
    return inputs


def _first_sale_inputs(facts: HandoffFacts) -> dict[str, str | int]:
    inputs: dict[str, str | int] = {"first_sale_rate": plain(facts.terms.first_sale_rate)}
    if facts.kind == RELEASED:
        inputs["early_release_bonus_rate"] = plain(facts.terms.early_release_bonus_rate)
    return inputs


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
