"""Import of sales, and of what was taken back of them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from accounts_app.models import Account
from core.models import User
from core.money import rounded
from operations.imports.accounts import asked_names
from operations.imports.cells import Cells
from operations.imports.holders import LatestHolders, date_back
from operations.imports.job import Job, Result
from operations.imports.known_headings import REVERSALS, SALES
from operations.imports.matching import Accounts, Cards, People, Products
from operations.imports.values import BadValue, quoted
from pipeline import sales
from pipeline.models import Opportunity, Product, Sale, SaleReversal
from pipeline.sales import NewLine, NewSale

MOST_PIECES = 10**8


class ImportSales:
    """A sale is known by its external id; without one, by all that the row says of it."""

    headings = SALES
    required = (("account",), ("booked_on",), ("amount",))

    def __init__(self, job: Job, *, holder_from_latest: bool = False) -> None:
        self.job = job
        self.touched: set[int] = set()
        self.accounts = Accounts(job.source)
        self.cards = Cards(job.source)
        self.latest = LatestHolders(job) if holder_from_latest else None

    def prepare(self, rows: Sequence[Cells]) -> None:
        self.people = People(self.job.source)
        self.products = Products(self.job.source)
        self.accounts.prepare(asked_names(rows, "account"))
        self.cards.prepare(asked_names(rows, "opportunity"))

    def apply(self, cells: Cells, *, last_try: bool) -> Result:
        account = self._account(cells)
        self.touched.add(account.pk)
        new = self._new(cells, account)
        self._note(account, new, cells.line_number)
        by, at = self.job.by, self.job.at
        if not new.external_id:
            return self._without_id(account, new)
        booked = sales.standing(self.job.source, new.external_id)
        if booked is None:
            sales.book(account, new, by=by, at=at)
            return Result.CREATED
        if booked.account_id != account.pk:
            raise BadValue(
                f"This sale is one of {booked.account} here; an import moves none.",
                group="The sale is another account's here; an import moves none.",
            )
        revised = sales.revise(booked, _with_kept_credit(new, booked, cells), by=by, at=at)
        return Result.UPDATED if revised else Result.UNCHANGED

    def finish(self) -> None:
        date_back(self.touched, self.job)
        if self.latest:
            self.latest.give_all()

    def _note(self, account: Account, new: NewSale, line: int) -> None:
        latest, rep = self.latest, new.credited_to
        if latest and rep:
            self.job.once_taken.append(lambda: latest.note(account, rep, [new.booked_on], line))

    def _without_id(self, account: Account, new: NewSale) -> Result:
        alike = Sale.objects.filter(
            account=account,
            booked_on=new.booked_on,
            amount=new.amount,
            currency=new.currency,
            credited_to=new.credited_to,
            external_id="",
        )
        if alike.exists():
            return Result.UNCHANGED
        sales.book(account, new, by=self.job.by, at=self.job.at)
        return Result.CREATED

    def _account(self, cells: Cells) -> Account:
        if "account" not in cells:
            raise BadValue("The row names no account.")
        with cells.blaming("account"):
            return self.accounts.find(cells.name("account"))

    def _new(self, cells: Cells, account: Account) -> NewSale:
        booked_on = cells.day("booked_on")
        if booked_on is None:
            raise BadValue("The row tells no day of booking.")
        currency = cells.currency("currency") or self.job.currency
        amount = self._amount(cells, currency)
        product = self._product(cells)
        quantity = cells.whole("quantity", least=1, most=MOST_PIECES) or 1
        return NewSale(
            booked_on=booked_on,
            amount=amount,
            currency=currency,
            credited_to=self._rep(cells),
            opportunity=self._card(cells, account),
            lines=[NewLine(product, amount, Decimal(quantity))] if product else [],
            source=self.job.source,
            external_id=cells.external_id,
        )

    def _amount(self, cells: Cells, currency: str) -> Decimal:
        amount = cells.money("amount")
        if not amount:
            raise BadValue("The row has no amount above zero.")
        exact = rounded(amount, currency)
        if exact != amount:
            self.job.remark(f"Amounts were rounded to the smallest coin of {currency}.")
        return exact

    def _rep(self, cells: Cells) -> User | None:
        if "rep" not in cells:
            return None
        with cells.blaming("rep"):
            return self.people.find(cells.name("rep"))

    def _product(self, cells: Cells) -> Product | None:
        if "product" not in cells:
            return None
        with cells.blaming("product"):
            name = cells.name("product")
            product, loosely = self.products.find(name)
        if loosely:
            self.job.remark(f"{quoted(name)} was taken for the product {quoted(product.name)}.")
        return product

    def _card(self, cells: Cells, account: Account) -> Opportunity | None:
        if "opportunity" not in cells:
            return None
        name = cells.name("opportunity")
        card = self.cards.with_id(name)
        if card is None:
            raise BadValue(
                f"{cells.heading('opportunity')}: There is no opportunity {quoted(name)}.",
                group=f"{cells.heading('opportunity')}: There is no such opportunity.",
            )
        if card.account_id != account.pk:
            raise BadValue("The opportunity is another account's.")
        return card


def _with_kept_credit(new: NewSale, booked: Sale, cells: Cells) -> NewSale:
    """A row that names no rep leaves the credit as it is."""
    return new if "rep" in cells else replace(new, credited_to=booked.credited_to)


class ImportReversals:
    """A reversal is known by its external id; without one, by sale, day and amount."""

    headings = REVERSALS
    required = (("sale",), ("reversed_on",))

    def __init__(self, job: Job) -> None:
        self.job = job

    def prepare(self, rows: Sequence[Cells]) -> None:
        """Nothing is looked up for many rows at once."""

    def apply(self, cells: Cells, *, last_try: bool) -> Result:
        sale = self._sale(cells)
        reversed_on = cells.day("reversed_on")
        if reversed_on is None:
            raise BadValue("The row tells no day.")
        amount = cells.money("amount")
        amount = None if amount is None else rounded(amount, sale.currency)
        known = self._known(cells.external_id, sale, reversed_on, amount)
        if known:
            _refuse_if_otherwise(known, sale, reversed_on, amount)
            return Result.UNCHANGED
        sales.reverse(
            sale,
            reversed_on=reversed_on,
            amount=amount,
            by=self.job.by,
            at=self.job.at,
            source=self.job.source,
            external_id=cells.external_id,
        )
        return Result.CREATED

    def finish(self) -> None:
        """Nothing is left to do."""

    def _sale(self, cells: Cells) -> Sale:
        name = cells.name("sale")
        sale = sales.standing(self.job.source, name) if name else None
        if sale is None:
            raise BadValue(
                f"{cells.heading('sale')}: There is no sale {quoted(name)}.",
                group=f"{cells.heading('sale')}: There is no such sale.",
            )
        return sale

    def _known(
        self, external_id: str, sale: Sale, on: dt.date, amount: Decimal | None
    ) -> SaleReversal | None:
        if external_id:
            named = SaleReversal.objects.filter(source=self.job.source, external_id=external_id)
            return named.first()
        alike = sale.reversals.filter(reversed_on=on, external_id="")
        return (alike if amount is None else alike.filter(amount=amount)).first()


def _refuse_if_otherwise(
    known: SaleReversal, sale: Sale, on: dt.date, amount: Decimal | None
) -> None:
    same_amount = amount is None or amount == known.amount
    if known.sale_id != sale.pk or known.reversed_on != on or not same_amount:
        raise BadValue("This was taken back otherwise here, and what is booked is never edited.")
