"""What all parts of the demonstration region share: the session, the day, and repeatable chance."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TypeVar

import jpholiday
from sqlalchemy.orm import Session

from sme_match.accounts.models import User
from sme_match.companies.models import Company
from sme_match.core.clock import from_jst
from sme_match.core.fiscal_year import FiscalYear
from sme_match.support_bodies.models import SupportBody

Known = TypeVar("Known")
SHORTEST_HISTORY = timedelta(days=900)
YEAR_END = frozenset({(12, 29), (12, 30), (12, 31), (1, 2), (1, 3)})
CHANCE_OF_BLANK = 0.25


@dataclass(slots=True)
class DemoBody:
    """One support body with its people and register."""

    body: SupportBody
    prefecture: str
    coordinators: list[User]
    lead: User
    smes: list[Company] = field(default_factory=list)
    buyers: list[Company] = field(default_factory=list)


@dataclass(slots=True)
class World:
    """The place where the region is built."""

    session: Session
    today: date
    now: datetime
    seed: int

    def chance(self, *parts: object) -> random.Random:
        """Return the source of chance of one part; parts do not disturb each other."""
        return random.Random(":".join(map(str, (self.seed, *parts))))

    @property
    def starts_on(self) -> date:
        """The first day of the region's history: a fiscal year begins, over two years ago."""
        return FiscalYear.of(self.today - SHORTEST_HISTORY).starts_on

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        """Return an instant of a day in Japan, never later than now."""
        return min(from_jst(day, time(hour, minute)), self.now)

    def in_office(self, day: date, rng: random.Random) -> datetime:
        """Return a moment in office hours on the next business day, never later than now."""
        return self.at(next_business_day(day), rng.randint(9, 16), rng.randint(0, 59))


def is_business_day(day: date) -> bool:
    """Whether offices in Japan work on the day."""
    if day.weekday() >= 5 or (day.month, day.day) in YEAR_END:
        return False
    return not jpholiday.is_holiday(day)


def next_business_day(day: date) -> date:
    """Return the day itself or the first business day after it."""
    while not is_business_day(day):
        day += timedelta(days=1)
    return day


def business_days(first: date, count: int) -> list[date]:
    """Return `count` business days, beginning with the first one not before `first`."""
    days: list[date] = []
    day = first
    while len(days) < count:
        day = next_business_day(day)
        days.append(day)
        day += timedelta(days=1)
    return days


def known(rng: random.Random, value: Known) -> Known | None:
    """Return the value, or None where this company never stated it."""
    return None if rng.random() < CHANCE_OF_BLANK else value
