"""Who may write on an account: role × relation (domain §1)."""

import datetime as dt

import pytest

from accounts_app import ownership
from accounts_app.authority import answers_for, check_may_write, may_write
from accounts_app.models import Account, AccountAccess, EndedBy, State
from core import people
from core.errors import NotAllowed
from core.models import Cover, User
from tests import factories
from tests.factories import TODAY, Cast, at, days_on, fresh, steward

NOON = at(TODAY)


@pytest.fixture
def acme(cast: Cast) -> Account:
    """Held by Alice, whom Mara manages."""
    return factories.owned(cast.alice)


def writers(cast: Cast, account: Account, on: dt.datetime = NOON) -> set[str]:
    row = fresh(account)
    return {person.username for person in cast if may_write(person, row, at=on)}


def give_access(
    account: Account, user: User, until: dt.datetime | None = None, reason: str = "handoff 1"
) -> None:
    AccountAccess.objects.create(account=account, user=user, reason=reason, until=until)


def test_on_an_owned_account(cast: Cast, acme: Account) -> None:
    assert writers(cast, acme) == {"alice", "mara", "ada"}
    assert may_write(steward(), acme, at=NOON)


def test_on_a_pooled_account_nobody_holds_it_and_the_last_team_answers(
    cast: Cast, acme: Account
) -> None:
    factories.let_go(acme, on=days_on(1))
    assert answers_for(fresh(acme)) == cast.alice
    assert writers(cast, acme, at(days_on(2))) == {"mara", "ada"}


def test_on_a_closed_account_the_same(cast: Cast, acme: Account) -> None:
    ownership.end(acme, why=EndedBy.CLOSED, by=steward(), at=at(days_on(1)), state=State.CLOSED)
    assert writers(cast, acme, at(days_on(2))) == {"mara", "ada"}


def test_on_an_account_that_nobody_ever_held(cast: Cast) -> None:
    account = factories.pooled()
    assert answers_for(account) is None
    assert writers(cast, account) == {"ada"}


def test_the_last_of_several_holders_answers(cast: Cast, acme: Account) -> None:
    factories.let_go(acme, on=days_on(1))
    factories.hold(acme, cast.otto, on=days_on(2))
    factories.let_go(acme, on=days_on(3))
    assert answers_for(fresh(acme)) == cast.otto
    assert writers(cast, acme, at(days_on(4))) == {"olga", "ada"}


def test_a_stand_in_writes_while_the_holder_is_away(cast: Cast, acme: Account) -> None:
    Cover.objects.create(
        absent=cast.alice, stand_in=cast.otto, from_on=days_on(1), until_on=days_on(2)
    )
    found = ["otto" in writers(cast, acme, at(days_on(days))) for days in range(4)]
    assert found == [False, True, True, False]


def test_the_one_who_is_away_may_write_too(cast: Cast, acme: Account) -> None:
    Cover.objects.create(absent=cast.alice, stand_in=cast.otto, from_on=TODAY, until_on=days_on(2))
    assert "alice" in writers(cast, acme)


def test_finance_writes_on_nothing_whatever_is_given(cast: Cast, acme: Account) -> None:
    Cover.objects.create(absent=cast.alice, stand_in=cast.finn, from_on=TODAY, until_on=days_on(2))
    give_access(acme, cast.finn)
    assert "finn" not in writers(cast, acme)


def test_given_access_lasts_until_its_moment(cast: Cast, acme: Account) -> None:
    give_access(acme, cast.bob, NOON)
    second = dt.timedelta(seconds=1)
    assert "bob" in writers(cast, acme, NOON - second)
    assert "bob" not in writers(cast, acme, NOON)
    give_access(acme, cast.bob, reason="handoff 2")
    assert "bob" in writers(cast, acme, NOON + dt.timedelta(days=900))
    assert "bob" not in writers(cast, factories.owned(cast.alice, name="Other"))


def test_a_selling_manager_writes_on_their_own(cast: Cast) -> None:
    seller = factories.manager("selma", team="West", holds_accounts=True)
    account = factories.owned(seller)
    assert may_write(seller, account, at=NOON)
    assert writers(cast, account) == {"ada"}


def test_the_team_of_that_day_counts(cast: Cast, acme: Account) -> None:
    people.join_team(
        cast.alice, factories.the_team("South"), from_on=days_on(5), by=cast.ada, at=NOON
    )
    assert writers(cast, acme, at(days_on(4))) == {"alice", "mara", "ada"}
    assert writers(cast, acme, at(days_on(5))) == {"alice", "olga", "ada"}


def test_who_left_writes_on_nothing(cast: Cast, acme: Account) -> None:
    for person in cast:
        person.active = False
        assert not may_write(person, acme, at=NOON)


def test_the_refusal_names_both(cast: Cast, acme: Account) -> None:
    check_may_write(cast.alice, acme, at=NOON)
    with pytest.raises(NotAllowed, match="Bob may not write on Acme") as refusal:
        check_may_write(cast.bob, acme, at=NOON)
    assert (refusal.value.code, refusal.value.facts) == ("not_allowed", {"account": acme.pk})
