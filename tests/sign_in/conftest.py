"""Alice with a password, and the mail that was sent."""

from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client

from core.entrance.post import POSTMAN
from core.models import User

PASSWORD = "correct horse battery staple"
Posted = Callable[[], list[mail.EmailMessage]]


@pytest.fixture
def alice(alice: User) -> User:
    alice.set_password(PASSWORD)
    alice.save(update_fields=["password"])
    return alice


@pytest.fixture
def inside(alice: User) -> Client:
    """A browser in which Alice has signed in."""
    client = Client(headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"})
    assert client.post("/sign-in/", {"login": "alice", "password": PASSWORD}).status_code == 302
    return client


@pytest.fixture
def posted() -> Posted:
    """What the postman has delivered, once he is done with what he was given."""

    def delivered() -> list[mail.EmailMessage]:
        POSTMAN.submit(int).result(timeout=10)
        return mail.outbox

    return delivered
