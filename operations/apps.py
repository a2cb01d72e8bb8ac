"""The operations app."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """The night's steps, imports, checks, and the commands that run them."""

    name = "operations"
