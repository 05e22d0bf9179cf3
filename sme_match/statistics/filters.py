"""What a page of statistics is about: a period and a part of the records, as its URL says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sme_match.statistics.columns import Frame, is_in
from sme_match.statistics.frames import Side
from sme_match.statistics.periods import (
    Period,
    fiscal_year,
    fiscal_year_of,
    last_twelve_months,
)

LAST_TWELVE_MONTHS = "last12"
UNKNOWN = "none"
"""The value of a filter that chooses the records whose code is not known."""
EARLIEST_YEAR = 2000
_MONTHS_IN_YEAR = 12
FISCAL_YEAR_PREFIX = "fy"
_FISCAL_YEAR = re.compile(rf"{FISCAL_YEAR_PREFIX}([0-9]{{4}})")
_MONTH = re.compile(r"m([0-9]{4})-([0-9]{2})")
_SPAN = re.compile(r"r([0-9]{4}-[0-9]{2})\.([0-9]{4}-[0-9]{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticsFilter:
    """What a URL names: a period, and codes of which empty ones choose everything.

    The period is last12, fy2026, m2026-05, or r2026-04.2026-09 from the first to the last month.

    `known_on` asks for the figures as they were known at the end of a day; None = as they are now.

    Industry, process and lot are those of the need, size and agglomeration those of the SME. `side`
    says whose place counts, for the filter and for the map alike; `partner` is the prefecture of the
    other side.
    """

    period: str = LAST_TWELVE_MONTHS
    industry: str = ""
    process: str = ""
    prefecture: str = ""
    municipality: str = ""
    partner: str = ""
    size: str = ""
    agglomeration: str = ""
    lot: str = ""
    side: Side = Side.SME
    known_on: date | None = None

    def arguments(self, **changes: str) -> dict[str, Any]:
        """Return the arguments of a URL with this filter, some of them changed; empty ones go."""
        own = {
            "period": self.period,
            "industry": self.industry,
            "process": self.process,
            "prefecture": self.prefecture,
            "municipality": self.municipality,
            "partner": self.partner,
            "size": self.size,
            "agglomeration": self.agglomeration,
            "lot": self.lot,
            "side": self.side.value if self.side is not Side.SME else "",
            "known": self.known_on.isoformat() if self.known_on else "",
        }
        return {name: value for name, value in (own | changes).items() if value}

    @property
    def is_narrowed(self) -> bool:
        """Whether only a part of the records is counted."""
        return any(getattr(self, name) for name in NARROWING)

    @property
    def of_sme(self) -> Mapping[str, str]:
        """What is chosen by something of the SME: column -> code, empty ones choose everything."""
        is_buyers = self.side is Side.BUYER
        return {
            "sme_prefecture": self.partner if is_buyers else self.prefecture,
            "sme_municipality": "" if is_buyers else self.municipality,
            "size": self.size,
            "agglomeration": self.agglomeration,
        }

    @property
    def chooses_sme(self) -> bool:
        """Whether records are chosen by something of the SME."""
        return any(self.of_sme.values())


NARROWING = (
    "industry", "process", "prefecture", "municipality", "partner", "size", "agglomeration", "lot",
)  # fmt: skip
"""The fields that choose a part of the records."""


def find_period(name: str, today: date) -> Period | None:
    """Return the period of a name, or None when there is none of that name."""
    if name == LAST_TWELVE_MONTHS:
        return last_twelve_months(today)
    latest = fiscal_year_of(today) + 1
    if (match := _FISCAL_YEAR.fullmatch(name)) and EARLIEST_YEAR <= int(match[1]) <= latest:
        return fiscal_year(int(match[1]))
    if (match := _MONTH.fullmatch(name)) and EARLIEST_YEAR <= int(match[1]) <= latest:
        year, month = int(match[1]), int(match[2])
        if 1 <= month <= _MONTHS_IN_YEAR:
            return next(Period(date(year, month, 1), date(year, month, 2)).months())
    if match := _SPAN.fullmatch(name):
        first, last = (find_period(f"m{month}", today) for month in match.groups())
        if first is not None and last is not None and first.start <= last.start:
            return Period(first.start, last.end)
    return None


def name_month(period: Period) -> str:
    """Return the name of a month in URLs."""
    return f"m{period.start:%Y-%m}"


def name_span(period: Period) -> str:
    """Return the name of some whole months in URLs."""
    return f"r{period.start:%Y-%m}.{period.end - timedelta(days=1):%Y-%m}"


def name_fiscal_year(year: int) -> str:
    """Return the name of a fiscal year in URLs."""
    return f"{FISCAL_YEAR_PREFIX}{year}"


def with_known_period(filters: StatisticsFilter, today: date) -> StatisticsFilter:
    """Return the filter, its period replaced by the last twelve months when it is none."""
    if find_period(filters.period, today) is None:
        return replace(filters, period=LAST_TWELVE_MONTHS)
    return filters


def narrow(needs: Frame, pairs: Frame, filters: StatisticsFilter) -> tuple[Frame, Frame]:
    """Return the needs and pairs that the filter chooses.

    A need has no SME: chosen by something of it, needs are those that have a pair with such an SME.
    """
    for column, code in (
        ("jsic_code", filters.industry),
        ("process_code", filters.process),
        ("lot", filters.lot),
    ):
        needs, pairs = _chosen(needs, column, code), _chosen(pairs, column, code)
    is_buyers = filters.side is Side.BUYER
    of_buyer = (filters.prefecture, filters.municipality) if is_buyers else (filters.partner, "")
    for column, code in zip(("prefecture", "municipality"), of_buyer, strict=True):
        needs, pairs = _chosen(needs, column, code), _chosen(pairs, f"need_{column}", code)
    for column, code in filters.of_sme.items():
        pairs = _chosen(pairs, column, code)
    if filters.chooses_sme:
        needs = needs.where(is_in(needs["need_id"], pairs["need_id"]))
    return needs, pairs


def _chosen(frame: Frame, column: str, code: str) -> Frame:
    if not code:
        return frame
    return frame.where(~frame.known(column) if code == UNKNOWN else frame.equals(column, code))
