"""The account's page: who holds it, when it falls quiet and why, and the box to log."""

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts_app.models import Account, Contact, RiskSignal
from core.models import User
from pipeline.models import Activity, NextStep, Opportunity, Sale
from tests import factories
from tests.factories import at
from tests.handoffs import moves
from tests.pages.scene import Scene, on, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_alice(scene: Scene) -> Client:
    return signed_in(scene.cast.alice)


def text(client: Client, url: str) -> str:
    """The page's words, without the markup."""
    answer = client.get(url, follow=True)
    assert answer.status_code == 200
    return words(answer.content)


def words(html: bytes) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html.decode()).split())


def page(client: Client, account: Account, **query: str) -> str:
    url = reverse("account", args=[account.pk])
    answer = client.get(url, query)
    assert answer.status_code == 200
    return words(answer.content)


def logged(client: Client, account: Account, **sent: Any) -> Any:
    whole = {"channel": "call", "outcome": "connected", "client_id": str(uuid.uuid4())}
    return client.post(reverse("account_log", args=[account.pk]), {**whole, **sent})


# Who holds it, and its clock


def test_it_says_who_holds_it_and_what_comes(as_alice: Client, scene: Scene) -> None:
    said = page(as_alice, scene.acme)
    assert "Steward Alice since 31 May 2026" in said
    # The call of 1 June and an open card: its pipeline counts until 16 July, and 90 days more.
    assert "Without a sign of life you are warned on 23 September 2026" in said
    assert "and it goes to the pool on 14 October 2026." in said


def test_the_sign_that_counts_is_marked_among_all(as_alice: Client, scene: Scene) -> None:
    said = page(as_alice, scene.acme)
    assert "Taken over: 31 May 2026" in said
    assert "Last engagement of the customer: 1 June 2026" in said
    assert "Open pipeline, engaged with: until 16 July 2026 ◀ this one counts" in said
    assert said.count("this one counts") == 1


@pytest.mark.usefixtures("scene")
def test_a_warned_account_names_its_day(as_alice: Client, alice: User) -> None:
    account = factories.owned(alice, name="Quiet", since=on(-70))
    Account.objects.filter(pk=account.pk).update(warned_on=on(0), pool_on=on(20))
    assert "Goes to the pool on 20 June 2026 unless a customer answers." in page(as_alice, account)


@pytest.mark.usefixtures("scene")
def test_the_night_of_the_pool_is_called_tonight(as_alice: Client, alice: User) -> None:
    account = factories.owned(alice, name="Quiet", since=on(-88))
    Account.objects.filter(pk=account.pk).update(warned_on=on(-10), pool_on=on(2))
    assert "Goes to the pool tonight unless a customer answers" in page(as_alice, account)


def test_a_pooled_account_leads_to_its_place_in_the_pool(as_alice: Client, scene: Scene) -> None:
    answer = as_alice.get(reverse("account", args=[scene.entry.account_id]))
    assert f'href="/pool/#entry-{scene.entry.pk}"' in answer.content.decode()
    assert "Nobody holds it: it waits in the pool." in words(answer.content)


def test_history_names_every_holder_with_its_handoff(as_alice: Client, scene: Scene) -> None:
    account = scene.sale.account
    said = page(as_alice, account)
    held = said[said.index("Who held it") :]
    assert held.index("Bob") < held.index("Alice 2 March 2026 – 1 April 2026")
    handoff = account.handoffs.get()
    html = as_alice.get(reverse("account", args=[account.pk])).content.decode()
    assert html.count(f'href="/handoffs/{handoff.pk}/"') == 2  # above, and where Alice's time ended


def test_names_cannot_smuggle_markup(as_alice: Client, alice: User) -> None:
    account = factories.owned(alice, name="<script>alert(1)</script>", since=on(1))
    factories.log(account, by=alice, on=on(1), outcome="connected", summary="<img src=x onerror=y>")
    html = as_alice.get(reverse("account", args=[account.pk])).content.decode()
    assert "<script>alert" not in html
    assert "<img src=x" not in html


# Logging


