"""Domain §1, cell by cell: each page and each form × everybody who might ask for it.

``ok`` is done or shown, ``no`` is refused (403), ``gone`` is not found (404), ``rule`` is somebody
who may, but whom a rule stops. Whoever is not signed in is sent to the sign-in, from everywhere.
Alice holds Acme and handed Globex and Initech on; Bob took Initech and Umbrella over; Mara leads
both; Otto and Olga are another team's.
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from core import tokens
from tests.pages.scene import NOW, Scene, signed_in

pytestmark = pytest.mark.django_db

WHO = ("alice", "bob", "otto", "mara", "olga", "finn", "ada")
OTHERS_TABLES = ("admin", "api")
OPEN_TO_ALL = {
    "healthz",
    "readyz",
    # Before somebody is signed in, and on the way out.
    "sign_in",
    "account_login",
    "sign_out",
    # Whoever has no password or forgot it has a link sent.
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    # The second step of a sign-in, and the sign-in that needs no first one.
    "mfa_authenticate",
    "mfa_login_webauthn",
    # There, back, and left on the way.
    "openid_connect_login",
    "openid_connect_callback",
    "socialaccount_login_cancelled",
}


@dataclass(frozen=True)
class Row:
    """One address, how it is asked, and what each of ``WHO`` gets."""

    name: str
    cells: str
    of: Callable[[Scene], list[Any]] = lambda scene: []
    sends: dict[str, Any] | None = None
    query: Callable[[Scene], str] = field(default=lambda scene: "")

    def url(self, scene: Scene) -> str:
        return reverse(self.name, args=self.of(scene)) + self.query(scene)

    def __str__(self) -> str:
        return f"{'POST' if self.sends is not None else 'GET'} {self.name}"


def acme(scene: Scene) -> list[Any]:
    return [scene.acme.pk]


def globex(scene: Scene) -> list[Any]:
    return [scene.entry.account_id]


def contact(scene: Scene) -> list[Any]:
    return [scene.contact.pk]


def call(scene: Scene) -> list[Any]:
    return [scene.call.pk]


def step(scene: Scene) -> list[Any]:
    return [scene.step.pk]


def card(scene: Scene) -> list[Any]:
    return [scene.card.pk]


def entry(scene: Scene) -> list[Any]:
    return [scene.entry.pk]


def owed(scene: Scene) -> list[Any]:
    return [scene.owed.pk]


def to_read(scene: Scene) -> list[Any]:
    return [scene.to_read.pk]


def first_version(scene: Scene) -> list[Any]:
    return [scene.to_read.pk, 1]


def token(scene: Scene) -> list[Any]:
    """One of Alice's, the same for all who try."""
    alice = scene.cast.alice
    mine = alice.tokens.first()
    if mine is None:
        mine, _ = tokens.issue(alice, name="Sync", scopes=["read"], by=alice, at=NOW)
    return [mine.pk]


def alices(scene: Scene) -> str:
    return f"?person={scene.cast.alice.pk}"


LOGGED = {"channel": "call", "outcome": "connected", "client_id": str(uuid.UUID(int=7))}
CARLA = {"name": "Carla", "status": "active"}
SYNC = {"name": "Sync", "may": "read", "of": "accounts", "lasts": "30"}
DEAL = {"name": "Deal", "amount": "10", "currency": "EUR"}

#                             alice bob  otto mara olga finn ada
EVERYBODY = "                 ok    ok   ok   ok   ok   ok   ok"
NOTHING_TICKED = "            rule  rule rule rule rule rule rule"
ADMINISTRATORS = "            no    no   no   no   no   no   ok"
WRITES_ON_ACME = "            ok    no   no   ok   no   no   ok"
SELLS = "                     ok    ok   ok   ok   ok   no   ok"
WROTE_THE_CALL = "            ok    no   no   ok   no   no   ok"
LOGGED_THE_CALL = "           ok    no   no   no   no   no   no"
CLAIMS = "                    rule  ok   ok   no   no   no   no"
WRITES_THE_BRIEF = "          ok    no   no   no   no   no   no"
JUDGES_THE_BRIEF = "          no    ok   no   ok   no   no   no"
OWNS_THE_TOKEN = "            ok    gone gone gone gone gone gone"
HAS_NO_FACTOR = "             gone  gone gone gone gone gone gone"
HAS_NO_PASSWORD = "           no    no   no   no   no   no   no"
READS_ALICES_PAYOUTS = "      ok    gone gone ok   gone ok   ok"

