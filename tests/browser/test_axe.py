"""axe finds nothing to mend on any page, light or dark, on the desktop and on a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page

from core import preferences
from tests.browser.conftest import SignIn
from tests.pages.scene import build
from tests.pages.test_queries import addresses

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}


def faults(page: Page) -> list[str]:
    """One line per rule that is broken, with the first element that breaks it."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]


@pytest.mark.parametrize("width", [1280, 390])
def test_no_page_has_a_fault(width: int, sign_in: SignIn) -> None:
    scene = build()
    page = sign_in(scene.cast.alice, width)
    urls = [*addresses(scene).values(), reverse("accounts") + "?column=quiet&column=region"]
    for theme in ("light", "dark"):
        preferences.choose_theme(scene.cast.alice, theme=theme)
        for url in urls:
            page.goto(url)
            assert faults(page) == [], f"{url}, {theme}"


@pytest.mark.parametrize("width", [1280, 390])
def test_no_page_of_the_way_in_has_a_fault(width: int, sign_in: SignIn) -> None:
    page = sign_in(build().cast.alice, width)
    page.context.clear_cookies()
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        for url in ("/sign-in/", "/password/", "/password/sent/", "/password/1-x-y/"):
            page.goto(url)
            assert faults(page) == [], f"{url}, {theme}"


def test_a_fault_would_be_found(sign_in: SignIn) -> None:
    page = sign_in(build().cast.alice, 1280)
    page.evaluate("document.querySelector('main').innerHTML = '<img src=x><input>'")
    assert {line.split(":")[0] for line in faults(page)} >= {"image-alt", "label"}


@pytest.mark.parametrize("who", ["mara", "finn", "ada"])
def test_nobodys_first_page_has_a_fault(who: str, sign_in: SignIn) -> None:
    scene = build()
    page = sign_in(getattr(scene.cast, who), 1280)
    urls = ["/", reverse("pool"), reverse("handoffs")]
    for url in [*urls, reverse("styleguide")] if who == "ada" else urls:
        page.goto(url)
        assert faults(page) == [], url
