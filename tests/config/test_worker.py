"""A real Celery worker process takes a job from a real broker."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.conf import settings
from redis import Redis

WORKER_STARTS_WITHIN_SECONDS = 60


@dataclass(frozen=True)
class Broker:
    """Where jobs are put, and the environment in which a worker finds them."""

    url: str
    options: dict[str, Any]
    environment: dict[str, str]
    queue: str

    def send(self, job: str, folder: Path) -> None:
        sender = Celery(broker=self.url)
        sender.conf.broker_transport_options = self.options
        sender.send_task(f"tests.config.jobs.{job}", args=[str(folder)], queue=self.queue)
        sender.close()


@pytest.fixture
def embedded(tmp_path: Path) -> Broker:
    queue, control = tmp_path / "broker" / "queue", tmp_path / "broker" / "control"
    for folder in (queue, control):
        folder.mkdir(parents=True)
    options = {
        "data_folder_in": str(queue),
        "data_folder_out": str(queue),
        "control_folder": str(control),
    }
    unset = dict.fromkeys(("DATABASE_URL", "REDIS_URL", "SECRET_KEY"), "")
    return Broker("filesystem://", options, {**unset, "VAR_DIR": str(tmp_path)}, "steward-test")


@pytest.fixture
def on_redis(redis_url: str, tmp_path: Path) -> Iterator[Broker]:
    # A queue of its own: whoever else works on this Redis must not take the job.
    queue = f"steward-test-{uuid.uuid4()}"
    yield Broker(redis_url, {}, {"VAR_DIR": str(tmp_path)}, queue)
    with Redis.from_url(redis_url) as client:
        client.delete(*client.scan_iter(f"*{queue}*"))


@contextmanager
def worker(broker: Broker) -> Iterator[None]:
    command = [sys.executable, "-m", "celery", "--app", "config", "worker", "--concurrency", "1"]
    command += ["--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
    command += ["--queues", broker.queue, "--include", "tests.config.jobs"]
    process = subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **broker.environment},
    )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(30)
        finally:
            process.kill()


def appears(file: Path) -> bool:
    deadline = time.monotonic() + WORKER_STARTS_WITHIN_SECONDS
    while not file.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    return file.exists()


@pytest.mark.parametrize("job", ["leave_a_mark", "die_at_first"])
def test_a_job_goes_through_redis_even_when_its_process_dies(
    job: str, on_redis: Broker, tmp_path: Path
) -> None:
    on_redis.send(job, tmp_path)
    with worker(on_redis):
        assert appears(tmp_path / "done")


def test_a_job_goes_through_the_embedded_broker(embedded: Broker, tmp_path: Path) -> None:
    embedded.send("leave_a_mark", tmp_path)
    with worker(embedded):
        assert appears(tmp_path / "done")
