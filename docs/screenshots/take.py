"""Takes a picture of each page: ``make screenshots`` while ``make demo`` runs.

Each page on a desktop and on a phone, in light; the first pages in the dark too.
"""

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).parent
CHROMIUM = "/usr/bin/chromium"
OPTIONS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
PASSWORD = "steward-demo"  # noqa: S105 - printed by the demo, for an invented company
WIDTHS = {"desktop": 1280, "phone": 390}
HEIGHT = 844

# Who looks, the picture's name, the address, and the first link of that page to follow, if any.
SHOTS = (
    ("alice", "today", "/", ""),
    ("alice", "accounts", "/accounts/?sort=soonest", ""),
    ("alice", "account", "/accounts/?mine=on&sort=soonest", "tbody th a"),
    ("alice", "pool", "/pool/", ""),
    ("alice", "handoffs", "/handoffs/", ""),
    ("alice", "handoff", "/handoffs/", "tbody th a"),
    ("alice", "payouts", "/payouts/", ""),
    ("alice", "policy", "/policy/", ""),
    ("mara", "today-manager", "/", ""),
    ("ada", "styleguide", "/styleguide/", ""),
)
IN_THE_DARK = ("today", "account")


def main(address: str) -> None:
    """Raises if a page does not answer, so that no picture of an error is kept."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        for who in dict.fromkeys(shot[0] for shot in SHOTS):
            for device, width in WIDTHS.items():
                page = signed_in(browser, address, who, width)
                for _, name, path, link in (shot for shot in SHOTS if shot[0] == who):
                    take(page, address + path, link, f"{name}-{device}")
                    if name in IN_THE_DARK:
                        page.emulate_media(color_scheme="dark")
                        take(page, address + path, link, f"{name}-{device}-dark")
                        page.emulate_media(color_scheme="light")
        browser.close()


def signed_in(browser: Browser, address: str, who: str, width: int) -> Page:
    window = browser.new_context(viewport={"width": width, "height": HEIGHT})
    page = window.new_page()
    page.goto(f"{address}/sign-in/")
    page.locator("[name=login], [name=username]").first.fill(who)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.get_by_role("heading", name="Today").wait_for()
    return page


def take(page: Page, url: str, link: str, name: str) -> None:
    answer = page.goto(url)
    if answer is None or not answer.ok:
        raise SystemExit(f"{url} does not answer as it should.")
    if link:
        page.locator(link).first.click()
        page.wait_for_load_state()
    page.screenshot(path=HERE / f"{name}.png")


if __name__ == "__main__":
    main(sys.argv[1])
