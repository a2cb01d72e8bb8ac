"""The worker's door to the night: beat knocks, the database says whether it is time."""

from celery import shared_task
from django.utils import timezone

from core import origin
from core.days import day_of
from core.models import User
from operations import nightly


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def nightly_if_due() -> None:
    """Runs tonight's steps once ``SWEEP_AT`` has passed, unless they are done."""
    now = timezone.now()
    if nightly.is_due(now):
        with origin.working_as("task nightly"):
            nightly.run(day_of(now), now=now, by=User.objects.system())
