"""What goes wrong leaves its traceback where the one who runs it looks."""

import subprocess
import sys

from django.conf import settings

FAIL = """
import django; django.setup()
from django.test import RequestFactory
from django.core.handlers.exception import response_for_exception
request = RequestFactory().get("/boom/")
try:
    raise ZeroDivisionError("the boiler")
except ZeroDivisionError as error:
    response_for_exception(request, error)
"""


def test_a_fault_is_written_to_standard_error() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FAIL],
        cwd=settings.BASE_DIR,
        env={"DJANGO_SETTINGS_MODULE": "tests.settings", "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "ZeroDivisionError: the boiler" in done.stderr
    assert "/boom/" in done.stderr
