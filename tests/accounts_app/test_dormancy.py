"""Signs arrive and are corrected: the stored days follow, at once (domain §4)."""

import datetime as dt
from typing import Any

import pytest

from accounts_app import contracts, dormancy
from accounts_app.models import Account
from core.days import FAR
from tests import factories
from tests.factories import TODAY, at, days_on, fresh, steward

DORMANT = days_on(90)


@pytest.fixture
def acme(db: None) -> Account:
    """Held by Alice since today under the figures of the rule book."""
    factories.policy()
    return factories.owned()


def deadlines(account: Account) -> tuple[dt.date | None, dt.date | None, dt.date | None]:
    row = fresh(account)
    return row.dormant_on, row.warned_on, row.pool_on


def warn(account: Account, on: dt.date, pool_on: dt.date) -> None:
    Account.objects.filter(pk=account.pk).update(warned_on=on, pool_on=pool_on)


@pytest.mark.parametrize("name", ["engaged_on", "sold_on", "contract_until"])
def test_a_sign_moves_its_column_and_the_day(acme: Account, name: str) -> None:
    note: dict[str, Any] = {name: days_on(10)}
    row = dormancy.note_sign(acme, on=days_on(10), **note)
    assert (getattr(row, name), row.dormant_on) == (days_on(10), days_on(100))
    assert fresh(acme).dormant_on == days_on(100)


def test_an_older_sign_changes_nothing(acme: Account) -> None:
    dormancy.note_sign(acme, on=days_on(10), engaged_on=days_on(10))
    before = fresh(acme)
    dormancy.note_sign(acme, on=days_on(11), engaged_on=days_on(9), sold_on=days_on(5))
    after = fresh(acme)
    assert (after.engaged_on, after.sold_on) == (days_on(10), days_on(5))
    assert after.dormant_on == before.dormant_on
    dormancy.note_sign(acme, on=days_on(12), engaged_on=days_on(10))
    assert fresh(acme).updated_at == after.updated_at


def test_a_correction_moves_back(acme: Account) -> None:
    dormancy.note_sign(acme, on=days_on(10), engaged_on=days_on(10))
    dormancy.correct_signs(acme, on=days_on(11), engaged_on=days_on(4))
    assert (fresh(acme).engaged_on, fresh(acme).dormant_on) == (days_on(4), days_on(94))
    dormancy.correct_signs(acme, on=days_on(11), engaged_on=None)
    assert (fresh(acme).engaged_on, fresh(acme).dormant_on) == (None, DORMANT)


def test_a_sign_reads_the_row_as_it_is_now(acme: Account) -> None:
    stale = fresh(acme)
    dormancy.note_sign(acme, on=days_on(10), engaged_on=days_on(10))
    dormancy.note_sign(stale, on=days_on(10), sold_on=days_on(3))
    row = fresh(acme)
    assert (row.engaged_on, row.sold_on, row.dormant_on) == (days_on(10), days_on(3), days_on(100))


def test_a_sign_on_a_pooled_account_is_kept_and_no_day_is_set(db: None) -> None:
    factories.policy()
    account = factories.pooled()
    dormancy.note_sign(account, on=TODAY, contract_until=days_on(500))
    assert fresh(account).contract_until == days_on(500)
    assert deadlines(account) == (None, None, None)


# Warnings


def test_a_sign_clears_the_warning_when_the_account_leaves_its_warning_days(acme: Account) -> None:
    warn(acme, days_on(69), DORMANT)
    dormancy.note_sign(acme, on=days_on(80), engaged_on=days_on(80))
    assert deadlines(acme) == (days_on(170), None, None)


@pytest.mark.parametrize(("days", "stands"), [(10, True), (11, False)])
def test_a_sign_that_does_not_carry_it_out_of_them_leaves_the_warning(
    acme: Account, days: int, stands: bool
) -> None:
    """On day 80 an account that is dormant on day 100 or before is in its 21 - 1 warning days."""
    warn(acme, days_on(69), DORMANT)
    dormancy.note_sign(acme, on=days_on(79), engaged_on=days_on(days))
    warned = (days_on(69), days_on(90 + days)) if stands else (None, None)
    assert deadlines(acme) == (days_on(90 + days), *warned)


