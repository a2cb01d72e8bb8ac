"""Web server, worker and beat as one foreground process group, for a small office."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand, CommandParser

LOOK_EVERY_SECONDS = 0.3
STOP_WITHIN_SECONDS = 30.0

Children = dict[str, subprocess.Popen[bytes]]


class Command(BaseCommand):
    """Serve until a signal comes (exit 0) or one of the three processes ends by itself (exit 1)."""

    help = "Runs the web server, the worker and beat together, in the foreground."
    requires_migrations_checks = True

    def add_arguments(self, parser: CommandParser) -> None:
        """The address to serve on."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *, host: str, port: int, **_options: Any) -> None:
        """Prepare what serving needs, then start all three and watch them."""
        refuse_a_taken_port(host, port)
        call_command("createcachetable", verbosity=0)
        if not settings.DEBUG:
            call_command("collectstatic", interactive=False, verbosity=0)
        self.stdout.write(f"Steward is at http://{host}:{port}/ (stop it with Ctrl-C)")
        dead = run_together(commands(host, port))
        if dead is not None:
            raise CommandError(f"The {dead} ended by itself; the others were stopped.")


def commands(host: str, port: int) -> dict[str, list[str]]:
    """What to run, by the name that a person knows it by."""
    celery = [sys.executable, "-m", "celery", "--app", "config", "--quiet"]
    return {
        "web server": [
            *(sys.executable, "-m", "gunicorn", "config.wsgi"),
            *("--bind", f"{host}:{port}", "--worker-class", "gthread"),
            *("--workers", "2", "--threads", "4", "--log-level", "warning"),
            "--no-control-socket",
        ],
        "worker": [*celery, "worker", "--loglevel", "WARNING", "--concurrency", "2"],
        "beat": [*celery, "beat", "--loglevel", "WARNING"],
    }


def run_together(wanted: Mapping[str, list[str]]) -> str | None:
    """Run all until a signal (None) or until one ends (its name); afterwards none is left."""
    # SIGTERM takes the way that SIGINT takes anyway.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    children: Children = {}
    try:
        for name, command in wanted.items():
            children[name] = subprocess.Popen(command, cwd=settings.BASE_DIR)
        return first_dead(children)
    except KeyboardInterrupt:
        return None
    finally:
        stop(children)


def first_dead(children: Children) -> str:
    """Wait, for as long as it takes, until one of the children ends; its name."""
    while True:
        for name, child in children.items():
            if child.poll() is not None:
                return name
        time.sleep(LOOK_EVERY_SECONDS)


def stop(children: Children) -> None:
    """Ask all to end and wait; whoever still runs after `STOP_WITHIN_SECONDS` is killed.

    Killing is safe: a message is acknowledged after the work, and the next night finishes what
    this one did not (domain §4).
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    for child in children.values():
        child.terminate()
    deadline = time.monotonic() + STOP_WITHIN_SECONDS
    for child in children.values():
        try:
            child.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def refuse_a_taken_port(host: str, port: int) -> None:
    """Say so before anything starts, instead of in the middle of gunicorn's log."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise CommandError(f"{host}:{port} cannot be used: {error}.") from error
