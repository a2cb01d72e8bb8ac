"""Searching over accounts, contacts and opportunities at once, closed ones too.

Each room knows how its own rows are found (``core.searching``); here they stand side by side.
"""

from dataclasses import dataclass

from accounts_app.models import Account, Contact
from core.models import User
from pipeline.models import Opportunity

MOST = 8


@dataclass(frozen=True)
class Results:
    """The best first in each, at most ``MOST``; every row has its account and holder at hand."""

    accounts: list[Account]
    contacts: list[Contact]
    opportunities: list[Opportunity]

    def __bool__(self) -> bool:
        return bool(self.accounts or self.contacts or self.opportunities)


def search(reader: User, words: str) -> Results:
    """What ``reader`` may see and is called so; if there is nothing at all, what is nearly so."""
    accounts = Account.objects.visible_to(reader).select_related("owner")
    contacts = Contact.objects.visible_to(reader).select_related("account__owner")
    cards = Opportunity.objects.visible_to(reader).select_related(
        "account__owner", "closed_holder", "stage"
    )
    found = Results(
        accounts=accounts.best(words, most=MOST),
        contacts=contacts.best(words, most=MOST),
        opportunities=cards.best(words, most=MOST),
    )
    return found or Results(
        accounts=accounts.alike(words, most=MOST),
        contacts=contacts.alike(words, most=MOST),
        opportunities=cards.alike(words, most=MOST),
    )
