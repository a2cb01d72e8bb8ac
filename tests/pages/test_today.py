"""Today: what to do now, what falls quiet, what is new; each for whom it concerns."""

import pytest
from django.test import Client
from django.urls import reverse

from core.models import User
from pipeline import next_steps
from tests import factories
from tests.factories import at
from tests.handoffs import moves
from tests.pages.scene import NOW, Scene, on, signed_in
from workspace.today_page import MOST, today_page

pytestmark = pytest.mark.django_db


def said(person: User) -> str:
    html = signed_in(person).get("/").content.decode()
    return " ".join(html.split())


def test_steps_of_the_next_week_are_due_soonest_first(scene: Scene) -> None:
    alice = scene.cast.alice
    for what, days in (("Later", 3), ("Late", -1), ("Today", 0), ("Far", 8)):
        next_steps.set_step(scene.acme, what=what, due_on=on(2 + days), by=alice, at=at(on(1)))
    steps = today_page(alice, at=NOW).steps
    assert [(due.step.what, due.when, due.is_overdue) for due in steps] == [
        ("Late", "1 day ago", True),
        ("Today", "today", False),
        ("Later", "in 3 days", False),
        ("Send the offer", "in 7 days", False),
    ]


def test_a_step_goes_with_the_account_unless_somebody_is_named(scene: Scene) -> None:
    alice, bob = scene.cast.alice, scene.cast.bob
    next_steps.set_step(
        scene.acme, what="Ask the lab", due_on=on(3), by=alice, at=at(on(1)), assignee=bob
    )
    assert "Ask the lab" not in said(alice)
    assert "Ask the lab" in said(bob)
    assert "Send the offer" not in said(bob)


def test_a_step_is_done_from_here(scene: Scene) -> None:
    client = signed_in(scene.cast.alice)
    url = reverse("next_step_settle", args=[scene.step.pk])
    assert client.post(url, {"state": "done", "back": "/"})["Location"] == "/"
    assert today_page(scene.cast.alice, at=NOW).steps == []


def test_handoffs_wait_for_whose_turn_it_is(scene: Scene) -> None:
    alices = [handoff.pk for handoff, _ in today_page(scene.cast.alice, at=NOW).handoffs]
    bobs = [handoff.pk for handoff, _ in today_page(scene.cast.bob, at=NOW).handoffs]
    assert scene.owed.pk in alices
    assert scene.to_read.pk in bobs
    assert scene.to_read.pk not in alices


def test_the_pool_of_the_last_week_is_new(scene: Scene) -> None:
    assert [entry.pk for entry in today_page(scene.cast.bob, at=NOW).new_in_pool] == [
        scene.entry.pk
    ]
    week_later = at(on(11))
    assert today_page(scene.cast.bob, at=week_later).new_in_pool == []


def test_managers_see_the_warnings_of_their_teams(scene: Scene) -> None:
    quiet = factories.owned(scene.cast.alice, name="Quiet", since=on(-75))
    moves.sweep_on(on(1))
    quiet.refresh_from_db()
    assert quiet.warned_on == on(1)
    assert "Quiet" in said(scene.cast.mara)
    assert "Quiet" not in said(scene.cast.olga)


def test_administrators_see_how_the_night_went(scene: Scene) -> None:
    assert "The sweep of" in said(scene.cast.ada)
    assert "The sweep of" not in said(scene.cast.alice)


def test_lists_end_however_much_there_is(scene: Scene) -> None:
    alice = scene.cast.alice
    for number in range(MOST + 3):
        factories.owned(alice, name=f"Held {number}", since=on(1))
        next_steps.set_step(scene.acme, what="Call", due_on=on(3), by=alice, at=at(on(1)))
    page = today_page(alice, at=NOW)
    assert len(page.mine) == len(page.steps) == MOST


def test_nothing_to_do_says_what_will_be_here(client: Client, scene: Scene) -> None:
    text = said(scene.cast.finn)
    assert "Nothing is due." in text
    assert "You hold no account." in text
