"""What can be imported, by the word that the command takes."""

from collections.abc import Callable

from operations.imports.accounts import ImportAccounts
from operations.imports.activities import ImportActivities
from operations.imports.contacts import ImportContacts
from operations.imports.contracts import ImportContracts
from operations.imports.job import Job
from operations.imports.opportunities import ImportOpportunities
from operations.imports.people import ImportPeople
from operations.imports.products import ImportProducts
from operations.imports.rates import ImportRates
from operations.imports.running import Kind
from operations.imports.sales import ImportReversals, ImportSales

KINDS: dict[str, Callable[[Job], Kind]] = {
    "people": ImportPeople,
    "accounts": ImportAccounts,
    "products": ImportProducts,
    "contacts": ImportContacts,
    "contracts": ImportContracts,
    "opportunities": ImportOpportunities,
    "activities": ImportActivities,
    "sales": ImportSales,
    "reversals": ImportReversals,
    "rates": ImportRates,
}
