"""Settings, addresses and the job runner: what joins the floors into one program."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
