"""The time zones there are, by their names in the IANA list."""

from functools import cache
from zoneinfo import available_timezones


@cache
def zones() -> frozenset[str]:
    """Without ``localtime``: that is the machine's, no name."""
    return frozenset(available_timezones() - {"localtime"})
