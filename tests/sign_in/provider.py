"""A small provider of OpenID Connect, which speaks real HTTP on this machine.

It signs in whoever ``person`` says, without asking, and is as strict as a real one about what a
client sends.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

CLIENT = ("steward", "hush")


class Provider(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.person: dict[str, Any] = {}
        self.broken = False
        self.nonsense = False
        self.audience = CLIENT[0]
        self.asked: dict[str, dict[str, str]] = {}
        self.tokens: set[str] = set()

    def id_token(self) -> str:
        now = int(time.time())
        claims = {"iss": self.url, "aud": self.audience, "iat": now, "exp": now + 60}
        return jwt.encode({**claims, **self.person}, "x" * 32, algorithm="HS256")


class Answer(BaseHTTPRequestHandler):
    server: Provider

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its word
        """Nobody reads it."""

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        if self.server.broken:
            self._say({}, HTTPStatus.BAD_GATEWAY)
        elif address.path == "/.well-known/openid-configuration":
            self._say(self._configuration())
        elif address.path == "/authorize":
            self._authorize(query)
        elif address.path == "/userinfo":
            known = self.headers["Authorization"].removeprefix("Bearer ") in self.server.tokens
            person = {"sub": ""} if self.server.nonsense else self.server.person
            self._say(person if known else {}, 200 if known else 401)

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        sent = {
            name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()
        }
        asked = self.server.asked.pop(sent.get("code", ""), None)
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        is_client = (sent.get("client_id"), sent.get("client_secret")) == CLIENT
        if not asked or not is_client or asked["code_challenge"] != proof:
            return self._say({"error": "invalid_grant"}, HTTPStatus.BAD_REQUEST)
        token = secrets.token_hex()
        self.server.tokens.add(token)
        return self._say(
            {"access_token": token, "token_type": "Bearer", "id_token": self.server.id_token()}
        )

    def _configuration(self) -> dict[str, Any]:
        names = ("authorization", "token", "userinfo")
        paths = ("/authorize", "/token", "/userinfo")
        ends = {
            f"{name}_endpoint": self.server.url + path
            for name, path in zip(names, paths, strict=True)
        }
        methods = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
        return {"issuer": self.server.url, "jwks_uri": f"{self.server.url}/jwks", **ends, **methods}

    def _authorize(self, query: dict[str, str]) -> None:
        code = secrets.token_hex()
        self.server.asked[code] = query
        self.send_response(HTTPStatus.FOUND)
        back = urlencode({"code": code, "state": query["state"]})
        self.send_header("Location", f"{query['redirect_uri']}?{back}")
        self.end_headers()

    def _say(self, body: dict[str, Any], status: int = HTTPStatus.OK) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


@contextmanager
def provider() -> Iterator[Provider]:
    """One that runs for as long as it is needed."""
    with Provider() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
