"""What can be imported, by the word that the command takes."""

from collections.abc import Callable

from operations.imports.accounts import ImportAccounts
from operations.imports.job import Job
from operations.imports.opportunities import ImportOpportunities
from operations.imports.people import ImportPeople
from operations.imports.products import ImportProducts
from operations.imports.running import Kind

KINDS: dict[str, Callable[[Job], Kind]] = {
    "people": ImportPeople,
    "accounts": ImportAccounts,
    "products": ImportProducts,
    "opportunities": ImportOpportunities,
}
