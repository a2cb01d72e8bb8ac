"""A terminal: commands are called with words, and what they say is read."""

from typing import NamedTuple

import pytest
from django.core.management import load_command_class


class Said(NamedTuple):
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


class Terminal:
    """Calls a command with words, as ``manage.py`` does: wrong words end it with 2, a rule with 1.

    Any other exception is a fault, and comes through.
    """

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, name: str, *words: str) -> Said:
        self.capsys.readouterr()
        code = self._run(["manage.py", name, *words, "--skip-checks"])
        return Said(code, *self.capsys.readouterr())

    def _run(self, words: list[str]) -> int:
        try:
            load_command_class("operations", words[1]).run_from_argv(words)
        except SystemExit as ended:
            return int(str(ended.code))
        return 0
