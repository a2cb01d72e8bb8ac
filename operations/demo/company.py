"""The demo's people, and what they have before them."""

import datetime as dt
import heapq
import random
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from core.days import day_of, moment
from core.models import User
from pipeline.models import Product, Stage

FRIDAY = 4
Deed = Callable[..., None]


def working_day(day: dt.date) -> dt.date:
    """That day, or the Monday after its weekend."""
    return day + dt.timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > FRIDAY else 0)


def working_day_before(day: dt.date) -> dt.date:
    """The last one that was over when that day began."""
    before = day - dt.timedelta(days=1)
    return before - dt.timedelta(days=max(0, before.weekday() - FRIDAY))


class Agenda:
    """What is done when. Nobody works on weekends, and what is due comes in the order of its hours,
    so that the year is told in the order in which it happened."""

    def __init__(self) -> None:
        self._order = count()
        self._entries: list[tuple[dt.datetime, int, Deed, tuple[Any, ...]]] = []

    def put(self, day: dt.date, hour: int, do: Deed, *about: Any) -> None:
        """On that day or the Monday after it, ``do(*about, at=…)``."""
        at = moment(working_day(day), dt.time(hour))
        heapq.heappush(self._entries, (at, next(self._order), do, about))

    def work_off(self, day: dt.date) -> None:
        """All that is due on that day, and what comes of it on the same day."""
        while self._entries and day_of(self._entries[0][0]) <= day:
            at, _, do, about = heapq.heappop(self._entries)
            do(*about, at=at)


class Company:
    """Who is there, from the first day until yesterday; ``chance`` decides what is not written."""

    def __init__(self, *, first: dt.date, now: dt.datetime, chance: random.Random) -> None:
        self.first, self.now, self.chance = first, now, chance
        self.today = day_of(now)
        self.agenda = Agenda()
        self.system = User.objects.system()
        self.people = {user.username: user for user in User.objects.active().order_by("pk")}
        self.by_id = {user.pk: user for user in self.people.values()}
        self.reps = [user for user in self.by_id.values() if user.role == "rep"]
        self.stages = {stage.name: stage for stage in Stage.objects.all()}
        self.products = list(Product.objects.order_by("pk"))

    def days(self) -> Iterator[dt.date]:
        for number in range((self.today - self.first).days):
            yield self.first + dt.timedelta(days=number)

    def from_end(self, days: int) -> dt.date:
        """So many days before today."""
        return self.today - dt.timedelta(days=days)

    def some(self, least: int, most: int) -> dt.timedelta:
        """So many days, both included."""
        return dt.timedelta(days=self.chance.randint(least, most))

    def happens(self, share: float) -> bool:
        return self.chance.random() < share
