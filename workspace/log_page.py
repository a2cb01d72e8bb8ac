"""What the quick log offers: whom one probably has just talked to (domain §2)."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.formats import date_format

from accounts_app.authority import may_write
from accounts_app.models import Account, State
from core.models import User
from pipeline.activities import may_log_in_pool
from pipeline.models import NextStep
from workspace.account_page import accounts_for

MOST = 8


@dataclass(frozen=True)
class Suggestion:
    """An account, and in a few words why it is offered. The first that is likely is chosen."""

    account: Account
    why: str
    is_likely: bool = True


def suggestions(user: User, *, seen: Sequence[int], on: dt.date) -> list[Suggestion]:
    """Steps that are due first, then the warned accounts, those last looked at (``seen``), and
    whatever of one's own falls quiet soonest."""
    found: dict[int, Suggestion] = {}
    for offered in _offered(user, seen, on):
        found.setdefault(offered.account.pk, offered)
    return list(found.values())[:MOST]


def _offered(user: User, seen: Sequence[int], on: dt.date) -> Iterator[Suggestion]:
    due = NextStep.objects.due_for(user, on=on).exclude(account__state=State.CLOSED)
    for step in due.select_related("account")[:MOST]:
        yield Suggestion(step.account, step.what)
    for account in Account.objects.in_warning().held_by(user).order_by("pool_on", "id")[:MOST]:
        yield Suggestion(account, f"to the pool {date_format(account.pool_on or on, 'j M')}")
    looked_at = Account.objects.visible_to(user).in_bulk(seen)
    for pk in seen:
        if pk in looked_at:
            yield Suggestion(looked_at[pk], "looked at")
    for account in Account.objects.on_the_clock().held_by(user).order_by("dormant_on", "id")[:MOST]:
        why = f"quiet by {date_format(account.dormant_on or on, 'j M')}"
        yield Suggestion(account, why, is_likely=False)


def found_by(user: User, words: str) -> list[Suggestion]:
    """Any account that is called so, or nearly so."""
    accounts = Account.objects.visible_to(user).select_related("owner")
    found = accounts.best(words, most=MOST) or accounts.alike(words, most=MOST)
    return [Suggestion(row, _stands(row)) for row in found]


def _stands(account: Account) -> str:
    return account.owner.name if account.owner else str(account.get_state_display()).lower()


def chosen(user: User, pk: int, *, at: dt.datetime) -> Account | None:
    """The account to log on, unless there is none or this person may not."""
    account = accounts_for(user).filter(pk=pk).first()
    return account if account and may_log(user, account, at=at) else None


def may_log(user: User, account: Account, *, at: dt.datetime) -> bool:
    """As ``activities.check_may_log``."""
    return may_log_in_pool(user, account) or may_write(user, account, at=at)
