"""What a check yields."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from accounts_app.models import Account


@dataclass(frozen=True)
class Finding:
    """Something that is off: a code for programs, a sentence for people."""

    code: str
    sentence: str


Check = Callable[[], Iterator[Finding]]


def named(account: Account) -> str:
    """An account by its name and its number."""
    return f"{account.name} ({account.pk})"