ROWS = [
    Row("home", EVERYBODY),
    Row("policy", EVERYBODY),
    Row("accounts", EVERYBODY),
    Row("accounts_export", EVERYBODY),
    Row("accounts_saved", EVERYBODY),
    Row("accounts_saved", EVERYBODY, sends={"name": "Mine", "query": "mine=on"}),
    Row("accounts_bulk", EVERYBODY),
    Row("accounts_bulk", NOTHING_TICKED, sends={}),
    Row("account", EVERYBODY, acme),
    Row("account", EVERYBODY, globex),
    Row("account_sales", EVERYBODY, acme),
    Row("account_log", WRITES_ON_ACME, acme, LOGGED),
    Row("account_log", SELLS, globex, LOGGED),
    Row("account_release", WRITES_ON_ACME, acme),
    Row("account_release", WRITES_ON_ACME, acme, {}),
    Row("contact_new", WRITES_ON_ACME, acme),
    Row("contact_new", WRITES_ON_ACME, acme, CARLA),
    Row("contact", WRITES_ON_ACME, contact),
    Row("contact", WRITES_ON_ACME, contact, CARLA),
    Row("activity", EVERYBODY, call),
    Row("activity", WROTE_THE_CALL, call, {"reason": "By mistake"}),
    Row("activity_undo", LOGGED_THE_CALL, call, {}),
    Row("quick_log", SELLS),
    Row("quick_log_on", WRITES_ON_ACME, acme),
    Row("quick_log_on", WRITES_ON_ACME, acme, LOGGED),
    Row("quick_log_on", SELLS, globex),
    Row("quick_log_on", SELLS, globex, LOGGED),
    Row("spoken_day", EVERYBODY),
    Row("search", EVERYBODY),
    Row("next_step_new", WRITES_ON_ACME, acme),
    Row("next_step_new", WRITES_ON_ACME, acme, {"what": "Call", "due_on": "2026-07-01"}),
    Row("next_step_settle", WRITES_ON_ACME, step, {"state": "done"}),
    Row("opportunity_new", WRITES_ON_ACME, acme),
    Row("opportunity_new", WRITES_ON_ACME, acme, {**DEAL, "stage": "1"}),
    Row("opportunity", EVERYBODY, card),
    Row("opportunity_change", WRITES_ON_ACME, card, DEAL),
    Row("opportunity_move", WRITES_ON_ACME, card, {"stage": "2"}),
    Row("opportunity_win", WRITES_ON_ACME, card, {"amount": "10", "currency": "EUR"}),
    Row("opportunity_lose", WRITES_ON_ACME, card, {"loss_reason": "Price"}),
    Row("pool", EVERYBODY),
    Row("claim", CLAIMS, entry, {}),
    Row("handoffs", EVERYBODY),
    Row("handoff", EVERYBODY, owed),
    Row("brief", WRITES_THE_BRIEF, owed),
    Row("brief", WRITES_THE_BRIEF, owed, {"players": "Jo decides.", "hand_in": "1"}),
    Row("brief_ask", JUDGES_THE_BRIEF, to_read),
    Row("brief_ask", JUDGES_THE_BRIEF, to_read, {"question": "Who pays?"}),
    Row("brief_judge", JUDGES_THE_BRIEF, to_read, {"accept": "1"}),
    Row("brief_judge", JUDGES_THE_BRIEF, to_read, {"reject": "1"}),
    Row("brief_version", EVERYBODY, first_version),
    Row("payouts", EVERYBODY),
    Row("theme", EVERYBODY),
    Row("theme", EVERYBODY, sends={"theme": "dark"}),
    Row("styleguide", ADMINISTRATORS),
    # Nobody of the cast has a password: they are led to have one sent, and have none to confirm.
    Row("account_change_password", EVERYBODY),
    Row("account_change_password", EVERYBODY, sends={}),
    Row("account_reauthenticate", HAS_NO_PASSWORD),
    Row("account_reauthenticate", HAS_NO_PASSWORD, sends={}),
    Row("mfa_reauthenticate", HAS_NO_PASSWORD),
    Row("mfa_reauthenticate", HAS_NO_PASSWORD, sends={}),
    Row("mfa_reauthenticate_webauthn", HAS_NO_PASSWORD),
    Row("mfa_reauthenticate_webauthn", HAS_NO_PASSWORD, sends={}),
    # Everybody sets up a second factor for themselves; what is not there cannot be shown.
    Row("mfa_index", EVERYBODY),
    Row("mfa_list_webauthn", EVERYBODY),
    Row("mfa_activate_totp", EVERYBODY),
    Row("mfa_activate_totp", EVERYBODY, sends={"code": "000000"}),
    Row("mfa_add_webauthn", EVERYBODY),
    Row("mfa_add_webauthn", EVERYBODY, sends={"name": "Key", "credential": "{}"}),
    Row("mfa_generate_recovery_codes", EVERYBODY),
    Row("mfa_generate_recovery_codes", EVERYBODY, sends={}),
    Row("mfa_deactivate_totp", HAS_NO_FACTOR),
    Row("mfa_deactivate_totp", HAS_NO_FACTOR, sends={}),
    Row("mfa_view_recovery_codes", HAS_NO_FACTOR),
    Row("mfa_download_recovery_codes", HAS_NO_FACTOR),
    Row("mfa_edit_webauthn", HAS_NO_FACTOR, lambda scene: [1]),
    Row("mfa_edit_webauthn", HAS_NO_FACTOR, lambda scene: [1], {"name": "Key"}),
    Row("mfa_remove_webauthn", HAS_NO_FACTOR, lambda scene: [1]),
    Row("mfa_remove_webauthn", HAS_NO_FACTOR, lambda scene: [1], {}),
    Row("settings", EVERYBODY),
    Row("settings", EVERYBODY, sends={"first_name": "Jo", "last_name": "", "time_zone": "UTC"}),
    Row("tokens", EVERYBODY),
    Row("tokens", EVERYBODY, sends=SYNC),
    Row("token_revoke", OWNS_THE_TOKEN, token, {}),
    Row("usersessions_list", EVERYBODY),
    Row("usersessions_list", EVERYBODY, sends={"end": "others"}),
    Row("payouts", READS_ALICES_PAYOUTS, query=alices),
]


