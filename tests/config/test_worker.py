"""A real Celery worker process takes a job from a real broker."""

from pathlib import Path

import pytest

from tests.workers import Broker, comes_true, worker


@pytest.fixture
def embedded(tmp_path: Path) -> Broker:
    queue, control = tmp_path / "broker" / "queue", tmp_path / "broker" / "control"
    for folder in (queue, control):
        folder.mkdir(parents=True)
    unset = dict.fromkeys(("DATABASE_URL", "REDIS_URL", "SECRET_KEY"), "")
    return Broker(
        url="filesystem://",
        queue="steward-test",
        environment={**unset, "VAR_DIR": str(tmp_path)},
        options={
            "data_folder_in": str(queue),
            "data_folder_out": str(queue),
            "control_folder": str(control),
        },
    )


@pytest.mark.parametrize("job", ["leave_a_mark", "die_at_first"])
def test_a_job_goes_through_redis_even_when_its_process_dies(
    job: str, on_redis: Broker, tmp_path: Path
) -> None:
    on_redis.send(f"tests.config.jobs.{job}", str(tmp_path))
    with worker(on_redis):
        assert comes_true((tmp_path / "done").exists)


def test_a_job_goes_through_the_embedded_broker(embedded: Broker, tmp_path: Path) -> None:
    embedded.send("tests.config.jobs.leave_a_mark", str(tmp_path))
    with worker(embedded):
        assert comes_true((tmp_path / "done").exists)