def test_a_correction_that_brings_the_day_forward_waits_for_its_own_notice(acme: Account) -> None:
    """Nobody was warned; the day is past; so the pool waits for the sweep that warns."""
    dormancy.note_sign(acme, on=days_on(60), sold_on=days_on(60))
    dormancy.correct_signs(acme, on=days_on(140), sold_on=None)
    assert deadlines(acme) == (DORMANT, None, None)
    assert Account.objects.to_warn(on=days_on(140), warn_days=21).get() == acme
    assert not Account.objects.to_pool(on=days_on(140)).exists()


def test_the_notice_of_a_standing_warning_is_kept_by_a_correction(acme: Account) -> None:
    dormancy.note_sign(acme, on=days_on(60), sold_on=days_on(60))
    warn(acme, days_on(129), days_on(150))
    dormancy.correct_signs(acme, on=days_on(130), sold_on=None)
    assert deadlines(acme) == (DORMANT, days_on(129), days_on(136))


def test_a_new_holder_begins_unwarned(acme: Account) -> None:
    warn(acme, days_on(69), DORMANT)
    factories.let_go(acme, on=DORMANT)
    factories.hold(acme, factories.bob(), on=days_on(95))
    assert deadlines(acme) == (days_on(185), None, None)


# Contracts: states, not events


def test_a_contract_counts_until_its_last_day(acme: Account) -> None:
    factories.contract(acme, ends_on=days_on(200))
    assert deadlines(acme)[0] == days_on(290)
    factories.contract(acme, ends_on=days_on(100))
    assert deadlines(acme)[0] == days_on(290)


def test_a_contract_without_a_last_day_counts_on_and_on(acme: Account) -> None:
    endless = factories.contract(acme, ends_on=None)
    assert (fresh(acme).contract_until, deadlines(acme)[0]) == (FAR, days_on(90, FAR))
    contracts.void_contract(endless, reason="Mistaken", by=steward(), at=at(days_on(1)))
    assert (fresh(acme).contract_until, deadlines(acme)[0]) == (None, DORMANT)


def test_a_voided_contract_leaves_the_others(acme: Account) -> None:
    factories.contract(acme, ends_on=days_on(120))
    longest = factories.contract(acme, ends_on=days_on(200))
    contracts.void_contract(longest, reason="Mistaken", by=steward(), at=at(days_on(1)))
    assert deadlines(acme)[0] == days_on(210)


def test_a_contract_that_was_entered_in_the_pool_counts(acme: Account) -> None:
    factories.let_go(acme, on=days_on(1))
    factories.contract(acme, ends_on=days_on(400), on=days_on(2))
    factories.hold(acme, factories.bob(), on=days_on(3))
    assert deadlines(acme)[0] == days_on(490)


# Recomputation


def test_recomputing_says_how_many_it_reached(acme: Account) -> None:
    other = factories.owned(name="Other", since=days_on(3))
    pooled = factories.pooled("Pooled")
    rule = dormancy.rule_in_force()
    assert rule is not None
    Account.objects.filter(pk__in=[acme.pk, other.pk]).update(dormant_on=TODAY)
    assert dormancy.recompute(acme.pk, other.pk - 1, rule=rule, on=TODAY) == 1
    assert (deadlines(acme)[0], deadlines(other)[0]) == (DORMANT, TODAY)
    assert dormancy.recompute(acme.pk, pooled.pk, rule=rule, on=TODAY) == 2
    assert (deadlines(other)[0], deadlines(pooled)[0]) == (days_on(93), None)


def test_it_is_one_statement(acme: Account, django_assert_num_queries: Any) -> None:
    rule = dormancy.rule_in_force()
    assert rule is not None
    with django_assert_num_queries(3, info="a savepoint around the statement"):
        dormancy.recompute(1, acme.pk, rule=rule, on=TODAY)
