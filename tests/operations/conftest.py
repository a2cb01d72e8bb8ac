"""What the tests of commands share."""

import pytest
from django.db import connections

from tests.operations.terminal import Terminal


@pytest.fixture
def run(db: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    # A command closes the connection when it is done; here the test's transaction is open on it.
    monkeypatch.setattr(connections, "close_all", lambda: None)
    return Terminal(capsys)
