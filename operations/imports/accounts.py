"""Import of accounts, with their holders."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from accounts_app import registry
from accounts_app.models import Account, Segment, State
from core.models import User
from handoffs import pool
from operations.imports.cells import Cells, longest
from operations.imports.duplicates import list_duplicates
from operations.imports.holders import begin_imported, earliest_fact, may_be_given
from operations.imports.job import Job, Result
from operations.imports.known_headings import ACCOUNTS
from operations.imports.matching import Accounts, People, Unknown
from operations.imports.running import NotYet
from operations.imports.values import BadValue, quoted

PLAIN_FIELDS = ("industry", "region", "country", "lead_source", "phone")
ADDRESS_LINES = (("street",), ("postal_code", "city"), ("province",))
SEGMENTS = {str(value): str(label) for value, label in Segment.choices}
STATES = {str(value): str(label) for value, label in State.choices}
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")


class ImportAccounts:
    """An account is known by its external id; without one, by a name that only it bears."""

    headings = ACCOUNTS
    required = (("name",),)

    def __init__(self, job: Job) -> None:
        self.job = job
        self.accounts = Accounts(job.source)
        self.added: set[int] = set()

    def prepare(self, rows: Sequence[Cells]) -> None:
        self.people = People(self.job.source)
        self.accounts.prepare(asked_names(rows, "external_id", "name", "parent"))

    def apply(self, cells: Cells, *, last_try: bool) -> Result:
        if cells.boolean("deleted"):
            raise BadValue("The row is marked as deleted.")
        fields = self._fields(cells, last_try=last_try)
        holder, state = self._holder(cells)
        account = self._known(cells)
        if account is None:
            self._add(cells, fields, holder, state)
            return Result.CREATED
        by, at = self.job.by, self.job.at
        changed = registry.change_account(account, by=by, at=at, **fields)
        given = self._compare_holder(account, holder, state, cells)
        return Result.UPDATED if changed or given else Result.UNCHANGED

    def finish(self) -> None:
        lines = list_duplicates(self.added)
        if lines:
            self.job.report.listings["Likely the same company; nothing was merged:"] = lines

    # What the row says

    def _fields(self, cells: Cells, *, last_try: bool) -> dict[str, Any]:
        fields: dict[str, Any] = dict(cells.texts(Account, *PLAIN_FIELDS))
        fields["name"] = cells.name("name")
        if not fields["name"]:
            raise BadValue("The row has no name.")
        if "segment" in cells:
            fields["segment"] = cells.choice("segment", SEGMENTS)
        if domain := self._domain(cells):
            fields["domain"] = domain
        if address := address_of(cells):
            fields["address"] = address
        if "parent" in cells:
            fields["parent"] = self._parent(cells, last_try=last_try)
        return fields

    def _domain(self, cells: Cells) -> str:
        if "domain" not in cells:
            return ""
        domain = domain_of(cells.text("domain", most=2000))
        if not domain:
            self.job.remark(f"What stands under {cells.heading('domain')} is no domain: left out.")
        return domain

    def _parent(self, cells: Cells, *, last_try: bool) -> Account:
        name = cells.name("parent")
        try:
            with cells.blaming("parent"):
                return self.accounts.find(name)
        except Unknown:
            if last_try:
                raise
            raise NotYet(f"There is no account {quoted(name)} yet.") from None

    def _holder(self, cells: Cells) -> tuple[User | None, State | None]:
        state = cells.choice("state", STATES)
        holder = None
        if "owner" in cells:
            with cells.blaming("owner"):
                holder = self.people.find(cells.name("owner"))
        if state == State.OWNED and holder is None:
            raise BadValue("The row says owned and names no owner.")
        if state in (State.POOLED, State.CLOSED) and holder is not None:
            raise BadValue(f"The row says {state} and names an owner.")
        return holder, State(state) if state else None

    def _known(self, cells: Cells) -> Account | None:
        if "external_id" in cells:
            return self.accounts.with_id(cells.external_id)
        named = self.accounts.with_name(cells.name("name"))
        if len(named) > 1:
            raise BadValue(
                f"{len(named)} accounts are called {quoted(cells.name('name'))}; "
                "use the external id.",
                group="Several accounts are called the same; use the external id.",
            )
        return named[0] if named else None

    # Adding

    def _add(
        self, cells: Cells, fields: dict[str, Any], holder: User | None, state: State | None
    ) -> None:
        if state == State.CLOSED:
            raise BadValue("The account is closed; add it and close it in Steward, with a reason.")
        account = registry.add_account(**fields, by=self.job.by, at=self.job.at)
        external_ids = [cells.external_id] if "external_id" in cells else []
        for external_id in external_ids:
            registry.name_it(account, source=self.job.source, external_id=external_id)
        if holder:
            self._begin(cells, account, holder, cells.day("owner_since"))
        else:
            pool.enter_unassigned(account, by=self.job.by, at=self.job.at)
        self.job.once_taken += [
            lambda: self.accounts.learn(account, *external_ids),
            lambda: self.added.add(account.pk),
        ]

    def _begin(self, cells: Cells, account: Account, holder: User, since: dt.date | None) -> None:
        if since and since > self.job.today:
            raise BadValue(f"owner_since: {since} is to come.", group="owner_since is to come.")
        by, at, assumed = self.job.by, self.job.at, "owner_since" not in cells
        begin_imported(account, holder=holder, since=since, by=by, at=at, assumed=assumed)

    def _compare_holder(
        self, account: Account, holder: User | None, state: State | None, cells: Cells
    ) -> bool:
        """An account that was never held gets the holder that the file names. Else who holds it
        is decided in Steward, not in a file. True if it got a holder."""
        if holder and may_be_given(account):
            since = cells.day("owner_since") or earliest_fact(account, holder)
            self._begin(cells, account, holder, since)
            return True
        if holder and account.owner_id != holder.pk:
            self.job.remark("The file names another holder than Steward: left as it is here.")
        elif state and state != account.state:
            self.job.remark("The file gives another state than Steward: left as it is here.")
        return False


def asked_names(rows: Sequence[Cells], *fields: str) -> set[str]:
    """What these rows call things in these fields, as far as it can be read."""
    return {" ".join(cells.raw(field).split()) for cells in rows for field in fields}


def address_of(cells: Cells) -> str:
    """The address as given, or put together from its parts."""
    if "address" in cells:
        return cells.text("address", most=longest(Account, "address"), lines=True)
    lines = [
        " ".join(filter(None, (cells.text(part, most=200, lines=True) for part in parts)))
        for parts in ADDRESS_LINES
    ]
    return "\n".join(filter(None, lines))


def domain_of(text: str) -> str:
    """The host of a web address without its www, in lower case; empty for what is none."""
    host = re.sub(r"^[a-z]+://", "", text.strip().casefold())
    host = re.split(r"[/?#:]", host)[0].rpartition("@")[2].removeprefix("www.").rstrip(".")
    return host if HOST.fullmatch(host) and len(host) <= longest(Account, "domain") else ""
