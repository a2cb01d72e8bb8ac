"""The night's job as it runs in earnest: a worker process, Redis, PostgreSQL."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from accounts_app import policies
from core.models import Role, User
from handoffs.models import SweepRun
from tests.workers import Broker, comes_true, worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def in_this_database(on_redis: Broker) -> Broker:
    """The worker works where the test looks."""
    if connection.vendor != "postgresql":
        pytest.skip("no PostgreSQL: the test's SQLite lives in its own process")
    at = connection.settings_dict
    url = f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
    # From midnight on the night is due, whenever this test runs.
    environment = {**on_redis.environment, "DATABASE_URL": url, "SWEEP_AT": "00:00"}
    return replace(on_redis, environment=environment)


def test_the_worker_runs_the_night_once_however_often_beat_asks(
    in_this_database: Broker, tmp_path: Path
) -> None:
    ada = User.objects.create_user("ada", role=Role.ADMIN, email="ada@example.com")
    at = timezone.now() - dt.timedelta(days=1)
    policies.adopt(policies.propose(by=ada, at=at), by=ada, at=at)

    in_this_database.send("operations.tasks.nightly_if_due")
    in_this_database.send("operations.tasks.nightly_if_due")
    # One process takes them in order, so that this one comes when both are done.
    in_this_database.send("tests.config.jobs.leave_a_mark", str(tmp_path))
    with worker(in_this_database):
        assert comes_true((tmp_path / "done").exists)
    assert SweepRun.objects.filter(finished_at__isnull=False).count() == 1
