"""The pipeline as a sign: only an engagement moves it (domain §4, decision 0001)."""

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.pipeline_rule import PipelineDays, Stretch, pipeline_days, stretches
from tests.factories import days_on

NOTHING = PipelineDays(None, None)


def card(opened: int, closed: int | None = None) -> Stretch:
    """Open from one day to another, counted from the same one."""
    return Stretch(days_on(opened), None if closed is None else days_on(closed))


def days(*engaged: int, cards: list[Stretch]) -> PipelineDays:
    latest_first = sorted((days_on(day) for day in engaged), reverse=True)
    return pipeline_days(cards, latest_first)


def test_without_a_card_or_an_engagement_there_is_no_sign() -> None:
    assert days(5, cards=[]) == NOTHING
    assert days(cards=[card(0)]) == NOTHING


@pytest.mark.parametrize(
    ("engaged", "counts"), [(-1, False), (0, True), (5, True), (10, True), (11, False)]
)
def test_the_days_of_a_card_are_both_included(engaged: int, counts: bool) -> None:
    found = days(engaged, cards=[card(0, 10)])
    assert found == (PipelineDays(days_on(engaged), days_on(10)) if counts else NOTHING)


def test_an_open_card_has_no_end() -> None:
    assert days(5, 900, cards=[card(0)]) == PipelineDays(days_on(900), None)


def test_the_last_engagement_in_a_stretch_decides() -> None:
    cards = [card(0, 10), card(30, 40)]
    assert days(5, 20, cards=cards) == PipelineDays(days_on(5), days_on(10))
    assert days(5, 20, 35, 50, cards=cards) == PipelineDays(days_on(35), days_on(40))


def test_a_later_card_lengthens_nothing() -> None:
    assert days(5, cards=[card(0, 10), card(11)]) == PipelineDays(days_on(5), days_on(10))


def test_a_card_opened_on_the_closing_day_continues_the_stretch() -> None:
    assert days(5, cards=[card(0, 10), card(10)]) == PipelineDays(days_on(5), None)
    assert days(5, cards=[card(0, 10), card(10, 30)]) == PipelineDays(days_on(5), days_on(30))


def test_cards_that_overlap_are_one_stretch() -> None:
    cards = [card(20, 25), card(0, 10), card(8, 22), card(3, 4)]
    assert stretches(cards) == [card(0, 25)]
    assert days(5, cards=cards) == PipelineDays(days_on(5), days_on(25))


def test_a_longer_card_is_not_cut_by_a_shorter_one_in_it() -> None:
    assert days(5, cards=[card(0), card(2, 6)]) == PipelineDays(days_on(5), None)


def test_a_card_of_one_day() -> None:
    assert days(5, cards=[card(5, 5)]) == PipelineDays(days_on(5), days_on(5))


cards = st.lists(
    st.tuples(st.integers(0, 60), st.none() | st.integers(0, 40)).map(
        lambda one: card(one[0], None if one[1] is None else one[0] + one[1])
    ),
    max_size=6,
)
engaged_on = st.lists(st.integers(0, 110).map(days_on), max_size=6).map(
    lambda found: sorted(found, reverse=True)
)


def alive_until(found: PipelineDays) -> dt.date:
    if found.engaged_on is None:
        return dt.date.min
    stalls = found.engaged_on + dt.timedelta(days=45)
    return min(stalls, found.closed_on or stalls)


@given(cards)
def test_stretches_stand_apart_and_in_order(cards: list[Stretch]) -> None:
    for one, other in itertools.pairwise(stretches(cards)):
        assert one.closed_on is not None
        assert one.closed_on < other.opened_on


@given(cards, engaged_on)
def test_a_card_that_is_opened_after_everything_else_moves_nothing(
    cards: list[Stretch], engaged: list[dt.date]
) -> None:
    before = pipeline_days(cards, engaged)
    last = max([one.closed_on or one.opened_on for one in cards] + engaged, default=days_on(0))
    new = Stretch(last + dt.timedelta(days=1), None)
    assert alive_until(pipeline_days([*cards, new], engaged)) == alive_until(before)


@given(cards, engaged_on, st.integers(0, 5), st.integers(0, 120))
def test_closing_a_card_never_lengthens(
    cards: list[Stretch], engaged: list[dt.date], which: int, closed: int
) -> None:
    """Closed today: no engagement and no card lies after that."""
    today = days_on(120 + closed)
    open_ones = [index for index, one in enumerate(cards) if one.closed_on is None]
    if not open_ones:
        return
    index = open_ones[which % len(open_ones)]
    after = [*cards]
    after[index] = Stretch(cards[index].opened_on, today)
    assert alive_until(pipeline_days(after, engaged)) <= alive_until(pipeline_days(cards, engaged))