def ask(client: Client, row: Row, scene: Scene) -> HttpResponseBase:
    url = row.url(scene)
    if row.sends is None:
        return client.get(url)
    return client.post(url, row.sends)


def cell(answer: HttpResponseBase) -> str:
    where = answer.get("Location", "")
    if where.startswith("/sign-in/"):
        return "sign in"
    if where == "/pool/":
        return "rule"
    named = {200: "ok", 302: "ok", 403: "no", 404: "gone", 422: "rule", 409: "rule"}
    return named[answer.status_code]


def undone(client: Client, row: Row, scene: Scene) -> str:
    """What the answer was; what it changed is taken back."""
    with transaction.atomic():
        answer = ask(client, row, scene)
        transaction.set_rollback(True)
    return cell(answer)


# The world is built once for all rows with the same cells: building it is what takes time.
@pytest.mark.parametrize(
    "cells", sorted({row.cells for row in ROWS}), ids=lambda cells: "-".join(cells.split())
)
def test_matrix(cells: str, scene: Scene) -> None:
    rows = [row for row in ROWS if row.cells == cells]
    clients = {who: signed_in(getattr(scene.cast, who)) for who in WHO}
    for row in rows:
        got = [undone(clients[who], row, scene) for who in WHO]
        assert dict(zip(WHO, got, strict=True)) == dict(zip(WHO, cells.split(), strict=True)), row
        assert undone(Client(), row, scene) == "sign in", row


