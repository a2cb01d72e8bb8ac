"""Signing in with a code and with a passkey, on a desk and on a phone."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from core.models import User
from tests.browser.conftest import PASSWORD, SignIn
from tests.sign_in.codes import code
from tests.sign_in.provider import provider
from tests.sign_in.test_oidc import configured

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTHS = [1280, 390]
SECOND_FACTOR = "/settings/second-factor/"
# A device of its own in the browser, which says yes to everything and knows its owner.
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def fits(page: Page) -> None:
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0


def confirm(page: Page) -> None:
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def sign_out(page: Page) -> None:
    page.locator("details.you summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in").wait_for()


def type_the_code(page: Page, secret: str, label: str, button: str) -> None:
    """Once more if the half minute ended between reading and sending."""
    for _ in range(2):
        page.get_by_label(label).fill(code(secret))
        page.get_by_role("button", name=button).click()
        page.wait_for_load_state()
        if not page.get_by_text("That code is wrong").count():
            return


def complaints_of(page: Page) -> list[str]:
    heard: list[str] = []
    page.on("console", lambda said: heard.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


@pytest.mark.parametrize("width", WIDTHS)
def test_with_an_app(width: int, sign_in: SignIn, alice: User) -> None:
    page = sign_in(alice, width)
    heard = complaints_of(page)
    page.goto(SECOND_FACTOR)
    fits(page)
    page.get_by_role("link", name="Set one up").click()
    confirm(page)
    fits(page)
    secret = page.locator("code").inner_text()
    type_the_code(page, secret, "The code that the app shows now", "Done")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    recovery = page.locator(".codes code").first.inner_text()
    fits(page)
    sign_out(page)

    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="And the second factor")).to_be_visible()
    fits(page)
    # The code of this half minute may be used already; the one on paper is not.
    page.get_by_label("Code from your app").fill(recovery)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("link", name="Today")).to_be_visible()
    assert heard == []


@pytest.mark.parametrize("width", WIDTHS)
def test_with_a_passkey(width: int, sign_in: SignIn, alice: User) -> None:
    page = sign_in(alice, width)
    heard = complaints_of(page)
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    page.goto(f"{SECOND_FACTOR}passkeys/new/")
    confirm(page)
    fits(page)
    page.get_by_label("What you call it").fill("My desk")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.get_by_role("link", name="I have them").click()
    expect(page.get_by_text("My desk").first).to_be_visible()
    fits(page)

    # By itself, without a name.
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("link", name="Today")).to_be_visible()

    # And after the password.
    sign_out(page)
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("link", name="Today")).to_be_visible()

    # It confirms as well.
    page.goto(f"{SECOND_FACTOR}codes/new/")
    page.get_by_role("link", name="Use a passkey").click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="New recovery codes?")).to_be_visible()
    assert heard == []


def test_a_device_that_says_no(sign_in: SignIn, alice: User) -> None:
    page = sign_in(alice, WIDTHS[0])
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    made = device.send(
        "WebAuthn.addVirtualAuthenticator", {"options": {**DEVICE, "isUserVerified": False}}
    )
    page.goto(f"{SECOND_FACTOR}passkeys/new/")
    confirm(page)
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_text("Nothing came of it")).to_be_visible()
    device.send("WebAuthn.setUserVerified", {**made, "isUserVerified": True})
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


def test_without_javascript_the_rest_works(sign_in: SignIn, alice: User) -> None:
    """A passkey is not even offered."""
    browser = sign_in(alice, WIDTHS[0]).context.browser
    assert browser
    base = sign_in(alice, WIDTHS[0]).url.rstrip("/")
    window = browser.new_context(java_script_enabled=False, base_url=base)
    page = window.new_page()
    page.goto("/sign-in/")
    assert not page.get_by_role("button", name="Sign in with a passkey").is_visible()
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("link", name="Today")).to_be_visible()
    page.goto(f"{SECOND_FACTOR}passkeys/new/")
    confirm(page)
    expect(page.get_by_text("Passkeys need JavaScript")).to_be_visible()
    window.close()


def test_by_the_organisations_own_sign_in(sign_in: SignIn, alice: User, settings: Settings) -> None:
    """A link, because the policy lets a form be sent to ourselves only."""
    page = sign_in(alice, WIDTHS[1])
    heard = complaints_of(page)
    with provider() as server:
        server.person = {"sub": "a", "email": alice.email, "email_verified": True}
        settings.SOCIALACCOUNT_PROVIDERS = configured(server.url)
        sign_out(page)
        fits(page)
        page.get_by_role("link", name="Sign in with Acme").click()
        expect(page.get_by_role("link", name="Today")).to_be_visible()
    assert heard == []
