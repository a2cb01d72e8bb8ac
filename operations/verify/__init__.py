"""Checks every invariant on the live data. It changes nothing.

Each check yields what is off, as a code and a sentence; no finding is the only good answer. The
rules themselves are asked again from the facts, never from what is stored.
"""

from collections.abc import Iterator

from operations.verify import accounts, handoffs, money, pipeline, record
from operations.verify.findings import Check, Finding

CHECKS: tuple[Check, ...] = (
    *record.CHECKS,
    *accounts.CHECKS,
    *pipeline.CHECKS,
    *handoffs.CHECKS,
    *money.CHECKS,
)


def verify() -> Iterator[Finding]:
    """Everything that is off, check after check."""
    for check in CHECKS:
        yield from check()
