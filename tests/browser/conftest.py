"""Debian's Chromium, driven by playwright. Where there is none, the tests say so by name."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from core.models import User

CHROMIUM = Path("/usr/bin/chromium")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
PASSWORD = "correct horse battery staple"
SLOWEST_MS = 20_000

SignIn = Callable[[User, int], Page]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for a file of tests: its event loop must not outlive them in this thread."""
    if os.environ.get("STEWARD_NO_BROWSER"):
        pytest.skip("left out on request: STEWARD_NO_BROWSER is set")
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium: {CHROMIUM} is not there")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, which Django would take for ours.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def sign_in(live_server: LiveServer, chromium: Browser) -> Iterator[SignIn]:
    """Opens a window of its own for a person, of that width, and signs them in."""
    windows = []

    def open_window(user: User, width: int) -> Page:
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
        window = chromium.new_context(
            viewport={"width": width, "height": 844}, base_url=live_server.url
        )
        windows.append(window)
        page = window.new_page()
        page.set_default_timeout(SLOWEST_MS)
        page.goto("/sign-in/")
        page.get_by_label("Username").fill(user.username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_role("link", name="Today").wait_for()
        return page

    yield open_window
    for window in windows:
        window.close()
