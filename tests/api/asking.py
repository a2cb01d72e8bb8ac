"""A program that asks: with a token of somebody's, in JSON."""

import itertools
import json
from typing import Any

from django.test import Client
from django.utils import timezone

from core import tokens
from core.models import User

BASE = "/api/v1"
_numbers = itertools.count(1)


class Asking:
    """Sends and reads JSON in somebody's name. Every POST has a key of its own unless told."""

    def __init__(self, token: str | None) -> None:
        self.client = Client(raise_request_exception=True)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(self._url(path), query, headers=self.headers)

    def post(self, path: str, body: Any = None, *, key: str | None = "") -> Any:
        key = f"key-{next(_numbers)}" if key == "" else key
        keyed = {"Idempotency-Key": key} if key else {}
        return self.send("post", path, {} if body is None else body, headers=keyed)

    def patch(self, path: str, body: Any) -> Any:
        return self.send("patch", path, body)

    def send(
        self,
        method: str,
        path: str,
        body: Any,
        *,
        headers: dict[str, str] | None = None,
        media: str = "application/json",
    ) -> Any:
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.client.generic(
            method.upper(),
            self._url(path),
            text,
            content_type=media,
            headers={**self.headers, **(headers or {})},
        )

    def _url(self, path: str) -> str:
        return path if path.startswith(("http", "/api")) else f"{BASE}{path}"


def asks(user: User, *scopes: str) -> Asking:
    """Somebody's program, which may do everything unless scopes are named."""
    return Asking(token_of(user, *scopes))


def token_of(user: User, *scopes: str) -> str:
    given = scopes or ("write",)
    return tokens.issue(user, name="test", scopes=given, by=user, at=timezone.now())[1]


def nobody() -> Asking:
    """A program without a token."""
    return Asking(None)
