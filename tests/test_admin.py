"""The administration pages: every table to read, for administrators, and nothing past the verbs."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from accounts_app.models import AccountAccess, KeyDate
from core import people, preferences
from core.models import (
    ApiToken,
    Cover,
    Event,
    IdempotencyRecord,
    Role,
    TeamMembership,
    User,
    Verb,
)
from core.rates import keep_rate
from handoffs.models import ChecklistItem, ChecklistKind, PoolEntry, SetAside, SweepRun
from incentives.models import Ledger, LedgerEntry, PayoutRun, Statement, StatementLine
from pipeline.models import Complaint, NextStep, Opportunity, OpportunityContact, PipelineReview
from tests import history
from tests.factories import at, steward
from tests.history import Company

pytestmark = pytest.mark.django_db

ROOMS = ("core", "accounts_app", "pipeline", "handoffs", "incentives")
MODELS = [model for room in ROOMS for model in apps.get_app_config(room).get_models()]
NAMES = [model._meta.label_lower for model in MODELS]


@pytest.fixture(scope="module")
def who(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Company]:
    """One season, made once; what a test changes is rolled back after it."""
    with history.seasons(1, django_db_blocker) as made:
        tables_without_verbs(made, 1)
        yield made


def tables_without_verbs(who: Company, number: int) -> None:
    """Rows of tables that nothing writes yet, and of those that want a mishap."""
    alice, mara, account = who.cast.alice, who.cast.mara, who.account(f"Busy {number}")
    day, now = history.START, at(history.START)
    month = dt.date(2025, number, 1)
    keep_rate("USD", on=month, rate=Decimal("0.9"), by=who.cast.finn, at=now)
    preferences.save_list(alice, page="accounts", name=f"List {number}", query="mine=on")
    IdempotencyRecord.objects.create(
        user=alice, key=f"k{number}", request="POST /api/v1/x/", answer="stw_once", created_at=now
    )
    Cover.objects.create(absent=alice, stand_in=who.cast.bob, from_on=day, until_on=day)
    KeyDate.objects.create(account=account, what="Fair", on=day)
    AccountAccess.objects.create(account=account, user=who.cast.bob, reason="cover")
    NextStep.objects.create(account=account, what="Call", due_on=day, set_by=alice, set_at=now)
    Complaint.objects.create(account=account, what="Leaks", raised_on=day, raised_by=alice)
    OpportunityContact.objects.create(
        opportunity=Opportunity.objects.filter(account=account).latest("id"),
        contact=account.contacts.earliest("id"),
        kind="champion",
    )
    PipelineReview.objects.create(rep=alice, manager=mara, month=month, opened_at=now)
    SetAside.objects.create(
        run=SweepRun.objects.latest("night"), account=account, why="ValueError: bad"
    )
    handoff = who.handoff(f"Quiet {number}")
    ChecklistItem.objects.create(
        handoff=handoff, kind=ChecklistKind.INTRODUCTION, done_at=now, done_by=who.cast.bob
    )
    run = PayoutRun.objects.create(
        month=month, ledger=Ledger.INCENTIVE, drafted_by=who.cast.ada, drafted_at=now
    )
    statement = Statement.objects.create(run=run, beneficiary=alice, total=0, currency="EUR")
    entries = LedgerEntry.objects.filter(handoff=handoff)
    for entry in entries:
        StatementLine.objects.create(statement=statement, entry=entry)


def page_of(model: type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def row_page(row: Model, page: str = "change") -> str:
    return page_of(type(row), page, row.pk)


def any_row(model: type[Model]) -> Model:
    return model._base_manager.latest("pk")


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def ada(who: Company) -> Client:
    return signed_in(who.cast.ada)


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def queries_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        text_of(client, address)
    return len(queries)


def queries_of_lists(client: Client) -> dict[str, int]:
    return {model._meta.label: queries_of(client, page_of(model, "changelist")) for model in MODELS}


def test_every_table_has_its_pages_and_nothing_else_has() -> None:
    assert set(admin.site._registry) == set(MODELS)


# Session, person, number of rows, rows: 4. One more for a filter by the values or rows there are,
# and for what a list is led by; two more for the days above a list.
LISTS = {
    "core.User": 5,
    "core.Team": 5,
    "core.TeamMembership": 7,
    "core.Event": 5,
    "core.ExchangeRate": 7,
    "accounts_app.ExternalRef": 5,
    "accounts_app.Contract": 6,
    "accounts_app.PolicyComment": 5,
    "pipeline.Opportunity": 5,
    "pipeline.OpportunityProduct": 5,
    "pipeline.StageChange": 5,
    "pipeline.PipelineReview": 6,
    "pipeline.Sale": 6,
    "pipeline.SaleLine": 5,
    "pipeline.SaleReversal": 6,
    "handoffs.Handoff": 6,
    "handoffs.SweepRun": 6,
    "incentives.HandoffTerms": 6,
    "incentives.CommissionRate": 5,
    "incentives.LedgerEntry": 6,
    "incentives.PayoutRun": 6,
}


def test_the_queries_of_a_list_do_not_grow_with_its_rows(who: Company, ada: Client) -> None:
    expected = {model._meta.label: 4 for model in MODELS} | LISTS
    assert queries_of_lists(ada) == expected
    history.season(who, 2)
    tables_without_verbs(who, 2)
    assert queries_of_lists(ada) == expected


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_a_page_takes_one_query_for_each_table_on_it(ada: Client, model: type[Model]) -> None:
    """Session, person, row; one for each table below it, however many rows that has."""
    expected = 3 + len(admin.site._registry[model].inlines) + len(model._meta.many_to_many)
    rows = model._base_manager.order_by("-pk")[:5]
    text_of(ada, row_page(rows[0]))  # the content types are read once in a process
    assert {queries_of(ada, row_page(row)) for row in rows} == {expected}


# Who gets in


def every_address() -> Iterator[str]:
    yield reverse("admin:index")
    yield reverse("admin:password_change")
    for room in ROOMS:
        yield reverse("admin:app_list", args=[room])
    for model in MODELS:
        yield page_of(model, "changelist")
        yield page_of(model, "add")
        for page in ("change", "delete", "history"):
            yield page_of(model, page, any_row(model).pk)


@pytest.mark.parametrize("name", ["alice", "bob", "mara", "finn", "nobody"])
def test_only_administrators_get_in(who: Company, name: str) -> None:
    client = Client() if name == "nobody" else signed_in(getattr(who.cast, name))
    for address in every_address():
        for answer in (client.get(address), client.post(address)):
            assert answer.status_code == 302, address
            assert answer["Location"].startswith(reverse("admin:login")), address


def test_an_administrator_who_left_does_not_get_in(who: Company, ada: Client) -> None:
    User.objects.get_queryset().filter(pk=who.cast.ada.pk).update(active=False)
    assert ada.get(reverse("admin:index")).status_code == 302


def test_the_header_names_steward_and_leads_home(ada: Client) -> None:
    page = text_of(ada, reverse("admin:index"))
    assert "Django" not in page
    assert "Steward" in page
    assert '<a href="/">' in page


# What cannot be done


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_nothing_goes_past_the_verbs(ada: Client, model: type[Model]) -> None:
    row, before = any_row(model), list(model._base_manager.order_by("pk").values())
    refused = [row_page(row, "delete")]
    if model is not User:
        refused += [row_page(row), page_of(model, "add")]
    for address in refused:
        assert ada.post(address, {"post": "yes", "name": "Changed"}).status_code == 403, address
    ada.post(
        page_of(model, "changelist"),
        {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"},
    )
    assert list(model._base_manager.order_by("pk").values()) == before


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_nonsense_is_answered(ada: Client, model: type[Model]) -> None:
    """A search, a filter, a page and a number that mean nothing."""
    changelist = page_of(model, "changelist")
    searched = {"q": "\"'%_\x00\\ 99999999999999999999999999 nonsense"}
    for asked in (searched, {"p": "99999"}, {"nonsense__exact": "1"}, {"id__exact": "x"}):
        assert ada.get(changelist, asked).status_code in (200, 302), asked
    for number in ("0", "x", "99999999999999999999999999"):
        assert ada.get(page_of(model, "change", number)).status_code == 302, number
        assert ada.get(page_of(model, "history", number), follow=True).status_code == 200, number


# What is shown


def test_evidence_has_a_line_for_each_fact(ada: Client) -> None:
    swept = PoolEntry.objects.filter(reason="swept").latest("id")
    page = text_of(ada, row_page(swept))
    assert "<pre>{" in page
    assert "&quot;counted&quot;: &quot;take-over&quot;,\n" in page


def test_nobody_foresees_a_decision(who: Company, ada: Client) -> None:
    """The secret of a pool entry is shown once the entry is closed (domain §4)."""
    entry = PoolEntry.objects.latest("id")
    row = PoolEntry.objects.filter(pk=entry.pk)
    row.update(secret="only later", left_at=None, outcome="", claimed_by=None)
    assert "only later" not in text_of(ada, row_page(entry))
    row.update(left_at=entry.entered_at, outcome="withdrawn")
    assert "only later" in text_of(ada, row_page(entry))


def test_a_password_is_not_shown_in_any_form(who: Company, ada: Client) -> None:
    people.set_password(who.cast.bob, password="long enough 1", by=steward(), at=at(history.START))
    page = text_of(ada, row_page(who.cast.bob))
    assert User.objects.get(username="bob").password not in page
    assert "md5" not in page


def test_what_is_shown_once_is_not_shown_here(ada: Client) -> None:
    token = ApiToken.objects.latest("id")
    assert token.digest not in text_of(ada, row_page(token))
    assert "stw_once" not in text_of(ada, row_page(IdempotencyRecord.objects.latest("id")))


def test_the_history_of_a_row_is_its_events(who: Company, ada: Client) -> None:
    answer = ada.get(row_page(who.account("Quiet 1"), "history"), follow=True)
    shown = [event.verb for event in answer.context["cl"].result_list]
    assert shown == [Verb.ACCOUNT_WARNED, Verb.ACCOUNT_ADDED]


def test_events_are_found_by_the_number_of_their_account(who: Company, ada: Client) -> None:
    account = who.account("Quiet 1")
    found = ada.get(page_of(Event, "changelist"), {"q": str(account.pk)}).context["cl"].result_list
    assert {event.account_id for event in found} == {account.pk}


def test_a_long_list_is_not_counted_to_its_end(
    ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.admin.MOST_ROWS", 60)
    shown = ada.get(page_of(Event, "changelist"), {"p": "2"}).context["cl"]
    assert shown.result_count == 60
    assert len(shown.result_list) == 10


# People

FORM = {
    "first_name": "Bobby",
    "last_name": "Marsh",
    "email": "bobby@example.com",
    "region": "West",
    "strengths": ["retention"],
    "capacity": "40",
    "password1": "",
    "password2": "",
    "memberships-TOTAL_FORMS": "0",
    "memberships-INITIAL_FORMS": "0",
}
NEW = FORM | {"username": "nora", "role": "manager", "holds_accounts": "on"}
GOOD = {"password1": "plenty of pumps", "password2": "plenty of pumps"}


def last_events(number: int) -> list[Event]:
    return list(Event.objects.order_by("-pk")[:number])


def test_a_person_is_changed_by_the_verb(who: Company, ada: Client) -> None:
    bob = who.cast.bob
    assert ada.post(row_page(bob), FORM).status_code == 302
    bob.refresh_from_db()
    changed = (bob.name, bob.email, bob.region, bob.strengths, bob.capacity)
    assert changed == ("Bobby Marsh", "bobby@example.com", "West", ["retention"], 40)
    (event,) = last_events(1)
    assert (event.verb, event.actor, event.subject_id) == (Verb.USER_CHANGED, who.cast.ada, bob.pk)
    assert event.changes["first_name"] == ["Bob", "Bobby"]
    assert "password" not in event.changes


def test_role_and_name_of_a_person_are_not_changed_here(who: Company, ada: Client) -> None:
    more = {
        "role": "admin",
        "username": "root",
        "active": "",
        "holds_accounts": "",
        "password": "x",
    }
    assert ada.post(row_page(who.cast.bob), FORM | more).status_code == 302
    bob = User.objects.get(pk=who.cast.bob.pk)
    assert (bob.role, bob.username, bob.active, bob.holds_accounts) == ("rep", "bob", True, True)
    assert bob.password == who.cast.bob.password


def test_the_team_of_a_person_is_not_changed_here(who: Company, ada: Client) -> None:
    bob = who.cast.bob
    before = list(TeamMembership.objects.order_by("pk").values())
    mine = bob.memberships.get()
    forged = {
        "memberships-TOTAL_FORMS": "2",
        "memberships-INITIAL_FORMS": "1",
        "memberships-0-id": str(mine.pk),
        "memberships-0-user": str(bob.pk),
        "memberships-0-from_on": "2001-01-01",
        "memberships-0-DELETE": "on",
        "memberships-1-user": str(bob.pk),
        "memberships-1-team": str(mine.team_id),
        "memberships-1-from_on": "2001-01-01",
    }
    ada.post(row_page(bob), FORM | forged)
    assert list(TeamMembership.objects.order_by("pk").values()) == before


def test_a_person_is_added_by_the_verb(who: Company, ada: Client) -> None:
    assert ada.post(page_of(User, "add"), NEW).status_code == 302
    nora = User.objects.get(username="nora")
    assert (nora.name, nora.role, nora.holds_accounts) == ("Bobby Marsh", Role.MANAGER, True)
    assert not nora.has_usable_password()
    (event,) = last_events(1)
    assert (event.verb, event.actor, event.subject_id) == (Verb.USER_ADDED, who.cast.ada, nora.pk)


def test_a_new_person_may_get_a_password_at_once(ada: Client) -> None:
    assert ada.post(page_of(User, "add"), NEW | GOOD).status_code == 302
    assert Client().login(username="nora", password="plenty of pumps")


def test_a_password_is_set_and_ends_the_sessions(who: Company, ada: Client) -> None:
    bob = who.cast.bob
    before = signed_in(bob)
    assert ada.post(row_page(bob), FORM | GOOD).status_code == 302
    assert before.get("/").status_code == 302
    assert Client().login(username="bob", password="plenty of pumps")
    (event,) = last_events(1)
    assert event.changes == {"password": "set anew"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "alice@example.com"},
        {"email": "nonsense"},
        {"capacity": "-1"},
        {"capacity": "9" * 30},
        {"strengths": ["charm"]},
        {"password1": "plenty of pumps", "password2": "plenty of valves"},
        {"password1": "12345678", "password2": "12345678"},
        {"password1": "bobbybobby", "password2": ""},
        {"first_name": "x" * 151},
        {"region": "a\x00b"},
    ],
    ids=str,
)
def test_what_cannot_be_is_said_on_the_form(
    who: Company, ada: Client, wrong: dict[str, object]
) -> None:
    for address, form in ((row_page(who.cast.bob), FORM), (page_of(User, "add"), NEW)):
        answer = ada.post(address, form | wrong)
        assert answer.status_code == 200
        errors = answer.context["adminform"].form.errors
        assert errors
        assert errors.keys() <= {*wrong, "password1", "password2"}
    assert User.objects.get(pk=who.cast.bob.pk).first_name == "Bob"
    assert not User.objects.get_queryset().filter(username="nora").exists()


@pytest.mark.parametrize("wrong", [{"username": "bob"}, {"username": "a b"}, {"role": "system"}])
def test_what_a_new_person_cannot_be(ada: Client, wrong: dict[str, str]) -> None:
    answer = ada.post(page_of(User, "add"), NEW | wrong)
    assert answer.context["adminform"].form.errors.keys() == wrong.keys()


def test_steward_itself_is_not_changed(ada: Client) -> None:
    system = steward()
    assert "password1" not in text_of(ada, row_page(system))
    assert ada.post(row_page(system), FORM | GOOD).status_code == 403
