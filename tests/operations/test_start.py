"""`manage.py start`: three processes, one group, all or none."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError

from operations.management.commands import start

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def _signals_kept() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def embedded(var_dir: Path) -> dict[str, str]:
    """This environment, with the embedded set-up in a folder of its own."""
    services = {"DATABASE_URL": "", "REDIS_URL": "", "SECRET_KEY": ""}
    return {
        **os.environ,
        **services,
        "VAR_DIR": str(var_dir),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


def status_within(seconds: float, url: str, process: subprocess.Popen[str]) -> int | None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=seconds) as answer:  # noqa: S310  # our own address
                return int(answer.status)
        except OSError:  # refused, reset or too slow: ask again until the time is up
            time.sleep(0.2)
    return None


@pytest.fixture
def migrated(tmp_path: Path) -> Path:
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=settings.BASE_DIR, env=embedded(tmp_path), timeout=120, check=True)
    return tmp_path


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_a_signal_and_leaves_nothing_running(
    number: signal.Signals, migrated: Path
) -> None:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "start", "--port", str(port)],
        cwd=settings.BASE_DIR,
        env=embedded(migrated),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        assert status_within(120, f"http://127.0.0.1:{port}/sign-in/", process) == 200
        assert status_within(60, f"http://127.0.0.1:{port}/readyz", process) == 200
        process.send_signal(number)
        output, _ = process.communicate(timeout=start.STOP_WITHIN_SECONDS + 10)
    finally:
        killed = kill_group(process.pid)
        process.wait()
        process.stdout.close()
    assert process.returncode == 0, output
    assert output.startswith(f"Steward is at http://127.0.0.1:{port}/")
    assert "Traceback" not in output
    assert not killed, "a child outlived its parent"


def kill_group(group: int) -> bool:
    """Whether there was still anybody to kill."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.usefixtures("_signals_kept")
def test_a_child_that_ends_by_itself_stops_the_others() -> None:
    short = [sys.executable, "-c", ""]
    began = time.monotonic()
    assert start.run_together({"worker": SLEEPER, "beat": short}) == "beat"
    assert time.monotonic() - began < 30


@pytest.mark.usefixtures("_signals_kept")
def test_a_child_that_will_not_stop_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "STOP_WITHIN_SECONDS", 0.5)
    deaf = (
        "import signal,time; signal.signal(15, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE)
    assert child.stdout is not None
    with child.stdout:
        child.stdout.readline()
    start.stop({"worker": child})
    assert child.returncode == -signal.SIGKILL


def test_a_taken_port_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=f"127.0.0.1:{port} cannot be used"):
            start.refuse_a_taken_port("127.0.0.1", port)


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_that_is_none_is_refused(port: int) -> None:
    with pytest.raises(CommandError, match="cannot be used"):
        start.refuse_a_taken_port("127.0.0.1", port)
