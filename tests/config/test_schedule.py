"""What beat asks for exists, and a question nobody answered is not asked twice."""

from config.celery import app


def test_beat_asks_for_jobs_that_the_worker_knows() -> None:
    app.loader.import_default_modules()
    asked = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert asked == {"operations.tasks.nightly_if_due"}
    assert asked <= set(app.tasks)


def test_a_question_expires_when_the_next_one_comes() -> None:
    for entry in app.conf.beat_schedule.values():
        assert entry["options"]["expires"] == entry["schedule"].total_seconds()


def test_a_message_is_acknowledged_after_the_work() -> None:
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
