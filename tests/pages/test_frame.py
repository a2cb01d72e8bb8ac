"""The frame of every page: where one can go, what is loaded, and what a refusal looks like."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.pages.scene import Scene, signed_in
from tests.permissions.test_page_matrix import ROWS

pytestmark = pytest.mark.django_db

TEMPLATES = Path(settings.BASE_DIR) / "templates"
FRAGMENTS = {"spoken_day"}
# A data block (application/json) is never run.
INLINE = re.compile(
    r"<style|\sstyle=|<script(?![^>]*\ssrc=)(?![^>]*\stype=.application/json)"
    r"|\son\w+=|javascript:",
    re.IGNORECASE,
)
FROM_ELSEWHERE = re.compile(r"""(?:src|href|action|hx-get|hx-post)=["']?(?:https?:)?//""")


def pages(scene: Scene) -> dict[str, str]:
    """Every page as Alice, or as somebody who may see it, sees it."""
    found = {}
    for who in ("alice", "bob"):
        client = signed_in(getattr(scene.cast, who))
        for row in ROWS:
            is_page = row.sends is None and row.name not in FRAGMENTS
            answer = client.get(row.url(scene)) if is_page else None
            if answer is not None and answer.status_code == 200 and not answer.streaming:
                found[f"{who} {row.name} {row.url(scene)}"] = answer.content.decode()
    return found


def test_nothing_is_inline_and_nothing_comes_from_elsewhere(scene: Scene) -> None:
    found = pages(scene)
    assert len(found) > 25
    for name, html in found.items():
        assert not INLINE.search(html), name
        assert not FROM_ELSEWHERE.search(html), name


def test_something_inline_would_be_seen() -> None:
    assert INLINE.search('<p style="color: red">')
    assert INLINE.search("<script>alert(1)</script>")
    assert INLINE.search('<a onclick="x()">')
    assert not INLINE.search('<script src="/static/a.js" defer></script>')
    assert not INLINE.search('<script id="data" type="application/json">{}</script>')
    assert FROM_ELSEWHERE.search('<link href="//cdn.example/a.css">')


def test_each_page_has_one_heading_and_a_title(scene: Scene) -> None:
    for name, html in pages(scene).items():
        assert html.count("<h1") == 1, name
        assert re.search(r"<title>\s*\S", html), name


def test_every_form_that_posts_carries_its_token(scene: Scene) -> None:
    for name, html in pages(scene).items():
        for form in re.findall(r'<form[^>]*method="post".*?</form>', html, re.DOTALL):
            assert "csrfmiddlewaretoken" in form, name


def test_every_field_has_a_label(scene: Scene) -> None:
    for name, html in pages(scene).items():
        labelled = set(re.findall(r'<label[^>]*\sfor="([^"]+)"', html))
        fields = re.findall(r"<(?:input|select|textarea)([^>]*)>", html)
        for field in fields:
            if 'type="hidden"' in field or 'type="submit"' in field:
                continue
            number = re.search(r'\sid="([^"]+)"', field)
            assert number, (name, field)
            assert number[1] in labelled, (name, field)


def test_where_one_is_is_marked(scene: Scene) -> None:
    url = reverse("account", args=[scene.acme.pk])
    html = signed_in(scene.cast.alice).get(url).content.decode()
    marked = re.findall(r'<a href="([^"]+)"[^>]*aria-current="page"', html)
    assert marked == ["/accounts/"]


def test_htmx_evaluates_nothing(scene: Scene) -> None:
    html = signed_in(scene.cast.alice).get("/").content.decode()
    assert '"allowEval": false' in html
    assert '"includeIndicatorStyles": false' in html


def test_administration_is_for_administrators(scene: Scene) -> None:
    for person in scene.cast:
        html = signed_in(person).get("/").content.decode()
        assert ('href="/admin/"' in html) == (person.role == "admin")


def test_not_found_says_so(scene: Scene) -> None:
    answer = signed_in(scene.cast.alice).get("/accounts/987654/")
    assert answer.status_code == 404
    assert b"There is nothing here" in answer.content


def test_not_found_for_a_stranger_too(client: Client) -> None:
    assert client.get("/nowhere/").status_code == 404


def test_what_may_not_be_done_says_why(scene: Scene) -> None:
    url = reverse("contact_new", args=[scene.acme.pk])
    answer = signed_in(scene.cast.bob).get(url)
    assert answer.status_code == 403
    assert b"Bob may not write on Acme." in answer.content


def test_what_a_rule_stops_says_why(scene: Scene) -> None:
    """A release needs a holder: twice the same button."""
    client, url = signed_in(scene.cast.alice), reverse("account_release", args=[scene.acme.pk])
    assert client.post(url).status_code == 302
    answer = client.post(url)
    assert answer.status_code == 409
    assert b"Nobody holds Acme." in answer.content
