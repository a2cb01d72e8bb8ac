"""Import of opportunities. A won one books its sale, credited to the owner that the row names."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from accounts_app.models import Account
from accounts_app.registry import name_it
from core.models import User
from core.money import rounded
from operations.imports.accounts import asked_names
from operations.imports.cells import Cells, longest
from operations.imports.holders import LatestHolders, date_back
from operations.imports.job import Job, Result
from operations.imports.known_headings import OPPORTUNITIES
from operations.imports.matching import Accounts, Cards, People, Products, Stages, known_cards
from operations.imports.values import BadValue, quoted
from pipeline import opportunities, sales
from pipeline.models import Opportunity, Product, Stage, StageKind
from pipeline.sales import NewLine, NewSale

STATUSES = {"open": "Open", "won": "Won", "lost": "Lost"}
TEXTS = ("lead_source", "loss_reason")


@dataclass(frozen=True, slots=True)
class Days:
    """What a row dates. A day that it does not tell is None."""

    created: dt.date | None
    moved: dt.date | None
    expected: dt.date | None
    closed: dt.date | None

    @property
    def told(self) -> list[dt.date]:
        return [day for day in (self.created, self.moved, self.closed) if day]

    @property
    def first(self) -> dt.date | None:
        """The day the opportunity began, as far as the row tells."""
        return min(self.told, default=None)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row as we mean it."""

    account: Account
    name: str
    owner: User | None
    stage: Stage
    amount: Decimal | None
    currency: str
    days: Days
    product: Product | None
    texts: dict[str, str]


