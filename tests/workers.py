"""A real Celery worker process on a real broker, for tests that need one."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from celery import Celery
from django.conf import settings

STARTS_WITHIN_SECONDS = 60


@dataclass(frozen=True)
class Broker:
    """Where jobs are put, and the environment in which a worker finds them."""

    url: str
    queue: str
    environment: dict[str, str]
    options: dict[str, Any] = field(default_factory=dict)

    def send(self, job: str, *args: str) -> None:
        """Put one job into the queue."""
        sender = Celery(broker=self.url)
        sender.conf.broker_transport_options = self.options
        sender.send_task(job, args=args, queue=self.queue)
        sender.close()


@contextmanager
def worker(broker: Broker) -> Iterator[None]:
    """A worker process for as long as the block lasts."""
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


def comes_true(asked: Callable[[], bool]) -> bool:
    """Ask until the answer is yes, for as long as a worker may need to start."""
    deadline = time.monotonic() + STARTS_WITHIN_SECONDS
    while not (answer := asked()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return answer
