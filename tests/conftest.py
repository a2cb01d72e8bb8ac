"""What all tests share: the triggers that a flush must pass, generated examples, real files."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import settings as hypothesis_settings

from core import triggers

# No deadline: the first example of a test pays for imports and connections.
hypothesis_settings.register_profile("quick", deadline=None, max_examples=50)
hypothesis_settings.register_profile("ci", deadline=None, max_examples=200)
hypothesis_settings.load_profile("ci" if os.environ.get("CI") else "quick")


@pytest.fixture(autouse=True)
def _flush_passes_the_triggers(request: pytest.FixtureRequest) -> Iterator[None]:
    """Take the append-only triggers down before a transactional test's flush.

    On SQLite the flush is a DELETE, which they refuse; the flush's own post_migrate puts them
    back. PostgreSQL truncates, which they do not see.
    """
    if not _is_transactional(request):
        yield
        return
    # Requested here so that it is torn down, and flushes, after this fixture.
    request.getfixturevalue("transactional_db")
    yield
    triggers.drop_all()


def _is_transactional(request: pytest.FixtureRequest) -> bool:
    marker = request.node.get_closest_marker("django_db")
    by_marker = marker is not None and marker.kwargs.get("transaction", False)
    return by_marker or bool({"transactional_db", "live_server"} & set(request.fixturenames))


@pytest.fixture(scope="session")
def maven() -> Path:
    """The folder of the real Maven CRM files, which are never part of the project."""
    folder = Path(settings.BASE_DIR).parent / "shared" / "data" / "maven_crm"
    if not folder.is_dir():
        pytest.skip("the real files ../shared/data/maven_crm are not beside the checkout")
    return folder


@pytest.fixture(scope="session")
def redis_url() -> str:
    """The address of the real Redis; without one the test is skipped."""
    if settings.ENVIRONMENT.redis_url is None:
        pytest.skip("no Redis: REDIS_URL is not set")
    return str(settings.ENVIRONMENT.redis_url)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say by name, in the last lines, what was skipped and for want of what."""
    skipped = terminalreporter.stats.get("skipped", [])
    if not skipped:
        return
    terminalreporter.section("skipped")
    for report in skipped:
        reason = report.longrepr[2].removeprefix("Skipped: ")
        terminalreporter.line(f"{report.nodeid}: {reason}")
