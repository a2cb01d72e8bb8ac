"""Import of contracts."""

import datetime as dt
from collections.abc import Sequence

from accounts_app import contracts, registry
from accounts_app.models import Account, Contract, ExternalRef
from operations.imports.accounts import asked_names
from operations.imports.cells import Cells, longest
from operations.imports.job import Job, Result
from operations.imports.known_headings import CONTRACTS
from operations.imports.matching import Accounts
from operations.imports.values import BadValue


class ImportContracts:
    """A contract is known by its external id; without one, by account, name and both days."""

    headings = CONTRACTS
    required = (("account",), ("starts_on",))

    def __init__(self, job: Job) -> None:
        self.job = job
        self.accounts = Accounts(job.source)

    def prepare(self, rows: Sequence[Cells]) -> None:
        self.accounts.prepare(asked_names(rows, "account"))

    def apply(self, cells: Cells, *, last_try: bool) -> Result:
        account = self._account(cells)
        starts_on, ends_on = cells.day("starts_on"), cells.day("ends_on")
        if starts_on is None:
            raise BadValue("The row tells no first day.")
        name = cells.text("name", most=longest(Contract, "name"))
        known = self._known(cells, account, starts_on, ends_on, name)
        if known is None:
            self._add(cells, account, starts_on, ends_on, name)
            return Result.CREATED
        if known.account_id != account.pk:
            raise BadValue("This contract is another account's here; an import moves none.")
        if (known.starts_on, known.ends_on) == (starts_on, ends_on):
            return Result.UNCHANGED
        by, at = self.job.by, self.job.at
        contracts.void_contract(known, reason="The imported row changed", by=by, at=at)
        registry.unname(known, source=self.job.source)
        self._add(cells, account, starts_on, ends_on, name)
        return Result.UPDATED

    def finish(self) -> None:
        """Nothing is left to do."""

    def _account(self, cells: Cells) -> Account:
        if "account" not in cells:
            raise BadValue("The row names no account.")
        with cells.blaming("account"):
            return self.accounts.find(cells.name("account"))

    def _known(
        self,
        cells: Cells,
        account: Account,
        starts_on: dt.date,
        ends_on: dt.date | None,
        name: str,
    ) -> Contract | None:
        standing = Contract.objects.filter(voided_at__isnull=True)
        if cells.external_id:
            named = ExternalRef.objects.named(
                Contract, source=self.job.source, external_id=cells.external_id
            )
            return standing.filter(pk=named).first() if named else None
        return standing.filter(
            account=account, starts_on=starts_on, ends_on=ends_on, name=name
        ).first()

    def _add(
        self,
        cells: Cells,
        account: Account,
        starts_on: dt.date,
        ends_on: dt.date | None,
        name: str,
    ) -> None:
        contract = contracts.add_contract(
            account,
            starts_on=starts_on,
            ends_on=ends_on,
            name=name,
            by=self.job.by,
            at=self.job.at,
        )
        if cells.external_id:
            registry.name_it(contract, source=self.job.source, external_id=cells.external_id)
