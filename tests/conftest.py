"""What all tests share: the triggers that a flush must pass, generated examples, real files."""

import os
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from hypothesis import settings as hypothesis_settings
from pytest_django import Settings
from redis import Redis

from core import triggers
from core.models import User
from tests import factories
from tests.factories import Cast
from tests.races import on_file
from tests.workers import Broker

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


@pytest.fixture(autouse=True)
def _counts_begin_anew(settings: Settings) -> None:
    """Limits on guessing are counted in the cache, which outlives a test: on Redis always."""
    apart = {"KEY_PREFIX": f"tests-{uuid.uuid4()}"}
    settings.CACHES = {"default": {**settings.CACHES["default"], **apart}}


@pytest.fixture
def cast(db: None) -> Cast:
    """Alice, Bob, Mara, Finn, Ada, Otto and Olga; see tests/factories.py."""
    return factories.cast()


@pytest.fixture
def alice(db: None) -> User:
    return factories.alice()


@pytest.fixture
def bob(db: None) -> User:
    return factories.bob()


@pytest.fixture
def mara(db: None) -> User:
    return factories.mara()


@pytest.fixture
def finn(db: None) -> User:
    return factories.finn()


@pytest.fixture
def ada(db: None) -> User:
    return factories.ada()


@pytest.fixture
def otto(db: None) -> User:
    return factories.otto()


@pytest.fixture
def olga(db: None) -> User:
    return factories.olga()


@pytest.fixture
def real_connections(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """What is written can be seen by other threads, see tests/races.py."""
    if connection.vendor != "sqlite":
        yield
        return
    with on_file(tmp_path / "race.sqlite3"):
        yield


@pytest.fixture
def real_locks(real_connections: None) -> None:
    """For the controls of the races: locks that can be switched off."""
    if connection.vendor != "postgresql":
        pytest.skip("no PostgreSQL: on SQLite the lock is the transaction itself")


@pytest.fixture(scope="session")
def maven() -> Path:
    """The folder of the real Maven CRM files."""
    return _real_files("maven_crm")


@pytest.fixture(scope="session")
def salesforce() -> Path:
    """The folder of the real files of a Salesforce workshop."""
    return _real_files("sfdc_workshop")


@pytest.fixture(scope="session")
def northwind() -> Path:
    """The folder of the real Northwind files."""
    return _real_files("northwind")


def _real_files(name: str) -> Path:
    """Real files are never part of the project; without them the test is skipped."""
    folder = Path(settings.BASE_DIR).parent / "shared" / "data" / name
    if not folder.is_dir():
        pytest.skip(f"the real files ../shared/data/{name} are not beside the checkout")
    return folder


@pytest.fixture(scope="session")
def redis_url() -> str:
    """The address of the real Redis; without one the test is skipped."""
    if settings.ENVIRONMENT.redis_url is None:
        pytest.skip("no Redis: REDIS_URL is not set")
    return str(settings.ENVIRONMENT.redis_url)


@pytest.fixture
def on_redis(redis_url: str, tmp_path: Path) -> Iterator[Broker]:
    """The real Redis as a broker, with a queue of its own: nobody else must take the job."""
    queue = f"steward-test-{uuid.uuid4()}"
    yield Broker(url=redis_url, queue=queue, environment={"VAR_DIR": str(tmp_path)})
    with Redis.from_url(redis_url) as client:
        client.delete(*client.scan_iter(f"*{queue}*"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say by name, in the last lines, what was skipped and for want of what."""
    skipped = terminalreporter.stats.get("skipped", [])
    if not skipped:
        return
    names = Counter(
        (report.nodeid.partition("[")[0], report.longrepr[2].removeprefix("Skipped: "))
        for report in skipped
    )
    terminalreporter.section("skipped")
    for (name, reason), times in sorted(names.items()):
        terminalreporter.line(f"{name} ({times}): {reason}")
