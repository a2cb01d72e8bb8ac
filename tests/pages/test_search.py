"""The page of the search: what stands beside each name, and where it leads."""

import pytest
from django.test import Client
from django.urls import reverse

from handoffs import closing
from tests import factories
from tests.factories import at
from tests.pages.scene import Scene, on, signed_in
from tests.pages.test_account import words

pytestmark = pytest.mark.django_db


def shown(client: Client, typed: str) -> tuple[str, str]:
    """What is found, as html and in words."""
    html = client.get(reverse("search"), {"q": typed}).content.decode()
    found = html[html.index('id="results"') : html.index("</main>")]
    return found, words(f"<{found}".encode())


@pytest.fixture
def as_bob(scene: Scene) -> Client:
    return signed_in(scene.cast.bob)


def test_an_account_with_who_holds_it(as_bob: Client, scene: Scene) -> None:
    html, said = shown(as_bob, "acm")
    assert f'href="/accounts/{scene.acme.pk}/"' in html
    assert "Acme Alice" in said


def test_a_pooled_and_a_closed_one_are_marked(as_bob: Client, scene: Scene) -> None:
    assert "Globex ○ In the pool nobody holds it" in shown(as_bob, "globex")[1]
    account = factories.owned(scene.cast.alice, name="Vandelay", since=on(-1))
    closing.close(account, because="no_need", by=scene.cast.alice, at=at(on(0)))
    assert "Vandelay ■ Closed nobody holds it" in shown(as_bob, "vandel")[1]


def test_a_contact_and_an_opportunity_with_their_account(as_bob: Client, scene: Scene) -> None:
    html, said = shown(as_bob, "carla")
    assert f'href="/accounts/{scene.acme.pk}/?people=all#people-title"' in html
    assert "Carla Buyer, Acme Alice" in said
    html, said = shown(as_bob, "new line")
    assert f'href="/opportunities/{scene.card.pk}/"' in html
    assert "New line Acme, prospecting Alice" in said


def test_a_slip_of_the_finger_is_forgiven(as_bob: Client) -> None:
    assert "Initech" in shown(as_bob, "Intiech")[1]


def test_nothing_found_says_what_to_do(as_bob: Client) -> None:
    assert "Nothing is called that, or nearly that." in shown(as_bob, "qqqqqq")[1]
    assert "are found by any part" in shown(as_bob, "")[1]


def test_what_was_typed_and_names_smuggle_no_markup(as_bob: Client, scene: Scene) -> None:
    factories.owned(scene.cast.alice, name="<script>alert(1)</script>", since=on(1))
    html = as_bob.get(reverse("search"), {"q": "<script>"}).content.decode()
    assert "<script>alert" not in html
    assert 'value="&lt;script&gt;"' in html


def test_every_page_has_the_field_and_the_search_page_one_only(as_bob: Client) -> None:
    assert as_bob.get("/").content.count(b'data-key="/"') == 1
    assert as_bob.get(reverse("search")).content.count(b'data-key="/"') == 1
