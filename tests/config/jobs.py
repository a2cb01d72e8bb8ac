"""Two jobs for the test with a real worker; `--include` makes them known to it."""

import os
import signal
from pathlib import Path

from celery import shared_task


@shared_task
def leave_a_mark(folder: str) -> None:
    """Make the file `done`."""
    Path(folder, "done").touch()


@shared_task
def die_at_first(folder: str) -> None:
    """Kill the process that runs this, the way a full memory would; the second time, be done."""
    if not Path(folder, "tried").exists():
        Path(folder, "tried").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    leave_a_mark(folder)
