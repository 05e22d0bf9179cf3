"""The Japanese fiscal year (年度), April to March, and dates as Japanese offices write them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

from sme_match.core.clock import jst_date, jst_midnight
from sme_match.core.eras import EraYear, era_year

__all__ = ["EraYear", "FiscalYear", "era_year", "format_date_ja", "format_month_ja"]

FIRST_MONTH = 4
WEEKDAYS_JA = "月火水木金土日"


@dataclass(frozen=True, order=True, slots=True)
class FiscalYear:
    """The fiscal year that begins in April of `year`."""

    year: int

    @classmethod
    def of(cls, moment: date | datetime) -> Self:
        """Return the fiscal year of a day, or of the day an instant falls on in Japan.

        Raises:
            ValueError: The instant has no zone.
        """
        day = jst_date(moment) if isinstance(moment, datetime) else moment
        return cls(day.year if day.month >= FIRST_MONTH else day.year - 1)

    @property
    def starts_on(self) -> date:
        """1 April."""
        return date(self.year, FIRST_MONTH, 1)

    @property
    def ends_on(self) -> date:
        """31 March, the last day that belongs to it."""
        return self.next.starts_on - timedelta(days=1)

    @property
    def starts_at(self) -> datetime:
        """The first instant, in UTC."""
        return jst_midnight(self.starts_on)

    @property
    def ends_at(self) -> datetime:
        """The first instant of the next fiscal year, in UTC: the open end of the interval."""
        return jst_midnight(self.next.starts_on)

    @property
    def next(self) -> Self:
        """The fiscal year after this one."""
        return type(self)(self.year + 1)

    @property
    def previous(self) -> Self:
        """The fiscal year before this one."""
        return type(self)(self.year - 1)

    @property
    def months(self) -> tuple[date, ...]:
        """The first days of its twelve months, April first."""
        return tuple(
            date(self.year + (month > 12), (month - 1) % 12 + 1, 1)  # noqa: PLR2004 -- a year has 12 months
            for month in range(FIRST_MONTH, FIRST_MONTH + 12)
        )

    def __contains__(self, moment: date | datetime) -> bool:
        return type(self).of(moment) == self

    def label(self, lang: str = "ja") -> str:
        """Return 2026年度（令和8年度）, or FY2026 (Reiwa 8) for any English locale.

        A year in which the era changed carries the new one (2019 is 令和元年度), as the
        government does; that is the era at the end of the calendar year.
        """
        era = era_year(date(self.year, 12, 31))
        if lang.casefold().startswith("en"):
            return f"FY{self.year}" if era is None else f"FY{self.year} ({era.label('en')})"
        return f"{self.year}年度" if era is None else f"{self.year}年度（{era.label()}度）"


def format_date_ja(day: date) -> str:
    """Return a day as it stands in Japanese mails: 2026年12月10日（木）.

    An instant must be turned into its day in Japan first (`clock.jst_date`).
    """
    return f"{day.year}年{day.month}月{day.day}日（{WEEKDAYS_JA[day.weekday()]}）"


def format_month_ja(day: date) -> str:
    """Return the month of a day: 2026年12月."""
    return f"{day.year}年{day.month}月"
