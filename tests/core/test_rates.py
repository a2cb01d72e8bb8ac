"""Exchange rates: the newest on or before the day, at most seven days old (domain §9)."""

import datetime as dt
from decimal import Decimal

import pytest

from core.errors import NotAllowed, Refused
from core.models import Event, ExchangeRate, User, Verb
from core.rates import in_base, keep_rate
from tests.factories import TODAY, Cast, at, days_on

NOON = at(TODAY)


def keep(rate: str, *, by: User, on: dt.date = TODAY, currency: str = "USD") -> ExchangeRate:
    return keep_rate(currency, on=on, rate=Decimal(rate), by=by, at=NOON)[0]


@pytest.mark.django_db
def test_the_base_currency_needs_no_rate() -> None:
    found = in_base(Decimal("12.50"), "EUR", on=TODAY)
    assert (found.amount, found.rate) == (Decimal("12.50"), Decimal(1))


def test_the_newest_rate_on_or_before_the_day_holds(finn: User) -> None:
    for days, rate in ((-5, "0.80"), (-2, "0.90"), (1, "0.70")):
        keep(rate, by=finn, on=days_on(days))
    found = in_base(Decimal("10.01"), "USD", on=TODAY)
    assert (found.amount, found.rate) == (Decimal("9.01"), Decimal("0.90"))


@pytest.mark.parametrize(("age", "taken"), [(0, True), (7, True), (8, False)])
def test_a_rate_is_taken_for_seven_days(finn: User, age: int, taken: bool) -> None:
    keep("0.90", by=finn, on=days_on(-age))
    if taken:
        assert in_base(Decimal(10), "USD", on=TODAY).rate == Decimal("0.90")
        return
    with pytest.raises(Refused) as refusal:
        in_base(Decimal(10), "USD", on=TODAY)
    assert refusal.value.code == "no_rate"
    assert refusal.value.facts == {"currency": "USD", "on": TODAY}


def test_a_rate_to_come_is_not_taken(finn: User) -> None:
    keep("0.90", by=finn, on=days_on(1))
    with pytest.raises(Refused, match="There is no rate for USD"):
        in_base(Decimal(10), "USD", on=TODAY)


def test_a_rate_of_another_currency_is_not_taken(finn: User) -> None:
    keep("0.90", by=finn, currency="CHF")
    with pytest.raises(Refused):
        in_base(Decimal(10), "USD", on=TODAY)


def test_a_corrected_rate_leaves_both_on_record(finn: User) -> None:
    first, changed = keep_rate("USD", on=TODAY, rate=Decimal("0.90"), by=finn, at=NOON)
    assert changed
    assert not keep_rate("USD", on=TODAY, rate=Decimal("0.900"), by=finn, at=NOON)[1]
    again, changed = keep_rate("USD", on=TODAY, rate=Decimal("0.91"), by=finn, at=NOON)
    assert changed
    assert first == again == ExchangeRate.objects.get()
    assert [event.changes["rate"] for event in Event.objects.filter(verb=Verb.RATE_KEPT)] == [
        [None, "0.90"],
        ["0.900000000", "0.91"],
    ]


@pytest.mark.parametrize(
    ("currency", "rate", "code"),
    [
        ("USD", "0", "bad_rate"),
        ("USD", "-1", "bad_rate"),
        ("EUR", "1", "bad_currency"),
        ("XXX", "1", "bad_currency"),
        ("usd", "1", "bad_currency"),
    ],
)
def test_nonsense_is_refused(finn: User, currency: str, rate: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        keep(rate, by=finn, currency=currency)
    assert refusal.value.code == code
    assert not ExchangeRate.objects.exists()


@pytest.mark.parametrize("who", ["finn", "ada"])
def test_finance_and_administrators_keep_rates(cast: Cast, who: str) -> None:
    assert keep("0.9", by=getattr(cast, who)).rate == Decimal("0.9")


@pytest.mark.parametrize("who", ["alice", "mara"])
def test_nobody_else_does(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        keep("0.9", by=getattr(cast, who))
