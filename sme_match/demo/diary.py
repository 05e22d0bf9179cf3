"""Free times for meetings: business hours, and no company in two places at once."""

import random
from datetime import date, datetime, time, timedelta
from enum import Enum

from sme_match.core.clock import from_jst
from sme_match.demo.world import is_business_day
from sme_match.meetings.slots import cells_of

FIRST_START = time(9, 30)
LAST_END = time(16, 30)
LENGTHS_MINUTES = (30, 30, 45, 60)
DAYS_TRIED = 60
_QUARTER = timedelta(minutes=15)


class Look(Enum):
    """Where to look when the day itself has no room."""

    AHEAD = 1
    BACK = -1

    @property
    def step(self) -> timedelta:
        """One day further."""
        return timedelta(days=self.value)


class Diary:
    """The times that companies already have in their diaries."""

    def __init__(self) -> None:
        self._taken: set[tuple[int, int]] = set()

    def find(
        self,
        rng: random.Random,
        day: date,
        company_ids: tuple[int, ...],
        *,
        look: Look = Look.AHEAD,
    ) -> tuple[datetime, datetime]:
        """Return a time on the day when all the companies are free, or on the nearest possible day."""
        length = timedelta(minutes=rng.choice(LENGTHS_MINUTES))
        for _ in range(DAYS_TRIED):
            while not is_business_day(day):
                day += look.step
            starts = _starts(day, length)
            rng.shuffle(starts)
            for starts_at in starts:
                if self._is_free(starts_at, starts_at + length, company_ids):
                    return starts_at, starts_at + length
            day += look.step
        raise RuntimeError(f"No company of {company_ids} is free within {DAYS_TRIED} business days.")

    def book(self, starts_at: datetime, ends_at: datetime, company_ids: tuple[int, ...]) -> None:
        """Write the time into the diaries."""
        cells = cells_of(starts_at, ends_at)
        self._taken.update((company_id, cell) for company_id in company_ids for cell in cells)

    def _is_free(self, starts_at: datetime, ends_at: datetime, company_ids: tuple[int, ...]) -> bool:
        cells = cells_of(starts_at, ends_at)
        return not any(
            (company_id, cell) in self._taken for company_id in company_ids for cell in cells
        )


def _starts(day: date, length: timedelta) -> list[datetime]:
    first, last = from_jst(day, FIRST_START), from_jst(day, LAST_END) - length
    noon = from_jst(day, time(12)), from_jst(day, time(13))
    starts = [first + _QUARTER * step for step in range((last - first) // _QUARTER + 1)]
    return [start for start in starts if start + length <= noon[0] or start >= noon[1]]
