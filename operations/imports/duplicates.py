"""Accounts that are likely the same company: listed for a person to look at, never merged."""

import re
from collections import defaultdict
from collections.abc import Iterator

from accounts_app.models import Account

#: What a company is in law says nothing about which company it is.
LEGAL_FORMS = frozenset(
    (
        *("inc", "incorporated", "corp", "corporation", "co", "company", "llc", "llp", "lp"),
        *("ltd", "limited", "plc", "gmbh", "ag", "kg", "ohg", "ug", "se", "sa", "sas", "sarl"),
        *("srl", "spa", "bv", "nv", "oy", "ab", "as", "aps", "kk", "pty", "pte", "the", "and"),
    )
)
MOST_LISTED = 20


def likeness(name: str) -> str:
    """The name without case, punctuation and legal form: "Acme, Inc." is "acme"."""
    words = re.findall(r"\w+", name.casefold().replace(".", "").replace("&", " and "))
    kept = [word for word in words if word not in LEGAL_FORMS]
    return "".join(kept or words)


def list_duplicates(added: set[int]) -> list[str]:
    """Of the accounts with these ids, those that are like another one, a line for each group.

    Reads all accounts once; memory grows with what was added, not with what is there.
    """
    if not added:
        return []
    keys = {key for pk, key in _keys() if pk in added}
    groups: dict[str, set[int]] = defaultdict(set)
    for pk, key in _keys():
        if key in keys:
            groups[key].add(pk)
    alike = sorted({tuple(sorted(group)) for group in groups.values() if len(group) > 1})
    lines = [_line(group) for group in alike[:MOST_LISTED]]
    if len(alike) > MOST_LISTED:
        lines.append(f"and {len(alike) - MOST_LISTED:,} more groups")
    return lines


def _keys() -> Iterator[tuple[int, str]]:
    """Each account with its likeness, and with its domain where there is one."""
    rows = Account.objects.filter(merged_into__isnull=True).order_by("pk")
    for pk, name, domain in rows.values_list("pk", "name", "domain").iterator(chunk_size=2000):
        yield pk, likeness(name)
        if domain:
            yield pk, f"@{domain}"


def _line(group: tuple[int, ...]) -> str:
    accounts = Account.objects.filter(pk__in=group).order_by("pk")
    return ", ".join(
        f"{account.name} (no. {account.pk}{', ' + account.domain if account.domain else ''})"
        for account in accounts
    )
