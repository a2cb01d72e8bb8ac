"""Which request or job is at work: written on every event (domain §10)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_origin: ContextVar[str] = ContextVar("origin", default="")


def current() -> str:
    """The name of the request or job at work, or an empty string."""
    return _origin.get()


@contextmanager
def working_as(name: str) -> Iterator[None]:
    """Names the work done inside, for instance ``command sweep``."""
    token = _origin.set(name[:100])
    try:
        yield
    finally:
        _origin.reset(token)