def test_a_call_is_logged_and_moves_the_clock(as_alice: Client, scene: Scene) -> None:
    answer = logged(as_alice, scene.acme, summary="All well.")
    assert answer["Location"] == reverse("account", args=[scene.acme.pk])
    activity = Activity.objects.latest("id")
    assert (activity.summary, activity.is_engagement) == ("All well.", True)
    assert factories.fresh(scene.acme).engaged_on == on(2)
    said = text(as_alice, answer["Location"])
    assert "Logged with Acme. Goes to the pool on 15 October 2026 at the earliest." in said


def test_posted_twice_it_is_one(as_alice: Client, scene: Scene) -> None:
    sent = {"client_id": str(uuid.uuid4())}
    before = Activity.objects.count()
    assert logged(as_alice, scene.acme, **sent).status_code == 302
    assert logged(as_alice, scene.acme, **sent).status_code == 302
    assert Activity.objects.count() == before + 1


def test_each_box_brings_an_id_of_its_own(as_alice: Client, scene: Scene) -> None:
    url = reverse("account", args=[scene.acme.pk])
    found = [
        re.findall(r'name="client_id" value="([^"]+)"', as_alice.get(url).content.decode())[0]
        for _ in range(2)
    ]
    assert found[0] != found[1]
    assert str(uuid.UUID(found[0])) == found[0]


def test_an_unanswered_call_moves_nothing(as_alice: Client, scene: Scene) -> None:
    logged(as_alice, scene.acme, outcome="no_answer")
    assert factories.fresh(scene.acme).engaged_on == on(1)


def test_without_an_outcome_what_was_typed_stays(as_alice: Client, scene: Scene) -> None:
    answer = logged(as_alice, scene.acme, outcome="", summary="A long story", channel="visit")
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "Tap what came of it." in html
    assert 'value="A long story"' in html
    assert re.search(r'value="visit"[^>]*checked', html)


def test_a_note_needs_no_outcome(as_alice: Client, scene: Scene) -> None:
    assert logged(as_alice, scene.acme, channel="note", outcome="").status_code == 302
    assert not Activity.objects.latest("id").is_engagement


def test_what_the_customer_wrote_is_an_engagement(as_alice: Client, scene: Scene) -> None:
    logged(as_alice, scene.acme, channel="email", outcome="", inbound="on")
    assert Activity.objects.latest("id").is_engagement


def test_a_stated_interest_needs_who_and_until_when(as_alice: Client, scene: Scene) -> None:
    answer = logged(as_alice, scene.acme, outcome="interested_later", summary="Next spring")
    assert answer.status_code == 422
    assert "Say who is interested later" in answer.content.decode()
    sent = {"contact": str(scene.contact.pk), "interested_until": "2026-12-01"}
    assert logged(as_alice, scene.acme, outcome="interested_later", **sent).status_code == 302
    assert factories.fresh(scene.acme).interest_until == sent_day("2026-12-01")


def sent_day(day: str) -> Any:
    return type(on(0)).fromisoformat(day)


def test_a_call_of_last_week_is_dated_then(as_alice: Client, scene: Scene) -> None:
    logged(as_alice, scene.acme, occurred_at="2026-06-01T09:30")
    assert Activity.objects.latest("id").occurred_on == sent_day("2026-06-01")


def test_a_contact_of_another_account_is_not_taken(as_alice: Client, scene: Scene) -> None:
    stranger = factories.contact(scene.sale.account, "Stranger", on=on(1))
    assert logged(as_alice, scene.acme, contact=str(stranger.pk)).status_code == 422


# The timeline


def test_nothing_of_earlier_stewards_is_hidden(scene: Scene) -> None:
    said = page(signed_in(scene.cast.bob), scene.sale.account)
    assert "2 April 2026 · Bob" in said
    assert "3 March 2026 · Alice" in said


def test_the_timeline_is_chosen_by_channel_and_steward(as_alice: Client, scene: Scene) -> None:
    alice, account = scene.cast.alice, scene.sale.account
    by_alice = page(as_alice, account, steward=str(alice.pk))
    assert "3 March 2026 · Alice" in by_alice
    assert "· Bob" not in by_alice
    assert "Nothing is on record for this choice" in page(as_alice, account, channel="visit")


