"""What a browser is told to allow, and light or dark as one likes."""

import pytest
from django.test import Client
from django.urls import reverse

from core.models import Theme
from tests.pages.scene import Scene, signed_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/sign-in/", "/", "/admin/", "/api/v1/docs/", "/nowhere/"])
def test_nothing_inline_and_nothing_from_elsewhere_is_let_in(scene: Scene, path: str) -> None:
    answer = signed_in(scene.cast.ada).get(path)
    policy = answer["Content-Security-Policy"]
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split(";")}
    assert rules["default-src"] == ["'none'"]
    assert rules["script-src"] == rules["style-src"] == ["'self'"]
    assert "unsafe" not in policy
    assert "camera=()" in answer["Permissions-Policy"]


def test_the_pages_follow_the_device_until_one_chooses(scene: Scene) -> None:
    client = signed_in(scene.cast.alice)
    assert b"data-theme" not in client.get("/").content
    client.post(reverse("theme"), {"theme": "dark"})
    page = client.get("/").content
    assert b'data-theme="dark"' in page
    client.post(reverse("theme"), {"theme": ""})
    assert b"data-theme" not in client.get("/").content


def test_choosing_leads_back_to_the_page_that_was_shown(scene: Scene) -> None:
    answer = signed_in(scene.cast.alice).post(
        reverse("theme"), {"theme": "light", "back": "/pool/?after=3"}
    )
    assert answer["Location"] == "/pool/?after=3"


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "javascript:x", ""])
def test_choosing_never_leads_elsewhere(scene: Scene, back: str) -> None:
    answer = signed_in(scene.cast.alice).post(reverse("theme"), {"theme": "light", "back": back})
    assert answer["Location"] == "/"


def test_no_other_theme(scene: Scene) -> None:
    answer = signed_in(scene.cast.alice).post(reverse("theme"), {"theme": "neon"})
    assert answer.status_code == 409
    scene.cast.alice.refresh_from_db()
    assert scene.cast.alice.theme == Theme.DEVICE


def test_a_stranger_has_no_theme(client: Client) -> None:
    assert b"data-theme" not in client.get("/sign-in/").content


def test_the_style_guide_shows_every_piece(scene: Scene) -> None:
    page = signed_in(scene.cast.ada).get(reverse("styleguide")).content.decode()
    for piece in ("meter-bar", "ribbon-strip", 'class="map"', "stepper", "payout-head", "hole"):
        assert piece in page