def names_of(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    """The names of all addresses but those that have a table of their own."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            assert pattern.name, f"{pattern.pattern} has no name, so no row can be its own."
            yield pattern.name
        elif not str(pattern.pattern).startswith(OTHERS_TABLES):
            yield from names_of(pattern.url_patterns)


def test_every_address_has_its_row() -> None:
    names = set(names_of(get_resolver().url_patterns))
    assert len(names) > 20
    assert names - OPEN_TO_ALL == {row.name for row in ROWS}


def test_every_address_that_takes_a_post_has_a_row_for_it(scene: Scene) -> None:
    """Asked by an administrator with nothing filled in: whatever does not answer 405 takes one."""
    client = signed_in(scene.cast.ada)
    known = {row.name for row in ROWS if row.sends is not None}
    for row in ROWS:
        with transaction.atomic():
            answer = client.post(row.url(scene), {})
            transaction.set_rollback(True)
        assert (answer.status_code != 405) == (row.name in known), row


def drawn(html: str, url: str) -> bool:
    return f'href="{url}"' in html or f'action="{url}"' in html


# Where the button of a step is drawn, if it is drawn anywhere.
BUTTONS = {
    "account_log": "account",
    "account_release": "account",
    "contact_new": "account",
    "contact": "account",
    "next_step_new": "account",
    "next_step_settle": "account",
    "opportunity_new": "account",
    "opportunity_change": "opportunity",
    "opportunity_move": "opportunity",
    "opportunity_win": "opportunity",
    "opportunity_lose": "opportunity",
    "claim": "pool",
    "brief": "handoff",
    "brief_ask": "handoff",
    "brief_judge": "handoff",
}
BUTTON_ROWS = [row for row in ROWS if row.name in BUTTONS]


def page_with_the_button(row: Row, scene: Scene) -> str:
    page = BUTTONS[row.name]
    if page == "pool":
        return reverse(page)
    if page == "account" and row.of not in (acme, globex):
        return reverse(page, args=acme(scene))
    return reverse(page, args=row.of(scene))


def test_a_button_is_drawn_for_whom_it_works(scene: Scene) -> None:
    clients = {who: signed_in(getattr(scene.cast, who)) for who in WHO}
    for row in BUTTON_ROWS:
        page, url = page_with_the_button(row, scene), row.url(scene)
        shown = {who: drawn(clients[who].get(page).content.decode(), url) for who in WHO}
        works = {who: said == "ok" for who, said in zip(WHO, row.cells.split(), strict=True)}
        assert shown == works, row


def test_the_void_form_is_drawn_for_whom_it_works(scene: Scene) -> None:
    for who, said in zip(WHO, WROTE_THE_CALL.split(), strict=True):
        page = signed_in(getattr(scene.cast, who)).get(reverse("activity", args=call(scene)))
        assert (b"Void it" in page.content) == (said == "ok"), who


def test_politics_are_for_both_reps_and_who_leads_them(scene: Scene) -> None:
    """On the handoff, in each version, and never in the pool."""
    readers = {"alice", "bob", "mara", "ada"}
    urls = [
        reverse("handoff", args=to_read(scene)),
        reverse("brief_version", args=first_version(scene)),
    ]
    for who in WHO:
        client = signed_in(getattr(scene.cast, who))
        for url in urls:
            assert (b"the flood" in client.get(url).content) == (who in readers), (who, url)
        assert b"the flood" not in client.get(reverse("pool")).content


def test_what_was_earned_shows_to_those_who_read_payouts(scene: Scene) -> None:
    """On the handoff's page too: 600.00 EUR are Alice's for the first sale (6 % of 10,000)."""
    url = reverse("handoff", args=[scene.sale.account.handoffs.get().pk])
    for who, said in zip(WHO, READS_ALICES_PAYOUTS.split(), strict=True):
        page = signed_in(getattr(scene.cast, who)).get(url).content
        assert (b"600.00" in page) == (said == "ok"), who