def test_the_timeline_goes_on_where_it_ended(as_alice: Client, scene: Scene) -> None:
    for number in range(45):
        summary = f"Talk {number}."
        when = at(on(1), hour=13)
        factories.log(
            scene.acme, by=scene.cast.alice, on=when, outcome="connected", summary=summary
        )
    url, seen = reverse("account", args=[scene.acme.pk]), []
    while url:
        html = as_alice.get(url).content.decode()
        seen += re.findall(r"Talk \d+\.", html)
        onwards = re.search(r'rel="next"\s+href="([^"#]+)', html)
        url = f"/accounts/{scene.acme.pk}/{onwards[1]}".replace("&amp;", "&") if onwards else ""
    assert seen == [f"Talk {number}." for number in reversed(range(45))]


def test_a_voided_activity_stays_readable_with_its_reason(as_alice: Client, scene: Scene) -> None:
    url = reverse("activity", args=[scene.call.pk])
    assert as_alice.post(url, {"reason": "Another Acme"}).status_code == 302
    assert "voided: Another Acme" in page(as_alice, scene.acme)
    assert factories.fresh(scene.acme).engaged_on is None
    again = as_alice.post(url, {"reason": "Twice"})
    assert again.status_code == 422
    assert b"This was voided on" in again.content


def test_voiding_needs_a_reason(as_alice: Client, scene: Scene) -> None:
    url = reverse("activity", args=[scene.call.pk])
    assert as_alice.post(url, {"reason": " "}).status_code == 422
    scene.call.refresh_from_db()
    assert scene.call.voided_at is None


# People, opportunities, next steps


def test_a_contact_is_added_with_what_they_are(as_alice: Client, scene: Scene) -> None:
    url = reverse("contact_new", args=[scene.acme.pk])
    sent = {
        "name": "Dora",
        "status": "active",
        "roles": ["champion", "user"],
        "stance": "supporter",
    }
    assert as_alice.post(url, sent).status_code == 302
    said = page(as_alice, scene.acme)
    assert "Dora Champion User Supporter" in said


def test_who_leaves_is_struck_through_and_raises_a_risk(as_alice: Client, scene: Scene) -> None:
    url = reverse("contact", args=[scene.contact.pk])
    sent = {"name": "Carla", "status": "left", "roles": ["decision_maker"]}
    assert as_alice.post(url, sent).status_code == 302
    assert b"<s>Carla</s>" in as_alice.get(reverse("account", args=[scene.acme.pk])).content
    assert RiskSignal.objects.get().contact == scene.contact


def test_a_contact_is_shown_as_it_is_before_it_is_changed(as_alice: Client, scene: Scene) -> None:
    html = as_alice.get(reverse("contact", args=[scene.contact.pk])).content.decode()
    assert 'value="Buyer"' in html
    assert re.search(r'value="decision_maker"[^>]*checked', html)


def test_nobody_stands_above_themselves(as_alice: Client, scene: Scene) -> None:
    boss = factories.contact(scene.acme, "Boss", on=on(1), reports_to=scene.contact)
    url = reverse("contact", args=[scene.contact.pk])
    sent = {"name": "Carla the first", "status": "active", "reports_to": boss.pk}
    answer = as_alice.post(url, sent)
    assert answer.status_code == 422
    assert b"cannot stand above themselves" in answer.content
    assert b'value="Carla the first"' in answer.content
    assert Contact.objects.get(pk=scene.contact.pk).name == "Carla"


def test_a_deal_is_opened_moved_and_won(as_alice: Client, scene: Scene) -> None:
    new = reverse("opportunity_new", args=[scene.acme.pk])
    sent = {"name": "Pumps", "currency": "EUR", "stage": factories.stage().pk}
    assert as_alice.post(new, sent).status_code == 302
    card = Opportunity.objects.get(name="Pumps")
    to = factories.stage("Proposal")
    as_alice.post(reverse("opportunity_move", args=[card.pk]), {"stage": to.pk})
    card.refresh_from_db()
    assert card.stage == to
    won = {"amount": "1200.50", "currency": "EUR"}
    assert as_alice.post(reverse("opportunity_win", args=[card.pk]), won).status_code == 302
    sale = Sale.objects.get(opportunity=card)
    assert (str(sale.amount), sale.booked_on) == ("1200.500", on(2))
    assert "1,200.50 EUR" in text(as_alice, reverse("account_sales", args=[scene.acme.pk]))


