"""The pipeline room."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string


class PipelineConfig(AppConfig):
    name = "pipeline"
    verbose_name = "Pipeline"

    def ready(self) -> None:
        post_migrate.connect(import_string("pipeline.stages.make_first_stages"), sender=self)
