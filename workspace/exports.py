"""Accounts as rows of a file: the columns that the import reads (interfaces: import files)."""

import csv
from collections.abc import Iterable, Iterator

from accounts_app.models import Account, ExternalRef, OwnershipPeriod
from accounts_app.querysets import AccountQuerySet
from core.days import day_of
from core.spreadsheets import escaped

HEADINGS = (
    "external_id",
    "name",
    "domain",
    "segment",
    "industry",
    "region",
    "country",
    "parent",
    "owner",
    "owner_since",
    "state",
    "lead_source",
    "phone",
    "address",
)
BATCH = 1000
BYTE_ORDER_MARK = "\ufeff"


class _Line:
    """What the csv module writes into: it hands each line on instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def accounts_as_csv(rows: AccountQuerySet) -> Iterator[str]:
    """The lines of the file, in the order of ids, a batch in memory at a time.

    Begins with a byte order mark: spreadsheets take a file without it for another encoding.
    """
    writer = csv.writer(_Line())
    yield BYTE_ORDER_MARK + writer.writerow(HEADINGS)
    for batch in _batches(rows.select_related("owner", "parent")):
        refs, since = _refs(batch), _held_since(batch)
        for account in batch:
            yield writer.writerow(map(escaped, _cells(account, refs, since)))


def _batches(rows: AccountQuerySet) -> Iterator[list[Account]]:
    last_id = 0
    while batch := list(rows.filter(pk__gt=last_id).order_by("pk")[:BATCH]):
        yield batch
        last_id = batch[-1].pk


def _refs(batch: Iterable[Account]) -> dict[int, str]:
    """By account: what the system that it came from first calls it."""
    known = ExternalRef.objects.of_many(Account, [account.pk for account in batch])
    return {ref.subject_id: ref.external_id for ref in known.order_by("-pk")}


def _held_since(batch: Iterable[Account]) -> dict[int, str]:
    periods = OwnershipPeriod.objects.open().filter(account__in=batch)
    began = periods.values_list("account_id", "began_at")
    return {account_id: day_of(at).isoformat() for account_id, at in began}


def _cells(account: Account, refs: dict[int, str], since: dict[int, str]) -> tuple[str, ...]:
    return (
        refs.get(account.pk, ""),
        account.name,
        account.domain,
        account.segment,
        account.industry,
        account.region,
        account.country,
        account.parent.name if account.parent else "",
        account.owner.username if account.owner else "",
        since.get(account.pk, ""),
        account.state,
        account.lead_source,
        account.phone,
        account.address,
    )
