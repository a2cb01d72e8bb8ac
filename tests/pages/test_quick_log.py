"""The quick log: whom it offers, what it takes in, what it says at once, and the way back."""

import re
import uuid
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts_app.models import Account
from core.models import User
from pipeline import next_steps
from pipeline.models import Activity, NextStep, StepState
from tests import factories
from tests.factories import at
from tests.pages.scene import NOW, Scene, on, signed_in
from tests.pages.test_account import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_alice(scene: Scene) -> Client:
    return signed_in(scene.cast.alice)


def offered(client: Client, **query: Any) -> list[str]:
    """The accounts that can be tapped, each with why."""
    html = client.get(reverse("quick_log"), query).content.decode()
    listed = html[html.index('id="whom"') : html.index("</ul>", html.index('id="whom"'))]
    return [words(each.encode()) for each in re.findall(r"<a .*?</a>", listed, re.DOTALL)]


def chosen(client: Client, **query: Any) -> str:
    html = client.get(reverse("quick_log"), query).content
    found = re.search(r"<h1[^>]*>(.*?)</h1>", html.decode(), re.DOTALL)
    assert found
    return words(found[1].encode())


def quiet(alice: User, name: str, day: int) -> Account:
    account = factories.owned(alice, name=name, since=on(-70))
    Account.objects.filter(pk=account.pk).update(
        dormant_on=on(day), warned_on=on(0), pool_on=on(day)
    )
    return account


def logged(client: Client, account: Account, **sent: Any) -> Any:
    whole = {"channel": "call", "outcome": "connected", "client_id": str(uuid.uuid4())}
    headers = sent.pop("headers", {})
    url = reverse("quick_log_on", args=[account.pk])
    return client.post(url, {**whole, **sent}, headers=headers)


def said(client: Client, account: Account, **sent: Any) -> str:
    return words(client.get(logged(client, account, **sent)["Location"]).content)


# Whom it offers


def test_due_first_then_warned_then_looked_at(as_alice: Client, scene: Scene) -> None:
    alice = scene.cast.alice
    quiet(alice, "Late", 20), quiet(alice, "Soon", 5)
    due = factories.owned(alice, name="Due", since=on(-1))
    next_steps.set_step(due, what="Ring Jo", due_on=on(2), by=alice, at=at(on(0)))
    next_steps.set_step(due, what="Later", due_on=on(3), by=alice, at=at(on(0)))
    seen = factories.owned(alice, name="Seen", since=on(-1))
    as_alice.get(reverse("account", args=[scene.acme.pk]))
    as_alice.get(reverse("account", args=[seen.pk]))
    assert chosen(as_alice) == "Log with Due"
    assert offered(as_alice) == [
        "Soon to the pool 5 Jun",
        "Late to the pool 20 Jun",
        "Seen looked at",
        "Acme looked at",
    ]


def test_at_most_eight(as_alice: Client, scene: Scene) -> None:
    for number in range(12):
        quiet(scene.cast.alice, f"Quiet {number:02}", 5)
    assert chosen(as_alice) == "Log with Quiet 00"
    assert len(offered(as_alice)) == 7


def test_whatever_falls_quiet_soonest_is_offered_but_not_chosen(as_alice: Client) -> None:
    assert chosen(as_alice) == "Log"
    assert offered(as_alice) == ["Acme quiet by 14 Oct"]


def test_of_those_looked_at_only_where_one_may_log(scene: Scene) -> None:
    bob = signed_in(scene.cast.bob)
    bob.get(reverse("account", args=[scene.acme.pk]))
    assert chosen(bob) == "Log"
    bob.get(reverse("account", args=[scene.entry.account_id]))
    assert chosen(bob) == "Log with Globex"


def test_what_was_looked_at_is_nobody_elses_business(scene: Scene) -> None:
    client = signed_in(scene.cast.alice)
    client.get(reverse("account", args=[scene.acme.pk]))
    assert chosen(client) == "Log with Acme"
    client.force_login(scene.cast.mara)
    assert chosen(client) == "Log"


def test_a_broken_cookie_is_none(as_alice: Client) -> None:
    as_alice.cookies["seen"] = "1.2.3:forged"
    assert chosen(as_alice) == "Log"


def test_from_an_accounts_page_it_is_that_one(as_alice: Client, scene: Scene) -> None:
    quiet(scene.cast.alice, "Quiet", 5)
    html = as_alice.get(reverse("account", args=[scene.acme.pk])).content.decode()
    url = f"/log/?back=/accounts/{scene.acme.pk}/&amp;account={scene.acme.pk}"
    assert html.count(f'href="{url}"') == 2
    assert chosen(as_alice, account=scene.acme.pk) == "Log with Acme"


@pytest.mark.parametrize("account", ["0", "987654", "x", "9" * 40, "²"])
def test_an_account_that_is_none_is_not_chosen(as_alice: Client, account: str) -> None:
    assert chosen(as_alice, account=account) == "Log"


def test_one_where_one_may_not_log_is_not_chosen(scene: Scene) -> None:
    assert chosen(signed_in(scene.cast.bob), account=scene.acme.pk) == "Log"


def test_any_other_is_found_by_its_name(as_alice: Client, scene: Scene) -> None:
    assert offered(as_alice, q="lob") == ["Globex in the pool"]
    assert offered(as_alice, q="init") == ["Initech Bob"]
    assert offered(as_alice, q="nothing like it") == []


def test_who_does_not_work_on_accounts_is_not_asked(scene: Scene) -> None:
    client = signed_in(scene.cast.finn)
    assert client.get(reverse("quick_log")).status_code == 403
    assert 'href="/log/' not in client.get("/").content.decode()


