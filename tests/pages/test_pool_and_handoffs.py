"""The pool, claims, handoffs and briefs, as pages."""

import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from core.models import User
from handoffs.models import BriefState, Handoff
from tests import factories
from tests.factories import days_on
from tests.handoffs import moves
from tests.pages.scene import Scene, on, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_alice(scene: Scene) -> Client:
    return signed_in(scene.cast.alice)


@pytest.fixture
def as_bob(scene: Scene) -> Client:
    return signed_in(scene.cast.bob)


def words(html: bytes) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html.decode()).split())


def text(client: Client, name: str, *args: int) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return words(answer.content)


def entries(client: Client, query: str = "") -> list[str]:
    """The names in the pool, as listed."""
    html = client.get(reverse("pool") + query).content.decode()
    return re.findall(r'id="entry-title-\d+">\s*<a href="[^"]+">([^<]+)</a>', html)


# The pool


def test_the_pool_says_why_and_whose_it_was(as_bob: Client) -> None:
    said = text(as_bob, "pool")
    assert (
        "Globex Small Fell quiet : in the pool since 31 May 2026, quiet since 2 March 2026" in said
    )
    assert "Alice held it last." in said
    assert "Taken over: 2 March 2026 ◀ this one counts" in said
    assert "Alice earns 5 % of the first sale within 365 days" in said


def test_it_says_what_was_sold_there_less_what_was_taken_back(as_bob: Client, scene: Scene) -> None:
    account = scene.entry.account
    factories.take_back(factories.sale(account, amount=900, on=on(-100)), amount=100, on=on(0))
    factories.take_back(factories.sale(account, amount=500, on=on(-90)), on=on(0))
    assert "Sold there so far: 800.00 EUR in 1 sale, the last on 20 February 2026." in text(
        as_bob, "pool"
    )


def test_the_brief_so_far_is_shown_without_politics(as_bob: Client, scene: Scene) -> None:
    moves.handed_in(scene.owed, on=on(1), players="Jo decides.", politics="Never say flood.")
    said = text(as_bob, "pool")
    assert "The brief so far: handed in" in said
    assert "Jo decides." in said
    assert "flood" not in said


def test_a_former_holder_is_told_from_when(as_alice: Client) -> None:
    assert "Alice held Globex until 2026-05-31 and may claim it again from 2027-06-01." in text(
        as_alice, "pool"
    )


def test_finance_is_told_who_claims(scene: Scene) -> None:
    said = text(signed_in(scene.cast.finn), "pool")
    assert "Reps claim from the pool, and managers who hold accounts." in said


def test_a_claim_leads_to_the_account(as_bob: Client, scene: Scene, bob: User) -> None:
    answer = as_bob.post(reverse("claim", args=[scene.entry.pk]))
    assert answer["Location"] == reverse("account", args=[scene.entry.account_id])
    assert factories.fresh(scene.entry.account).owner == bob
    assert entries(as_bob) == []


def test_who_comes_second_is_told_who_was_first(as_bob: Client, scene: Scene) -> None:
    signed_in(scene.cast.otto).post(reverse("claim", args=[scene.entry.pk]))
    answer = as_bob.post(reverse("claim", args=[scene.entry.pk]), follow=True)
    assert "Otto claimed Globex on 2026-06-02." in words(answer.content)
    assert "The pool is empty." in words(answer.content)


def test_the_pool_goes_on_where_it_ended(as_bob: Client, alice: User) -> None:
    names = []
    for number in range(23):
        account = factories.owned(alice, name=f"Free {number:02}", since=on(-9))
        moves.released(account, on=on(-8))
        names.append(account.name)
    first = entries(as_bob)
    assert len(first) == 20
    html = as_bob.get(reverse("pool")).content.decode()
    onwards = re.search(r'rel="next"\s+href="([^"]+)"', html)
    assert onwards
    rest = entries(as_bob, onwards[1].replace("&amp;", "&"))
    assert sorted(first + rest) == sorted([*names, "Globex"])


# Handoffs


def test_owed_briefs_come_first_with_their_day(as_alice: Client, scene: Scene) -> None:
    said = text(as_alice, "handoffs")
    turn = said[said.index("Your turn") : said.index("All of yours")]
    assert "Globex You write the brief by 7 June 2026." in turn
    assert "Initech" not in turn


def test_who_has_a_brief_to_read_is_told_so(as_bob: Client) -> None:
    said = text(as_bob, "handoffs")
    turn = said[said.index("Your turn") : said.index("All of yours")]
    assert "Initech You read the brief by 7 June 2026." in turn


def test_others_have_none(scene: Scene) -> None:
    said = text(signed_in(scene.cast.otto), "handoffs")
    assert "Nothing waits for you." in said
    assert "Globex" not in said


def test_a_handoff_shows_its_tracks_and_turns(as_alice: Client, scene: Scene) -> None:
    said = text(as_alice, "handoff", scene.to_read.pk)
    assert "Transfer ✓ In the pool 31 May 2026 ■ Transferred 31 May 2026" in said
    assert "Brief ✓ Owed 31 May 2026 ● Handed in 31 May 2026" in said
    assert "Bob reads the brief by 7 June 2026." in said
    assert "Bob talks to the customer." in said


def test_it_says_what_stands_in_the_way(as_alice: Client, scene: Scene) -> None:
    said = text(as_alice, "handoff", scene.owed.pk)
    assert "What stands in the way now" in said
    assert "a brief that Alice handed in by its due day: there is none." in said


def test_what_was_earned_stands_by_its_terms(as_alice: Client, scene: Scene) -> None:
    said = text(as_alice, "handoff", moves.handoff_of(scene.sale.account).pk)
    assert "5 % first sale + 1 % for letting go early = 6 % of 10,000.00 EUR = 600.00 EUR" in said


