"""What the database itself refuses, by raw SQL: history changed, rows deleted (domain §6, §10).

Also after a migration that alters such a table: on SQLite that re-makes it, and its triggers with
the old one are gone until ``migrate`` ends.
"""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.db.models import Model

from accounts_app import policies
from accounts_app.models import (
    Account,
    Contact,
    Contract,
    DormancyPolicy,
    OwnershipPeriod,
    PolicyComment,
    RiskKind,
    RiskSignal,
)
from accounts_app.risks import see
from core import triggers
from core.models import Event, User
from pipeline.models import (
    Activity,
    Complaint,
    Opportunity,
    Sale,
    SaleLine,
    SaleReversal,
    StageChange,
)
from pipeline.products import add_product
from pipeline.sales import NewLine
from tests import factories
from tests.factories import TODAY, at

APPEND_ONLY: list[tuple[type[Model], str]] = [
    (Event, "verb"),
    (PolicyComment, "text"),
    (StageChange, "moved_on"),
    (Sale, "amount"),
    (SaleLine, "amount"),
    (SaleReversal, "amount"),
]
NEVER_DELETED: list[tuple[type[Model], str]] = [
    (User, "region"),
    (Account, "name"),
    (Contact, "title"),
    (Contract, "name"),
    (RiskSignal, "evidence"),
    (OwnershipPeriod, "clock_from"),
    (Opportunity, "name"),
    (Activity, "summary"),
    (Complaint, "resolution"),
]
on_sqlite = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="no SQLite: INSERT OR REPLACE is its own"
)


@pytest.fixture
def rows(db: None) -> None:
    """One row or more of each kind."""
    account = factories.owned()
    pump = add_product("Pump", by=factories.ada(), at=at(TODAY))
    sold = factories.sale(account, lines=(NewLine(pump, Decimal(1000)),))
    factories.take_back(sold, amount=10)
    factories.card(account)
    factories.engage(account)
    factories.contract(account, ends_on=TODAY)
    contact = factories.contact(account)
    see(account, kind=RiskKind.BUYER_LEFT, contact=contact, by=factories.ada(), at=at(TODAY))
    Complaint.objects.create(
        account=account, what="It leaks", raised_on=TODAY, raised_by=factories.alice()
    )
    proposal = factories.proposal()
    policies.comment(proposal, by=factories.alice(), text="Too short.", at=at(TODAY))
    policies.adopt(proposal, by=factories.ada(), at=at(TODAY))


def run(sql: str, *params: int) -> int:
    """How many rows it touched."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)


def update(model: type[Model], column: str) -> Callable[[], int]:
    return lambda: run(f'UPDATE "{model._meta.db_table}" SET "{column}" = "{column}"')


def delete(model: type[Model]) -> Callable[[], int]:
    return lambda: run(f'DELETE FROM "{model._meta.db_table}"')


def replace(model: type[Model]) -> Callable[[], int]:
    table = model._meta.db_table
    return lambda: run(f'INSERT OR REPLACE INTO "{table}" SELECT * FROM "{table}"')


def assert_refused(statement: Callable[[], int], model: type[Model], words: str) -> None:
    before = list(model._base_manager.order_by("pk").values())
    assert before
    with pytest.raises(IntegrityError, match=words):
        statement()
    assert list(model._base_manager.order_by("pk").values()) == before


def test_every_guard_stands(db: None) -> None:
    assert len(triggers.wanted()) > 20
    assert triggers.missing() == []


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize(("model", "column"), APPEND_ONLY)
def test_what_is_written_once_stays(model: type[Model], column: str) -> None:
    assert_refused(update(model, column), model, "append-only")
    assert_refused(delete(model), model, "append-only")


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize(("model", "column"), NEVER_DELETED)
def test_what_may_change_is_never_deleted(model: type[Model], column: str) -> None:
    assert update(model, column)() > 0
    assert_refused(delete(model), model, "never deleted")


@on_sqlite
@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("model", [model for model, _ in APPEND_ONLY + NEVER_DELETED])
def test_replacing_is_deleting(model: type[Model]) -> None:
    assert_refused(replace(model), model, "append-only|never deleted|overlap")


@pytest.mark.usefixtures("rows")
def test_an_adopted_policy_is_frozen_and_a_proposal_is_not() -> None:
    proposal = factories.proposal(warn_days=14)
    table = DormancyPolicy._meta.db_table
    set_warn_days = f'UPDATE "{table}" SET warn_days = 1 WHERE adopted_at IS'
    assert run(f"{set_warn_days} NULL") == 1
    assert_refused(lambda: run(f"{set_warn_days} NOT NULL"), DormancyPolicy, "frozen")
    assert_refused(
        lambda: run(f'DELETE FROM "{table}" WHERE adopted_at IS NOT NULL'),
        DormancyPolicy,
        "frozen",
    )
    assert run(f'DELETE FROM "{table}" WHERE id = %s', proposal.pk) == 1


@pytest.mark.usefixtures("rows")
def test_a_guard_that_is_missing_is_named() -> None:
    triggers.drop_all()
    assert triggers.installed() == set()
    assert "steward_core_event_update" in triggers.missing()
    assert update(Event, "verb")() > 0
    triggers.install_all()
    triggers.install_all()
    assert triggers.missing() == []
    assert_refused(update(Event, "verb"), Event, "append-only")


ALTERED: list[tuple[type[Model], str, models.Field[object, object]]] = [
    (Event, "origin", models.CharField(max_length=120, blank=True)),
    (OwnershipPeriod, "ended_by", models.CharField(max_length=30, blank=True)),
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("model", "name", "wider"), ALTERED, ids=["event", "period"])
def test_after_a_migration_that_alters_the_table_it_is_guarded_again(
    model: type[Model], name: str, wider: models.Field[object, object]
) -> None:
    account = factories.owned()
    factories.let_go(account, on=factories.days_on(1))
    was = model._meta.get_field(name)
    assert isinstance(was, models.Field)
    wider.set_attributes_from_name(name)
    wider.model = model
    added = models.IntegerField(default=0)
    added.set_attributes_from_name("added_for_a_test")
    added.model = model
    try:
        with connection.schema_editor() as editor:
            editor.alter_field(model, was, wider)
            editor.add_field(model, added)
        if connection.vendor == "sqlite":
            assert any(model._meta.db_table in trigger for trigger in triggers.missing())
            assert update(model, name)() > 0
        call_command("migrate", verbosity=0)
        assert triggers.missing() == []
        assert_refused(delete(model), model, "append-only|never deleted")
        if model is Event:
            assert_refused(update(model, name), model, "append-only")
        else:
            _assert_no_overlap(account)
    finally:
        with connection.schema_editor() as editor:
            editor.remove_field(model, added)
            editor.alter_field(model, wider, was)
        call_command("migrate", verbosity=0)


def _assert_no_overlap(account: Account) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        OwnershipPeriod.objects.create(
            account=account, holder=factories.bob(), began_at=at(TODAY, 20), clock_from=TODAY
        )
