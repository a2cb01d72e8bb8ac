"""The loop, as two reps live it: an account falls quiet, changes hands, and both are better off."""

import datetime as dt

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from core.days import today
from core.models import User
from tests import factories
from tests.browser.conftest import SignIn
from tests.handoffs import moves
from tests.incentives import earnings

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DESKTOP, PHONE = 1280, 390


def days_ago(days: int) -> dt.date:
    return today() - dt.timedelta(days=days)


def fits(page: Page) -> None:
    """Nothing is wider than the window."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def go_to(page: Page, name: str) -> None:
    """By the rail; on a phone what its bar has no room for is behind More."""
    rail = page.get_by_role("navigation", name="Main")
    if not rail.get_by_role("link", name=name).is_visible():
        rail.get_by_text("More").click()
    rail.get_by_role("link", name=name).click()


def complaints_of(*pages: Page) -> list[str]:
    """What the browser complains of from now on: scripts that fail, things that are not found."""
    said: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            said.append(message.text)

    for page in pages:
        page.on("console", listen)
        page.on("pageerror", lambda error: said.append(str(error)))
    return said


@pytest.fixture
def swept(live_server: object) -> None:
    """Alice held Acme for ninety days and heard nothing; it was swept last night."""
    factories.policy()
    earnings.plan()
    earnings.commission_plan()
    account = factories.owned(name="Acme", since=days_ago(91))
    factories.engage(account, on=days_ago(91))
    moves.swept(account, on=days_ago(1))


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.usefixtures("swept")
def test_the_loop(width: int, sign_in: SignIn, alice: User, bob: User) -> None:
    his, hers = sign_in(bob, width), sign_in(alice, width)
    complaints = complaints_of(his, hers)

    # Bob finds it in the pool, sees why, and claims it.
    go_to(his, "Pool")
    his.get_by_text("Why it is here").click()
    expect(his.get_by_text("this one counts")).to_be_visible()
    fits(his)
    his.get_by_role("button", name="Claim Acme").click()
    expect(his.locator("#holder")).to_contain_text("Bob since")
    fits(his)

    # Alice hands in what only she knows.
    go_to(hers, "Handoffs")
    hers.get_by_role("link", name="Write the brief").click()
    hers.get_by_label("Players").fill("Jo decides.")
    hers.get_by_label("Policies").fill("Two offers.")
    fits(hers)
    hers.get_by_role("button", name="Hand in").click()
    expect(hers.get_by_text("The brief is handed in.")).to_be_visible()
    fits(hers)

    # Bob reads and accepts it.
    go_to(his, "Handoffs")
    his.get_by_role("link", name="Acme").first.click()
    expect(his.get_by_text("Jo decides.")).to_be_visible()
    his.get_by_role("button", name="Accept").click()
    expect(his.get_by_text("The brief is accepted.")).to_be_visible()

    # He calls: three taps and a line.
    his.get_by_role("link", name="The account", exact=True).click()
    his.get_by_text("Spoke with somebody", exact=True).click()
    his.get_by_label("In a line").fill("Jo wants a second line.")
    his.locator("#log").get_by_role("button", name="Log", exact=True).click()
    expect(his.get_by_text("Logged with Acme.")).to_be_visible()
    expect(his.locator("#timeline").get_by_text("Jo wants a second line.")).to_be_visible()

    # He wins an opportunity.
    his.get_by_role("link", name="Open one").click()
    his.get_by_label("What is it about?").fill("Second line")
    his.get_by_role("button", name="Open it").click()
    his.get_by_role("link", name="Second line").click()
    fits(his)
    his.get_by_label("For how much?").fill("20000")
    his.get_by_role("button", name="It is won").click()
    expect(his.get_by_text("Second line is won")).to_be_visible()

    # Alice sees her two lines, to be redone with a pencil.
    go_to(hers, "Payouts")
    incentive = hers.locator("#incentive")
    expect(incentive.get_by_text("5 % first sale of 20,000.00 EUR = 1,000.00 EUR")).to_be_visible()
    expect(
        incentive.get_by_text("3 % accelerator (sold on day 0 of 60) of 20,000.00 EUR = 600.00 EUR")
    ).to_be_visible()
    expect(incentive.get_by_role("heading").locator("xpath=../strong")).to_have_text("1,600.00 EUR")
    fits(hers)

    # And Bob's commission is what it would have been anyway.
    go_to(his, "Payouts")
    expect(his.locator("#commission").get_by_text("8 % (default rate)")).to_contain_text("1,600.00")
    assert complaints == []


@pytest.mark.usefixtures("swept")
def test_the_timeline_is_filtered_without_leaving_the_page(sign_in: SignIn, bob: User) -> None:
    page = sign_in(bob, DESKTOP)
    page.get_by_role("link", name="Accounts", exact=True).click()
    page.get_by_role("link", name="Acme").click()
    expect(page.locator("#timeline li")).to_have_count(1)
    page.evaluate("window.stayed = true")
    page.get_by_label("Channel").select_option("visit")
    expect(page.locator("#timeline li")).to_have_count(0)
    assert page.evaluate("window.stayed")
    assert "channel=visit" in page.url


@pytest.mark.usefixtures("swept")
def test_logging_does_not_leave_the_page(sign_in: SignIn, bob: User) -> None:
    page = sign_in(bob, PHONE)
    page.goto("/accounts/")
    page.get_by_role("link", name="Acme").click()
    page.evaluate("window.stayed = true")
    page.get_by_label("In a line").fill("Nobody there")
    page.get_by_role("button", name="Log", exact=True).click()
    expect(page.get_by_text("Tap what came of it.")).to_be_visible()
    expect(page.get_by_label("In a line")).to_have_value("Nobody there")
    page.get_by_text("No answer", exact=True).click()
    page.get_by_role("button", name="Log", exact=True).click()
    expect(page.get_by_text("Nobody's clock moves while it is in the pool.")).to_be_visible()
    expect(page.locator("#timeline li")).to_have_count(2)
    assert page.evaluate("window.stayed")
