"""Import of products."""

from collections.abc import Sequence
from typing import Any

from accounts_app.registry import name_it
from core.money import rounded
from operations.imports.cells import Cells, longest
from operations.imports.job import Job, Result
from operations.imports.known_headings import PRODUCTS
from operations.imports.matching import Products
from operations.imports.values import BadValue
from pipeline import products
from pipeline.models import Product


class ImportProducts:
    """A product is known by its external id or by its name, which only one product bears."""

    headings = PRODUCTS
    required = (("name",),)

    def __init__(self, job: Job) -> None:
        self.job = job

    def prepare(self, rows: Sequence[Cells]) -> None:
        self.products = Products(self.job.source)

    def apply(self, cells: Cells, *, last_try: bool) -> Result:
        name = " ".join(cells.text("name", most=longest(Product, "name")).split())
        if not name:
            raise BadValue("The row has no name.")
        fields = self._fields(cells)
        known = self._known(cells, name)
        by, at = self.job.by, self.job.at
        if known:
            changed = products.change_product(known, by=by, at=at, **fields)
            result = Result.UPDATED if changed else Result.UNCHANGED
        else:
            known, result = products.add_product(name, by=by, at=at, **fields), Result.CREATED
        self._remember(known, cells.external_id)
        return result

    def finish(self) -> None:
        """Nothing is left to do."""

    def _fields(self, cells: Cells) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        if "currency" in cells:
            fields["currency"] = cells.currency("currency")
        price = cells.money("list_price")
        if price is not None:
            fields["list_price"] = rounded(price, fields.get("currency", self.job.currency))
        return fields

    def _known(self, cells: Cells, name: str) -> Product | None:
        by_id = self.products.with_id(cells.external_id) if cells.external_id else None
        if by_id and by_id.name != name:
            raise BadValue(
                f"This product is called {by_id.name} here; an import renames none.",
                group="The product has another name here; an import renames none.",
            )
        return by_id or self.products.with_name(name)

    def _remember(self, product: Product, external_id: str) -> None:
        if external_id:
            name_it(product, source=self.job.source, external_id=external_id)
        external_ids = [external_id] if external_id else []
        self.job.once_taken.append(lambda: self.products.learn(product, *external_ids))
