"""Two at once, on real connections, and the switch that turns the locks off for the control."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from django.db import connection
from django.db.models import QuerySet

WAITS_SECONDS = 0.5
"""How long the first waits for the second, who never comes where a lock holds them back."""

_T = TypeVar("_T")


def at_once(*jobs: Callable[[], _T]) -> list[_T | BaseException]:
    """What each job returned or raised; each has a thread and a connection of its own."""
    with ThreadPoolExecutor(len(jobs)) as threads:
        running = [threads.submit(_on_its_own_connection, job) for job in jobs]
    return [each.exception() or each.result() for each in running]


def _on_its_own_connection(job: Callable[[], _T]) -> _T:
    try:
        return job()
    finally:
        connection.close()


def meet_in(
    monkeypatch: pytest.MonkeyPatch,
    place: Any,
    name: str,
    barrier: threading.Barrier | None = None,
) -> list[str]:
    """Two who have come through this function (and read what they need) go on together; with a
    ``barrier`` of two functions, one who came through each. Gives the list of who came."""
    really, meeting = getattr(place, name), barrier or threading.Barrier(2)
    came: list[str] = []

    def meet(*args: Any, **kwargs: Any) -> Any:
        came.append(threading.current_thread().name)
        found = really(*args, **kwargs)
        if isinstance(found, Iterator):
            found = iter(list(found))
        _wait(meeting)
        return found

    monkeypatch.setattr(place, name, meet)
    return came


def _wait(barrier: threading.Barrier) -> None:
    try:
        barrier.wait(WAITS_SECONDS)
    except threading.BrokenBarrierError:
        return


def slow_down(monkeypatch: pytest.MonkeyPatch, place: Any, name: str) -> None:
    """Whoever comes to this function leaves the other some time."""
    really = getattr(place, name)

    def rest(*args: Any, **kwargs: Any) -> Any:
        time.sleep(WAITS_SECONDS / 2)
        return really(*args, **kwargs)

    monkeypatch.setattr(place, name, rest)


def unlock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: rows are read as ever, and not locked. For PostgreSQL only; on SQLite the lock
    is the transaction itself."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **kwargs: rows.all())


@contextmanager
def on_file(path: Path) -> Iterator[None]:
    """The tests' SQLite lives in memory, where connections of several threads do not mix as they
    do in a file. Inside, everybody works on a copy in a file."""
    connection.ensure_connection()
    in_memory, name = connection.connection, connection.settings_dict["NAME"]
    with sqlite3.connect(path) as file:
        in_memory.backup(file)
    file.close()
    connection.connection, connection.settings_dict["NAME"] = None, str(path)
    try:
        yield
    finally:
        connection.close()
        connection.connection, connection.settings_dict["NAME"] = in_memory, name
