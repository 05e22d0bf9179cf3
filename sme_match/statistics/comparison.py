"""Own figures of prefectures beside official ones, which keep their year, basis and source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import fsum

from sme_match.statistics.frames import Group
from sme_match.statistics.indices import location_quotient
from sme_match.statistics.official import get_series, latest
from sme_match.statistics.series import Column, Series

MANUFACTURING = "製造業"
ALL_INDUSTRIES = "全産業"
_MAN_YEN_PER_HUNDRED_MILLION = 10_000
_YEN_PER_HUNDRED_MILLION = 100_000_000


@dataclass(frozen=True, slots=True)
class OfficialColumn:
    """One official figure of all prefectures, in the unit it is shown in."""

    key: str
    series: Series
    column: Column
    year: int
    values: dict[str, float]
    divisor: int
    """Above 1 the unit is 億円 (100 million yen) instead of that of the series."""


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One prefecture: own counts, and official values in the order of `official_columns`."""

    prefecture: str
    companies: int
    group: Group | None
    official: tuple[float | None, ...]
    quotient: float | None
    """Location quotient (特化係数) of manufacturing employees."""


@cache
def official_columns() -> tuple[OfficialColumn, ...]:
    """Return the official figures of manufacturing that stand beside own ones; yen in 億円."""
    return (
        _column("manufacturing", "establishments"),
        _column("manufacturing", "employees"),
        _column("manufacturing", "shipments_yen", _YEN_PER_HUNDRED_MILLION),
        _column("manufacturing_value_added", "value_added_10k_yen", _MAN_YEN_PER_HUNDRED_MILLION),
    )


@cache
def manufacturing_quotients() -> tuple[int, dict[str, float | None]]:
    """Return the year and the location quotient of manufacturing employees by prefecture."""
    industry = latest("economic_census", "employees", division=MANUFACTURING)
    total = latest("economic_census", "employees", division=ALL_INDUSTRIES)
    nation_industry, nation_total = fsum(industry.values.values()), fsum(total.values.values())
    return industry.year, {
        code: location_quotient(
            local_industry=value,
            local_total=total.values.get(code, 0),
            nation_industry=nation_industry,
            nation_total=nation_total,
        )
        for code, value in industry.values.items()
    }


def quotient_series() -> Series:
    """Return the series that the location quotient is counted from."""
    return get_series("economic_census")


def compare(
    companies: Mapping[str, int], groups: Sequence[Group], *, always: Sequence[str] = ()
) -> list[ComparisonRow]:
    """Return a row per prefecture with own records, most meetings first.

    `always` names prefectures that are shown even without own records.
    """
    by_code = {group.key: group for group in groups if group.key is not None}
    codes = {code for code in (*by_code, *companies, *always) if code}
    _, quotients = manufacturing_quotients()
    rows = [
        ComparisonRow(
            code,
            companies.get(code, 0),
            by_code.get(code),
            tuple(column.values.get(code) for column in official_columns()),
            quotients.get(code),
        )
        for code in sorted(codes)
    ]
    return sorted(rows, key=_busiest_first)


def _busiest_first(row: ComparisonRow) -> tuple[int, int, str]:
    meetings = len(row.group.meeting_ids) if row.group else 0
    return (-meetings, -row.companies, row.prefecture)


def _column(key: str, column: str, divisor: int = 1) -> OfficialColumn:
    newest = latest(key, column)
    series = get_series(key)
    values = {code: value / divisor for code, value in newest.values.items()}
    return OfficialColumn(column, series, series.columns[column], newest.year, values, divisor)
