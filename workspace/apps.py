"""The workspace app."""

from django.apps import AppConfig


class WorkspaceConfig(AppConfig):
    """Pages and endpoints that join the floors below."""

    name = "workspace"