def test_won_twice_is_won_once(as_alice: Client, scene: Scene) -> None:
    url, won = reverse("opportunity_win", args=[scene.card.pk]), {"amount": "5", "currency": "EUR"}
    as_alice.post(url, won)
    again = as_alice.post(url, {"amount": "7", "currency": "EUR"})
    assert again.status_code == 422
    assert b"was closed on" in again.content
    assert Sale.objects.filter(opportunity=scene.card).count() == 1
    scene.card.refresh_from_db()
    assert scene.card.amount == 5


def test_a_currency_without_a_rate_wins_nothing_and_keeps_what_was_typed(
    as_alice: Client, scene: Scene
) -> None:
    url = reverse("opportunity_win", args=[scene.card.pk])
    answer = as_alice.post(url, {"amount": "77", "currency": "JPY"})
    assert answer.status_code == 422
    assert b"There is no rate for JPY" in answer.content
    assert b'value="77"' in answer.content
    scene.card.refresh_from_db()
    assert (scene.card.currency, scene.card.closed_on) == ("EUR", None)


def test_lost_keeps_its_reason(as_alice: Client, scene: Scene) -> None:
    url = reverse("opportunity_lose", args=[scene.card.pk])
    assert as_alice.post(url, {"loss_reason": "The price"}).status_code == 302
    assert "lost: The price" in text(as_alice, reverse("opportunity", args=[scene.card.pk]))


def test_a_step_is_set_and_done(as_alice: Client, scene: Scene) -> None:
    new = reverse("next_step_new", args=[scene.acme.pk])
    assert as_alice.post(new, {"what": "Visit", "due_on": "2026-07-01"}).status_code == 302
    step = NextStep.objects.latest("id")
    assert "Visit by 1 July 2026" in page(as_alice, scene.acme)
    as_alice.post(reverse("next_step_settle", args=[step.pk]), {"state": "done"})
    assert "Visit by" not in page(as_alice, scene.acme)


def test_a_step_is_neither_done_nor_dropped_by_a_slip(as_alice: Client, scene: Scene) -> None:
    url = reverse("next_step_settle", args=[scene.step.pk])
    assert as_alice.post(url, {"state": "perhaps"}).status_code == 409
    scene.step.refresh_from_db()
    assert scene.step.state == "open"


# Letting go


def test_before_letting_go_it_says_what_it_may_earn(as_alice: Client, scene: Scene) -> None:
    account = factories.owned(scene.cast.alice, name="Free", since=on(-50))
    factories.engage(account, on=on(-40))
    said = text(as_alice, reverse("account_release", args=[account.pk]))
    assert "Alice earns 5 % of the first sale within 365 days" in said
    assert "and 1 % of it for letting go early" in said
    assert "you owe a brief by 9 June 2026" in said


def test_before_letting_go_it_says_what_stands_in_the_way(as_alice: Client, scene: Scene) -> None:
    said = text(as_alice, reverse("account_release", args=[scene.acme.pk]))
    assert "Why nothing is due if it is let go today" in said
    assert "live opportunity" in said
    assert "brief" not in said[said.index("Why nothing") :].partition("Who let go")[0]


def test_looking_lets_nothing_go(as_alice: Client, scene: Scene) -> None:
    as_alice.get(reverse("account_release", args=[scene.acme.pk]))
    assert factories.fresh(scene.acme).owner == scene.cast.alice


def test_letting_go_leads_to_the_brief(as_alice: Client, scene: Scene) -> None:
    answer = as_alice.post(reverse("account_release", args=[scene.acme.pk]))
    handoff = moves.handoff_of(scene.acme)
    assert answer["Location"] == reverse("handoff", args=[handoff.pk])
    assert factories.fresh(scene.acme).state == "pooled"
