"""Searching from the keyboard and on a phone."""

import pytest
from playwright.sync_api import expect

from core.models import User
from tests import factories
from tests.browser.conftest import SignIn
from tests.browser.test_axe import faults
from tests.browser.test_loop import DESKTOP, PHONE, complaints_of, fits

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_it_shows_while_one_types_and_leads_there(width: int, sign_in: SignIn, alice: User) -> None:
    factories.contact(factories.owned(alice, name="Globex"), "Carla Cortez")
    page = sign_in(alice, width)
    complaints = complaints_of(page)
    page.wait_for_load_state()
    page.keyboard.press("/")
    field = page.get_by_role("searchbox", name="Search")
    expect(field).to_be_focused()
    field.press_sequentially("gobex")
    expect(page.locator("#found").get_by_role("link", name="Globex")).to_be_visible()
    fits(page)
    assert faults(page) == []
    field.fill("cort")
    page.locator("#found").get_by_role("link", name="Carla Cortez").click()
    expect(page.get_by_role("heading", name="Globex")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("Control+k")
    expect(field).to_be_focused()
    field.fill("globex")
    field.press("Enter")
    page.wait_for_url("**/search/?q=globex")
    expect(page.locator("#results").get_by_role("link", name="Globex")).to_be_visible()
    fits(page)
    assert complaints == []