class ImportOpportunities:
    """An opportunity is known by its external id; without one, by account, name and first day."""

    headings = OPPORTUNITIES
    required = (("account",), ("stage", "status", "won"))

    def __init__(self, job: Job, *, holder_from_latest: bool = False) -> None:
        self.job = job
        self.accounts = Accounts(job.source)
        self.cards = Cards(job.source)
        self.touched: set[int] = set()
        self.latest = LatestHolders(job) if holder_from_latest else None

    def prepare(self, rows: Sequence[Cells]) -> None:
        self.people = People(self.job.source)
        self.products = Products(self.job.source)
        self.stages = Stages()
        self.accounts.prepare(asked_names(rows, "account"))
        self.cards.prepare(asked_names(rows, "external_id"))

    def apply(self, cells: Cells, *, last_try: bool) -> Result:
        if cells.boolean("deleted"):
            raise BadValue("The row is marked as deleted.")
        wanted = self._wanted(cells)
        known = self._known(cells, wanted)
        if known is None:
            card, result = self._add(wanted), Result.CREATED
            if cells.external_id:
                name_it(card, source=self.job.source, external_id=cells.external_id)
        else:
            card = known
            result = Result.UPDATED if self._change(card, wanted, cells) else Result.UNCHANGED
        self._remember(card, wanted, cells)
        self.touched.add(card.account_id)
        return result

    def finish(self) -> None:
        date_back(self.touched, self.job)
        if self.latest:
            self.latest.give_all()

    # What the row says

    def _wanted(self, cells: Cells) -> Wanted:
        account = self._account(cells)
        owner = None
        if "owner" in cells:
            with cells.blaming("owner"):
                owner = self.people.find(cells.name("owner"))
        stage = self._stage(cells)
        product = self._product(cells)
        currency = cells.currency("currency") or self.job.currency
        return Wanted(
            account=account,
            name=self._name(cells, product),
            owner=owner,
            stage=stage,
            amount=self._amount(cells, stage, currency),
            currency=currency,
            days=self._days(cells, stage),
            product=product,
            texts=cells.texts(Opportunity, *TEXTS),
        )

    def _account(self, cells: Cells) -> Account:
        if "account" not in cells:
            raise BadValue("The row names no account.")
        with cells.blaming("account"):
            return self.accounts.find(cells.name("account"))

    def _stage(self, cells: Cells) -> Stage:
        """By name; a column that says won or lost wins, for some systems keep the last stage."""
        status = cells.choice("status", STATUSES)
        if status == "won" or cells.boolean("won"):
            return self.stages.of_kind(StageKind.WON)
        if status == "lost" or cells.boolean("lost"):
            return self.stages.of_kind(StageKind.LOST)
        if "stage" in cells:
            with cells.blaming("stage"):
                return self.stages.find(cells.name("stage"))
        if status == "open":
            return self.stages.first
        raise BadValue("The row names no stage.")

    def _days(self, cells: Cells, stage: Stage) -> Days:
        days = _days(cells, stage, self.job.today)
        if days.created and days.first and days.created > days.first:
            # Other systems date the record, which may be made after the deal.
            self.job.remark("Some were created after they moved or closed: opened on that day.")
        return days

    def _product(self, cells: Cells) -> Product | None:
        if "product" not in cells:
            return None
        with cells.blaming("product"):
            name = cells.name("product")
            product, loosely = self.products.find(name)
        if loosely:
            self.job.remark(f"{quoted(name)} was taken for the product {quoted(product.name)}.")
        return product

    def _name(self, cells: Cells, product: Product | None) -> str:
        """As given; some systems name their opportunities by nothing but the product."""
        given = " ".join(cells.text("name", most=longest(Opportunity, "name")).split())
        return given or (product.name if product else "Opportunity")

    def _amount(self, cells: Cells, stage: Stage, currency: str) -> Decimal | None:
        amount = cells.money("amount")
        if stage.kind == StageKind.WON and not amount:
            raise BadValue("The row is won without an amount, so no sale can be booked.")
        if amount is None:
            return None
        exact = rounded(amount, currency)
        if exact != amount:
            self.job.remark(f"Amounts were rounded to the smallest coin of {currency}.")
        return exact

    # Which one it is, adding it, changing it

    def _known(self, cells: Cells, wanted: Wanted) -> Opportunity | None:
        if cells.external_id:
            card = self.cards.with_id(cells.external_id)
            if card and card.account_id != wanted.account.pk:
                raise BadValue(
                    f"This opportunity is one of {card.account} here; an import moves none.",
                    group="The opportunity is another account's here; an import moves none.",
                )
            return card
        alike = known_cards().filter(account=wanted.account, name=wanted.name)
        if wanted.days.first:
            alike = alike.filter(opened_on=wanted.days.first)
        if len(found := list(alike[:2])) > 1:
            raise BadValue("Several opportunities of the account are called so; use an id.")
        return found[0] if found else None

    def _add(self, wanted: Wanted) -> Opportunity:
        """Opened in the stage it is in; a closed one in the first, then closed on its day."""
        is_open = wanted.stage.kind == StageKind.OPEN
        moved = wanted.days.moved
        begins_here = is_open and (moved is None or moved == wanted.days.first)
        card = opportunities.open_card(
            wanted.account,
            name=wanted.name,
            stage=wanted.stage if begins_here else self.stages.first,
            by=self.job.by,
            at=self.job.at,
            opened_on=wanted.days.first,
            amount=wanted.amount,
            currency=wanted.currency,
            expected_close_on=wanted.days.expected,
            lead_source=wanted.texts.get("lead_source", ""),
            products=[wanted.product] if wanted.product else [],
        )
        return card if begins_here else self._move(card, wanted)

    def _move(self, card: Opportunity, wanted: Wanted) -> Opportunity:
        return opportunities.move(
            card,
            to=wanted.stage,
            by=self.job.by,
            at=self.job.at,
            on=wanted.days.closed or wanted.days.moved,
            loss_reason=wanted.texts.get("loss_reason", ""),
            holder=wanted.owner,
        )

    def _change(self, card: Opportunity, wanted: Wanted, cells: Cells) -> bool:
        changed = self._change_fields(card, wanted, cells)
        if _stands_where_wanted(card, wanted):
            return self._revise_sale(card, wanted) or changed
        if card.closed_on is not None:
            open_again = self.stages.first if _is_closed(wanted) else wanted.stage
            card = opportunities.reopen(card, to=open_again, by=self.job.by, at=self.job.at)
        self._move(card, wanted)
        return True

    def _change_fields(self, card: Opportunity, wanted: Wanted, cells: Cells) -> bool:
        fields: dict[str, object] = dict(wanted.texts)
        if "name" in cells:
            fields["name"] = wanted.name
        if wanted.amount is not None:
            fields["amount"], fields["currency"] = wanted.amount, wanted.currency
        if wanted.days.expected:
            fields["expected_close_on"] = wanted.days.expected
        return opportunities.change(card, by=self.job.by, at=self.job.at, **fields)

    def _revise_sale(self, card: Opportunity, wanted: Wanted) -> bool:
        """The sale of a won one follows the row: reversed and booked anew if it says otherwise."""
        if wanted.stage.kind != StageKind.WON or card.closed_on is None or wanted.amount is None:
            return False
        booked = max(card.sales.all(), key=lambda sale: sale.pk, default=None)
        if booked is None:
            return False
        lines = booked.lines.all()
        new = NewSale(
            booked_on=card.closed_on,
            amount=wanted.amount,
            currency=wanted.currency,
            credited_to=booked.credited_to,
            opportunity=card,
            lines=[NewLine(lines[0].product, wanted.amount)] if len(lines) == 1 else [],
        )
        return sales.revise(booked, new, by=self.job.by, at=self.job.at) is not None

    def _remember(self, card: Opportunity, wanted: Wanted, cells: Cells) -> None:
        external_id = cells.external_id
        if external_id:
            self.job.once_taken.append(lambda: self.cards.learn(card, external_id))
        latest, owner = self.latest, wanted.owner
        if latest and owner:
            days, line = wanted.days.told, cells.line_number
            self.job.once_taken.append(lambda: latest.note(wanted.account, owner, days, line))


def _is_closed(wanted: Wanted) -> bool:
    return wanted.stage.kind != StageKind.OPEN


def _stands_where_wanted(card: Opportunity, wanted: Wanted) -> bool:
    """In the stage of the row and, if closed, on its day and with its owner."""
    if card.stage_id != wanted.stage.pk:
        return False
    if not _is_closed(wanted):
        return True
    same_owner = wanted.owner is None or wanted.owner.pk == card.closed_holder_id
    return same_owner and card.closed_on == wanted.days.closed


def _days(cells: Cells, stage: Stage, today: dt.date) -> Days:
    created, moved = cells.day("created_on"), cells.day("moved_on")
    expected = cells.day("expected_close_on")
    closed = cells.day("closed_on")
    if stage.kind == StageKind.OPEN:
        if closed:
            raise BadValue("The row is open and tells a day of closing.")
        return Days(created, moved, expected or cells.day("close_date"), None)
    own = cells.day("won_on" if stage.kind == StageKind.WON else "lost_on")
    closed = closed or own or cells.day("close_date") or moved
    if closed is None:
        raise BadValue("The row is closed and tells no day of closing.")
    if closed > today:
        raise BadValue(
            f"The day of closing, {closed}, is to come.", group="The day of closing is to come."
        )
    return Days(created, moved, expected, closed)