def test_a_first_sale_is_told_to_those_who_may_not_read_what_it_earned(
    as_bob: Client, scene: Scene
) -> None:
    handoff = moves.handoff_of(scene.sale.account)
    said = text(as_bob, "handoff", handoff.pk)
    assert f"The first sale was on {scene.sale.booked_on:%-d %B %Y}." in said
    assert "it takes a first sale" not in said
    assert "600.00 EUR" not in said


def test_a_first_sale_is_awaited_for_as_long_as_it_would_count(scene: Scene) -> None:
    soylent, day = factories.owned(name="Soylent"), days_on(31)
    factories.engage(soylent, on=days_on(1))
    handoff = moves.claimed(moves.released(soylent, on=days_on(30)), on=day)
    moves.accepted(moves.handed_in(handoff, on=day), on=day)
    with time_machine.travel(factories.at(days_on(31 + 365)), tick=False):
        last_day = text(signed_in(scene.cast.bob), "handoff", handoff.pk)
    with time_machine.travel(factories.at(days_on(31 + 366)), tick=False):
        day_after = text(signed_in(scene.cast.bob), "handoff", handoff.pk)
    assert "it takes a first sale." in last_day
    assert "No first sale came in its time." in day_after


# The brief


def written(client: Client, handoff: Handoff, **sent: str) -> int:
    return client.post(reverse("brief", args=[handoff.pk]), sent).status_code


def state(handoff: Handoff) -> str:
    return moves.again(handoff).brief_state


def test_a_new_brief_begins_with_the_contact_map(as_alice: Client, scene: Scene) -> None:
    account = scene.owed.account
    factories.contact(account, "Jo Berg", on=on(0), title="Buyer", roles=["decision_maker"])
    factories.contact(account, "Gone", on=on(0), status="left")
    html = as_alice.get(reverse("brief", args=[scene.owed.pk])).content.decode()
    assert "Jo Berg, Buyer: decision maker" in html
    assert "Gone" not in html


def test_it_is_kept_as_typed_and_found_again(as_alice: Client, scene: Scene) -> None:
    assert written(as_alice, scene.owed, players="Jo\ndecides.", save="1") == 302
    assert state(scene.owed) == BriefState.OWED
    assert b"Jo\ndecides." in as_alice.get(reverse("brief", args=[scene.owed.pk])).content


def test_handed_in_it_is_a_version(as_alice: Client, scene: Scene) -> None:
    written(as_alice, scene.owed, players="Jo", save="1")
    assert written(as_alice, scene.owed, players="Jo decides.", hand_in="1") == 302
    assert state(scene.owed) == BriefState.HANDED_IN
    said = text(as_alice, "handoff", scene.owed.pk)
    assert "2 versions kept" in said
    assert "Jo" in text(as_alice, "brief_version", scene.owed.pk, 1)


def test_an_empty_one_is_not_handed_in_and_what_was_typed_stays(
    as_alice: Client, scene: Scene
) -> None:
    url = reverse("brief", args=[scene.owed.pk])
    answer = as_alice.post(url, {"promises": "A visit.", "hand_in": "1"})
    assert answer.status_code == 422
    assert b"A brief says something on the players" in answer.content
    assert b"A visit." in answer.content
    assert state(scene.owed) == BriefState.OWED


def test_an_accepted_one_is_not_written_any_more(as_alice: Client, scene: Scene) -> None:
    moves.accepted(scene.to_read, on=on(1))
    url = reverse("brief", args=[scene.to_read.pk])
    answer = as_alice.post(url, {"players": "More.", "hand_in": "1"})
    assert answer.status_code == 422
    assert b"The brief is accepted." in answer.content
    assert (
        b"Write the brief" not in as_alice.get(reverse("handoff", args=[scene.to_read.pk])).content
    )


def test_who_asks_for_more_gets_it_back(as_bob: Client, as_alice: Client, scene: Scene) -> None:
    url = reverse("brief_ask", args=[scene.to_read.pk])
    assert as_bob.post(url, {"question": "Who pays?"}).status_code == 302
    assert state(scene.to_read) == BriefState.MORE_NEEDED
    assert "Who pays?" in text(as_alice, "handoff", scene.to_read.pk)
    assert "You answer what was asked." in text(as_alice, "handoffs")
    assert written(as_alice, scene.to_read, players="Jo pays.", hand_in="1") == 302
    assert state(scene.to_read) == BriefState.HANDED_IN


def test_asking_nothing_asks_nothing(as_bob: Client, scene: Scene) -> None:
    url = reverse("brief_ask", args=[scene.to_read.pk])
    assert as_bob.post(url, {"question": " "}).status_code == 422
    assert state(scene.to_read) == BriefState.HANDED_IN


@pytest.mark.parametrize(
    ("button", "becomes"), [("accept", BriefState.ACCEPTED), ("reject", BriefState.NOT_USABLE)]
)
def test_it_is_judged_once(button: str, becomes: BriefState, as_bob: Client, scene: Scene) -> None:
    url = reverse("brief_judge", args=[scene.to_read.pk])
    assert as_bob.post(url, {button: "1"}).status_code == 302
    assert state(scene.to_read) == becomes
    assert as_bob.post(url, {"accept": "1"}).status_code == 409


def test_a_verdict_that_is_none_judges_nothing(as_bob: Client, scene: Scene) -> None:
    assert as_bob.post(reverse("brief_judge", args=[scene.to_read.pk]), {}).status_code == 409
    assert state(scene.to_read) == BriefState.HANDED_IN
