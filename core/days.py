"""Days in the organisation's time zone, and arithmetic on days in SQL (domain §9)."""

import datetime as dt
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateField, Func
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone

FAR = dt.date(9000, 1, 1)
"""Stands for 'without an end'. Far enough for every window, near enough for date arithmetic."""


def day_of(at: dt.datetime) -> dt.date:
    """The organisation's calendar day of an aware instant."""
    return timezone.localtime(at, timezone.get_default_timezone()).date()


def start_of(day: dt.date) -> dt.datetime:
    """The first instant of a day in the organisation's time zone."""
    return moment(day, dt.time.min)


def end_of(day: dt.date) -> dt.datetime:
    """The instant at which a day ends: the first of the next one."""
    return start_of(day + dt.timedelta(days=1))


def moment(day: dt.date, time: dt.time) -> dt.datetime:
    """A wall-clock time of a day, in the organisation's time zone, as a UTC instant.

    On the day when the clock goes forward a time that does not exist is moved on by the gap;
    when it goes back, the first of the two is meant.
    """
    wall = dt.datetime.combine(day, time, tzinfo=timezone.get_default_timezone())
    return wall.astimezone(dt.UTC)


def today() -> dt.date:
    """Today's date. For the outermost doors only: verbs take their day as an argument."""
    return day_of(timezone.now())


class DaysLater(Func):
    """``DaysLater(day, n)``: the day n days after, NULL if either is NULL.

    ``F(int) * timedelta`` cannot be had on SQLite, hence a function of our own.
    """

    output_field = DateField()

    def __init__(self, day: Any, days: Any, **extra: Any) -> None:
        super().__init__(day, days, output_field=DateField(), **extra)

    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        function: str | None = None,
        template: str | None = "(%(expressions)s)",
        arg_joiner: str | None = "::date + ",
        **extra_context: Any,
    ) -> tuple[str, tuple[str | int, ...]]:
        # ::date, because a bare parameter plus an integer has no type on PostgreSQL.
        return super().as_sql(compiler, connection, function, template, arg_joiner, **extra_context)

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: Any
    ) -> tuple[str, tuple[str | int, ...]]:
        return super().as_sql(
            compiler,
            connection,
            template="date(%(expressions)s || ' days')",
            arg_joiner=", ",
            **extra_context,
        )