# What it takes in, and what it says


def test_it_says_at_once_what_it_changed(as_alice: Client, scene: Scene) -> None:
    answer = logged(as_alice, scene.acme, back="/pool/?after=1")
    assert answer["Location"] == "/pool/?after=1"
    page = words(as_alice.get("/").content)
    assert "Logged with Acme. Goes to the pool on 15 October 2026 at the earliest." in page


def test_what_moves_nothing_says_why(as_alice: Client, scene: Scene) -> None:
    assert "The clock did not move: nobody answered." in said(
        as_alice, scene.acme, outcome="no_answer"
    )


def test_in_the_pool_nobodys_clock_moves_and_nothing_is_planned(scene: Scene) -> None:
    bob, pooled = signed_in(scene.cast.bob), scene.entry.account
    assert "clock moves while it is in the pool." in said(bob, pooled)
    form = bob.get(reverse("quick_log_on", args=[pooled.pk])).content
    assert b"In a line" in form
    assert b"What is next?" not in form


def test_sent_twice_it_says_so(as_alice: Client, scene: Scene) -> None:
    sent = {"client_id": str(uuid.uuid4()), "next_what": "Call", "next_due": "Fri"}
    before = Activity.objects.count()
    logged(as_alice, scene.acme, **sent)
    assert "It was logged with Acme already, and is there once." in said(
        as_alice, scene.acme, **sent
    )
    assert Activity.objects.count() == before + 1
    assert NextStep.objects.filter(what="Call").count() == 1


def test_a_step_by_friday(as_alice: Client, scene: Scene) -> None:
    page = said(as_alice, scene.acme, next_what="Send it", next_due="fri")
    assert "Next: Send it, by Friday 5 June 2026." in page
    assert NextStep.objects.get(what="Send it").due_on == on(5)


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"next_what": "Call", "next_due": "3/4"}, "is 3 April or 4 March"),
        ({"next_what": "Call", "next_due": "1 May 2026"}, "1 May 2026 is over"),
        ({"next_what": "Call"}, "Say by when"),
        ({"next_due": "fri"}, "Say what is to be done by then."),
        ({"outcome": ""}, "Tap what came of it."),
        ({"next_what": "x" * 201, "next_due": "fri"}, "at most 200"),
    ],
)
def test_what_cannot_be_taken_stays_as_typed(
    as_alice: Client, scene: Scene, sent: dict[str, str], sentence: str
) -> None:
    before = Activity.objects.count()
    for url in ("quick_log_on", "account_log"):
        whole = {"channel": "call", "outcome": "connected", "client_id": str(uuid.uuid4())}
        answer = as_alice.post(
            reverse(url, args=[scene.acme.pk]), {**whole, "summary": "A story", **sent}
        )
        assert answer.status_code == 422
        html = answer.content.decode()
        assert sentence in html
        assert 'value="A story"' in html
    assert Activity.objects.count() == before


@pytest.mark.parametrize("back", ["", "https://evil.example/", "//evil.example", "nowhere"])
def test_it_leads_to_the_account_and_never_elsewhere(
    as_alice: Client, scene: Scene, back: str
) -> None:
    answer = logged(as_alice, scene.acme, back=back)
    assert answer["Location"] == reverse("account", args=[scene.acme.pk])


def test_the_dialog_is_left_for_the_page(as_alice: Client, scene: Scene) -> None:
    answer = logged(as_alice, scene.acme, back="/pool/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/pool/")


# What the words of a day mean


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("in 2 weeks", "→ Tuesday 16 June 2026"),
        ("3/4", "“3/4” is 3 April or 4 March: write the month as a word."),
        ("<b>", "“&lt;b&gt;” is no day that can be read. Try Fri, in 2 weeks or 14 March."),
        ("", ""),
    ],
)
def test_what_is_typed_is_shown_as_understood(as_alice: Client, typed: str, shown: str) -> None:
    answer = as_alice.get(reverse("spoken_day"), {"next_due": typed})
    assert " ".join(answer.content.decode().split()) == shown


# The way back


def undo_of(client: Client, account: Account, **sent: Any) -> str:
    html = client.get(logged(client, account, **sent)["Location"]).content.decode()
    found = re.search(r'action="(/activities/\d+/undo/)"', html)
    assert found
    return found[1]


def test_undone_from_the_message(as_alice: Client, scene: Scene) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        undo = undo_of(as_alice, scene.acme, next_what="Call", next_due="fri")
        clock.shift(60)
        answer = as_alice.post(undo, {"back": "/pool/"})
    assert answer["Location"] == "/pool/"
    assert Activity.objects.latest("id").void_reason == "Undone within a minute"
    assert NextStep.objects.get(what="Call").state == StepState.DROPPED


def test_after_the_minute_its_page_says_what_to_do(as_alice: Client, scene: Scene) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        undo = undo_of(as_alice, scene.acme)
        clock.shift(61)
        answer = as_alice.post(undo, follow=True)
    page = words(answer.content)
    assert "The minute to undo it is over. Here it can still be voided, with a reason." in page
    assert "Void it" in page
    assert Activity.objects.latest("id").voided_at is None


def test_the_messages_of_other_things_have_no_undo(as_alice: Client, scene: Scene) -> None:
    url = reverse("next_step_settle", args=[scene.step.pk])
    html = as_alice.post(url, {"state": "done"}, follow=True).content.decode()
    assert "settled" in html
    assert "Undo" not in html
