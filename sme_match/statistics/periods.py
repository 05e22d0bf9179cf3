"""Reporting periods: half-open spans of whole days in Japan, such as a fiscal year."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

APRIL = 4
MONTHS_IN_YEAR = 12


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `start` up to but not including `end`."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.start > self.end:
            raise ValueError("A period does not end before it starts.")

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def year_before(self) -> "Period":
        """Return the same span a year earlier."""
        return Period(_shift(self.start, -MONTHS_IN_YEAR), _shift(self.end, -MONTHS_IN_YEAR))

    def months(self) -> Iterator["Period"]:
        """Yield the calendar months that the period touches, whole, in order."""
        first = self.start.replace(day=1)
        while first < self.end:
            after = _shift(first, 1)
            yield Period(first, after)
            first = after


def fiscal_year_of(day: date) -> int:
    """Return the fiscal year (年度, April to March) of a day."""
    return day.year if day.month >= APRIL else day.year - 1


def fiscal_year(year: int) -> Period:
    """Return the fiscal year that begins on 1 April of a year."""
    return Period(date(year, APRIL, 1), date(year + 1, APRIL, 1))


def last_twelve_months(today: date) -> Period:
    """Return the twelve whole months before the current one: a begun month compares with none."""
    end = today.replace(day=1)
    return Period(_shift(end, -MONTHS_IN_YEAR), end)


def _shift(day: date, months: int) -> date:
    year, month = divmod(day.year * MONTHS_IN_YEAR + day.month - 1 + months, MONTHS_IN_YEAR)
    # 29 February has no counterpart in the other year: the span begins a day later, not earlier.
    try:
        return date(year, month + 1, day.day)
    except ValueError:
        return _shift(date(year, month + 1, 1), 1)
