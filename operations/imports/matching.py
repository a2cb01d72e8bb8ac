"""Whom or what a cell means: by external id, then by e-mail or username, then by exact name.

No match and two matches are both a `BadValue` that says so; nothing is guessed.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q

from accounts_app.models import Account, Contact, ExternalRef
from core.models import Role, User
from operations.imports.values import BadValue, quoted
from pipeline.models import Opportunity, Product, Stage, StageKind
from pipeline.querysets import OpportunityQuerySet

M = TypeVar("M", bound=Model)


class Unknown(BadValue):
    """Nothing is called that."""


class Index(Generic[M]):
    """Rows under several kinds of names, the surest kind first."""

    def __init__(self, what: str, kinds_of_names: int) -> None:
        self.what = what
        self._names: list[dict[str, dict[int, M]]] = [
            defaultdict(dict) for _ in range(kinds_of_names)
        ]

    def add(self, row: M, names: Sequence[Iterable[str]]) -> None:
        """Remember the row under these names, one group for each kind of them."""
        for known, called in zip(self._names, names, strict=True):
            for name in called:
                if name:
                    known[name][row.pk] = row

    def under(self, kind_of_name: int, name: str) -> list[M]:
        return list(self._names[kind_of_name].get(name, {}).values())

    def find(self, name: str, keys: Sequence[str]) -> tuple[M, int]:
        """The one row that is called so, and by which kind of name it was found.

        `keys` holds the name as each kind writes it. Raises `Unknown`, or `BadValue` for two.
        """
        for kind_of_name, key in enumerate(keys):
            found = self.under(kind_of_name, key)
            if len(found) == 1:
                return found[0], kind_of_name
            if found:
                raise BadValue(
                    f"{len(found)} {self.what}s are called {quoted(name)}; use the external id.",
                    group=f"Several {self.what}s are called the same; use the external id.",
                )
        raise Unknown(
            f"There is no {self.what} {quoted(name)}.", group=f"There is no such {self.what}."
        )


class References(Generic[M]):
    """The external ids that one source gave to rows of one model, read for a batch at a time."""

    def __init__(self, model: type[M], source: str) -> None:
        self._model, self._source = model, source
        self._ids: dict[str, int] = {}

    def prepare(self, external_ids: Iterable[str]) -> None:
        refs = ExternalRef.objects.filter(
            source=self._source, subject_type=self._kind(), external_id__in=set(external_ids)
        )
        self._ids = dict(refs.values_list("external_id", "subject_id"))

    def __getitem__(self, external_id: str) -> int | None:
        return self._ids.get(external_id)

    def __setitem__(self, external_id: str, row: M) -> None:
        self._ids[external_id] = row.pk

    def ids(self) -> dict[str, int]:
        return self._ids

    def _kind(self) -> ContentType:
        return ContentType.objects.get_for_model(self._model)


def one_line(name: str) -> str:
    return " ".join(name.split())


class People:
    """Everybody, read once: a sales force fits into memory."""

    ID, LOGIN, NAME = range(3)

    def __init__(self, source: str) -> None:
        self._index: Index[User] = Index("person", 3)
        self._named: set[int] = set()
        external_ids: dict[int, list[str]] = defaultdict(list)
        for external_id, pk in ExternalRef.objects.ids_of(User, source=source).items():
            external_ids[pk].append(external_id)
        for user in User.objects.exclude(role=Role.SYSTEM):
            self.learn(user, *external_ids[user.pk])

    def learn(self, user: User, *external_ids: str) -> None:
        if external_ids:
            self._named.add(user.pk)
        logins = {user.username.casefold(), user.email.casefold()}
        self._index.add(user, (external_ids, logins, {one_line(user.name)}))

    def find(self, name: str) -> User:
        found, _ = self._index.find(name, (name, name.casefold(), one_line(name)))
        return found

    def with_id(self, external_id: str) -> User | None:
        return next(iter(self._index.under(self.ID, external_id)), None)

    def has_id(self, user: User) -> bool:
        """Whether the source calls this person by some id already."""
        return user.pk in self._named

    def with_login(self, login: str) -> User | None:
        return next(iter(self._index.under(self.LOGIN, login.casefold())), None)

    def with_name(self, name: str) -> list[User]:
        return self._index.under(self.NAME, one_line(name))


class Accounts:
    """The accounts that a batch of rows speaks of."""

    def __init__(self, source: str) -> None:
        self.references: References[Account] = References(Account, source)
        self._index: Index[Account] = Index("account", 2)

    def prepare(self, names: Iterable[str]) -> None:
        """Read all accounts that these names may mean; a merged one stands for its survivor."""
        wanted = set(names) - {""}
        self._index = Index("account", 2)
        self.references.prepare(wanted)
        external_ids = self.references.ids()
        referred = Account.objects.select_related("owner").in_bulk(set(external_ids.values()))
        for external_id, pk in external_ids.items():
            self.learn(_survivor(referred[pk]), external_id)
        named = Account.objects.filter(name__in=wanted, merged_into__isnull=True)
        for account in named.select_related("owner"):
            self.learn(account)

    def learn(self, account: Account, *external_ids: str) -> None:
        self._index.add(account, (external_ids, {account.name}))

    def find(self, name: str) -> Account:
        found, _ = self._index.find(name, (name, name))
        return found

    def with_id(self, external_id: str) -> Account | None:
        return next(iter(self._index.under(0, external_id)), None)

    def with_name(self, name: str) -> list[Account]:
        return self._index.under(1, name)


def _survivor(account: Account) -> Account:
    while account.merged_into is not None:
        account = account.merged_into
    return account


def without_signs(name: str) -> str:
    """A name without case, blanks and punctuation."""
    return "".join(c for c in name.casefold() if c.isalnum())


class Products:
    """All products, read once. A name that differs only in case, blanks and punctuation is taken
    for the product if just one differs so."""

    ID, NAME, LOOSE = range(3)

    def __init__(self, source: str) -> None:
        self._index: Index[Product] = Index("product", 3)
        external_ids: dict[int, list[str]] = defaultdict(list)
        for external_id, pk in ExternalRef.objects.ids_of(Product, source=source).items():
            external_ids[pk].append(external_id)
        for product in Product.objects.all():
            self.learn(product, *external_ids[product.pk])

    def learn(self, product: Product, *external_ids: str) -> None:
        names = (external_ids, {product.name}, {without_signs(product.name)})
        self._index.add(product, names)

    def find(self, name: str) -> tuple[Product, bool]:
        """The product, and whether it was found by a loose likeness only."""
        found, kind_of_name = self._index.find(name, (name, name, without_signs(name)))
        return found, kind_of_name == self.LOOSE

    def with_id(self, external_id: str) -> Product | None:
        return next(iter(self._index.under(self.ID, external_id)), None)

    def with_name(self, name: str) -> Product | None:
        return next(iter(self._index.under(self.NAME, name)), None)


class Stages:
    """The columns of the board by name. What other systems call won and lost is ours too."""

    ENDS = {
        "closedwon": StageKind.WON,
        "won": StageKind.WON,
        "closedlost": StageKind.LOST,
        "lost": StageKind.LOST,
    }

    def __init__(self) -> None:
        self._stages = list(Stage.objects.all())
        self._by_name = {without_signs(stage.name): stage for stage in self._stages}

    @property
    def first(self) -> Stage:
        """Where an opportunity begins of which only the end is told."""
        return self.of_kind(StageKind.OPEN)

    def of_kind(self, kind: StageKind) -> Stage:
        found = next((stage for stage in self._stages if stage.kind == kind), None)
        if found is None:
            raise BadValue(f"There is no {kind.label} stage; an administrator sets one up.")
        return found

    def find(self, name: str) -> Stage:
        key = without_signs(name)
        if key in self._by_name:
            return self._by_name[key]
        if key in self.ENDS:
            return self.of_kind(self.ENDS[key])
        there = ", ".join(stage.name for stage in self._stages)
        raise Unknown(
            f"There is no stage {quoted(name)}. There are {there}.",
            group=f"There is no such stage. There are {there}.",
        )


class Cards:
    """The opportunities that a batch of rows speaks of."""

    def __init__(self, source: str) -> None:
        self._references: References[Opportunity] = References(Opportunity, source)
        self._by_pk: dict[int, Opportunity] = {}

    def prepare(self, external_ids: Iterable[str]) -> None:
        """Read the opportunities with these ids, and of the won ones their sales."""
        self._references.prepare(external_ids)
        self._by_pk = known_cards().in_bulk(set(self._references.ids().values()))

    def learn(self, card: Opportunity, external_id: str) -> None:
        """A row later in the batch that means this one reads it anew."""
        self._references[external_id] = card

    def with_id(self, external_id: str) -> Opportunity | None:
        pk = self._references[external_id]
        if pk is None:
            return None
        return self._by_pk.get(pk) or known_cards().get(pk=pk)


def known_cards() -> OpportunityQuerySet:
    """Opportunities with all that is compared with a row."""
    cards = Opportunity.objects.select_related("stage", "account", "closed_holder")
    return cards.prefetch_related("products__product", "sales__lines__product", "sales__reversals")


class Contacts:
    """The contacts that a batch of rows speaks of."""

    def __init__(self, source: str) -> None:
        self._references: References[Contact] = References(Contact, source)

    def prepare(self, external_ids: Iterable[str]) -> None:
        self._references.prepare(external_ids)

    def learn(self, contact: Contact, external_id: str) -> None:
        self._references[external_id] = contact

    def with_id(self, external_id: str) -> Contact | None:
        pk = self._references[external_id]
        return Contact.objects.select_related("account").get(pk=pk) if pk else None

    def find(self, account: Account, name: str) -> Contact:
        """By external id, then at this account by e-mail, then by exact name."""
        index: Index[Contact] = Index("contact", 3)
        by_id = self.with_id(name)
        if by_id:
            index.add(by_id, ({name}, (), ()))
        theirs = Contact.objects.filter(account=account)
        for contact in theirs.filter(Q(email__iexact=name) | Q(name=name)):
            index.add(contact, ((), {contact.email.casefold()}, {contact.name}))
        found, _ = index.find(name, (name, name.casefold(), name))
        return found
