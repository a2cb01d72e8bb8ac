"""The core room: who we are and what happened."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.module_loading import autodiscover_modules

from core import searching, triggers


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "People and record"

    def ready(self) -> None:
        autodiscover_modules("receivers", "entrance.listeners")
        pre_migrate.connect(triggers.before_migrate, sender=self)
        post_migrate.connect(triggers.after_migrate, sender=self)
        pre_migrate.connect(searching.before_migrate, sender=self)
        post_migrate.connect(searching.after_migrate, sender=self)
