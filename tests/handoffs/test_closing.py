"""Closing an account and opening it again (domain §4)."""

import pytest

from core.errors import NotAllowed, Refused
from core.models import Event, User, Verb
from handoffs import closing
from handoffs.models import ClaimRequest, EntryReason, Outcome, TransferState
from operations.verify import verify
from tests import factories
from tests.factories import Cast, at, days_on, fresh, owned
from tests.handoffs.moves import POOLED, again, claim, entry_of, swept

pytestmark = pytest.mark.usefixtures("policy")

DAY = days_on(10)


def nothing_is_off() -> bool:
    return [finding.sentence for finding in verify()] == []


def test_the_holder_closes_their_account_and_its_clock_stops() -> None:
    account = owned()
    closing.close(account, because="no_need", by=factories.alice(), at=at(DAY))
    row = fresh(account)
    assert (row.state, row.owner, row.dormant_on) == ("closed", None, None)
    assert row.closed_because == "no_need"
    assert account.periods.get().ended_by == "closed"
    assert Event.objects.filter(verb=Verb.ACCOUNT_CLOSED, account_id=account.pk).count() == 1
    assert nothing_is_off()


def test_closing_a_pooled_account_cancels_its_handoff() -> None:
    handoff = swept()
    closing.close(handoff.account, because="other", by=factories.mara(), at=at(POOLED))
    assert again(handoff).transfer == TransferState.CANCELLED
    assert entry_of(handoff.account).outcome == Outcome.CLOSED
    assert nothing_is_off()


def test_it_comes_back_through_the_pool() -> None:
    account = owned()
    closing.close(account, because="no_need", by=factories.alice(), at=at(DAY))
    entry = closing.reopen(account, by=factories.mara(), at=at(days_on(20)))
    assert (entry.reason, entry.previous_holder) == (EntryReason.REOPENED, factories.alice())
    claim(entry, by=factories.bob(), on=days_on(21))
    assert fresh(account).owner == factories.bob()
    assert nothing_is_off()


def test_it_is_not_closed_while_somebody_waits_for_it() -> None:
    handoff = swept()
    ClaimRequest.objects.create(
        entry=entry_of(handoff.account), user=factories.bob(), asked_at=at(POOLED)
    )
    with pytest.raises(Refused, match="has asked for"):
        closing.close(handoff.account, because="other", by=factories.ada(), at=at(POOLED))
    assert fresh(handoff.account).state == "pooled"


def test_twice_is_refused() -> None:
    account = owned()
    closing.close(account, because="no_need", by=factories.alice(), at=at(DAY))
    with pytest.raises(Refused, match="is closed"):
        closing.close(account, because="no_need", by=factories.ada(), at=at(DAY))


def test_a_reason_that_there_is_none_of_is_refused() -> None:
    account = owned()
    with pytest.raises(Refused, match="Say why"):
        closing.close(account, because="boredom", by=factories.alice(), at=at(DAY))


def test_an_open_account_is_not_reopened() -> None:
    with pytest.raises(Refused, match="not closed"):
        closing.reopen(owned(), by=factories.ada(), at=at(DAY))


@pytest.mark.parametrize("username", ["bob", "finn", "olga", "otto"])
def test_others_may_not_close_it(cast: Cast, username: str) -> None:
    account = owned()
    with pytest.raises(NotAllowed):
        closing.close(account, because="other", by=User.objects.get(username=username), at=at(DAY))


@pytest.mark.parametrize("username", ["alice", "bob", "finn"])
def test_reps_and_finance_do_not_reopen(cast: Cast, username: str) -> None:
    account = owned()
    closing.close(account, because="other", by=factories.alice(), at=at(DAY))
    with pytest.raises(NotAllowed):
        closing.reopen(account, by=User.objects.get(username=username), at=at(DAY))
