"""The quick log in a real browser: three taps and a line, from wherever one is."""

import pytest
from playwright.sync_api import Page, expect

from accounts_app.models import Account
from core.models import User
from pipeline.models import Activity, NextStep, StepState
from tests import factories
from tests.browser.conftest import SignIn
from tests.browser.test_axe import faults
from tests.browser.test_loop import DESKTOP, PHONE, complaints_of, days_ago, fits

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def accounts(live_server: object, alice: User) -> None:
    factories.policy()
    for name in ("Acme", "Globex"):
        factories.owned(alice, name=name, since=days_ago(75))
    Account.objects.filter(name="Globex").update(warned_on=days_ago(1), pool_on=days_ago(-15))


def open_log(page: Page, width: int) -> None:
    page.wait_for_load_state()
    if width == DESKTOP:
        page.keyboard.press("l")
    else:
        page.get_by_role("navigation").get_by_role("link", name="Log").click()
    expect(page.get_by_role("dialog")).to_be_visible()


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.usefixtures("accounts")
def test_three_taps_and_a_line(width: int, sign_in: SignIn, alice: User) -> None:
    page = sign_in(alice, width)
    complaints = complaints_of(page)
    page.goto("/pool/")
    open_log(page, width)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Log with Globex")).to_be_visible()
    fits(page)
    assert faults(page) == []
    dialog.get_by_text("Spoke with somebody", exact=True).click()
    dialog.get_by_label("In a line").fill("They want a second line.")
    dialog.get_by_role("button", name="Log", exact=True).click()
    expect(page.get_by_text("Logged with Globex. Goes to the pool on")).to_be_visible()
    assert page.url.endswith("/pool/")
    fits(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone: nothing is logged with Globex.")).to_be_visible()
    assert page.url.endswith("/pool/")
    assert Activity.objects.get().voided_at
    assert complaints == []


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.usefixtures("accounts")
def test_another_account_a_mistake_and_a_step(width: int, sign_in: SignIn, alice: User) -> None:
    page = sign_in(alice, width)
    open_log(page, width)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Another account").fill("cme")
    dialog.get_by_role("link", name="Acme").click()
    expect(dialog.get_by_role("heading", name="Log with Acme")).to_be_visible()
    dialog.get_by_label("In a line").fill("A long story")
    dialog.get_by_role("button", name="Log", exact=True).click()
    expect(dialog.get_by_text("Tap what came of it.")).to_be_visible()
    expect(dialog.get_by_label("In a line")).to_have_value("A long story")
    dialog.get_by_text("Left a message", exact=True).click()
    dialog.get_by_text("And then? A next step").click()
    dialog.get_by_label("What is next?").fill("Call again")
    dialog.get_by_label("By when?").fill("3/4")
    expect(dialog.get_by_text("write the month as a word")).to_be_visible()
    dialog.get_by_label("By when?").fill("14 March 2099")
    expect(dialog.get_by_text("→ Saturday 14 March 2099")).to_be_visible()
    fits(page)
    dialog.get_by_role("button", name="Log", exact=True).click()
    expect(page.get_by_text("The clock did not move: a message left is no answer")).to_be_visible()
    step = NextStep.objects.get()
    assert (step.what, step.state) == ("Call again", StepState.OPEN)


@pytest.mark.usefixtures("accounts")
def test_escape_closes_it_and_a_key_in_a_field_is_a_letter(sign_in: SignIn, alice: User) -> None:
    page = sign_in(alice, DESKTOP)
    open_log(page, DESKTOP)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.goto("/accounts/")
    page.get_by_role("searchbox", name="Name").press("l")
    expect(page.get_by_role("searchbox", name="Name")).to_have_value("l")
    expect(page.get_by_role("dialog")).to_be_hidden()


@pytest.mark.usefixtures("accounts")
def test_more_holds_what_the_bar_has_no_room_for(sign_in: SignIn, alice: User) -> None:
    page = sign_in(alice, PHONE)
    page.get_by_role("navigation").get_by_text("More").click()
    page.get_by_role("link", name="Payouts").click()
    page.wait_for_url("**/payouts/")
    fits(page)
