"""The days on which a held meeting is followed up. Pure."""

import calendar
from datetime import date

MONTHS_AFTER = (1, 3, 6, 12)


def months_later(day: date, months: int) -> date:
    """Return the same day some months later; the last day of the month when there is no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def current_round(held_on: date, today: date) -> int:
    """Return the round of reports that is on: 0 for the first month, then 1, 3, 6 or 12."""
    return max((months for months in MONTHS_AFTER if months_later(held_on, months) <= today), default=0)
