"""An official series of a few prefectures: lines cut at every break, and the same as a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from sme_match.statistics.charts import Line
from sme_match.statistics.official import OfficialTable, Segment
from sme_match.statistics.series import Column, Series

# Amounts of a prefecture are read in 億円 (100 million yen) whatever unit the file has.
_DIVISORS = {"円": 100_000_000, "千円": 100_000, "万円": 10_000, "百万円": 100}
MOST_DECIMALS = 2
_HUNDRED_MILLION_YEN = ("億円", "100 million yen")


@dataclass(frozen=True, slots=True)
class TableRow:
    """One year on one basis: a value per prefecture, None where none was published."""

    year: int
    basis: str
    stretch: int
    """Rows of different stretches cannot be compared with each other."""
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesLines:
    """A column of a series for some prefectures, in the unit it is shown in."""

    series: Series
    column: Column
    unit_ja: str
    unit_en: str
    decimals: int
    lines: tuple[Line, ...]
    rows: tuple[TableRow, ...]


def read_lines(
    table: OfficialTable, column: str, prefectures: Sequence[tuple[str, str]], *, division: str | None
) -> SeriesLines:
    """Return the lines of prefectures, given as (code, name)."""
    definition = table.series.columns[column]
    divisor = _DIVISORS.get(definition.unit_ja, 1)
    found = [table.segments(column, code, division=division) for code, _ in prefectures]
    lines = tuple(
        Line(name, tuple(_stretch(segment, divisor) for segment in own))
        for (_, name), own in zip(prefectures, found, strict=True)
    )
    units = (definition.unit_ja, definition.unit_en) if divisor == 1 else _HUNDRED_MILLION_YEN
    return SeriesLines(
        series=table.series,
        column=definition,
        unit_ja=units[0],
        unit_en=units[1],
        decimals=_decimals(found) if divisor == 1 else 0,
        lines=lines,
        rows=_rows(found, divisor),
    )


def _decimals(found: Sequence[Sequence[Segment]]) -> int:
    """Return how many decimals the values have, two at most: persons have none, shares have."""
    values = [value for own in found for segment in own for value in segment.values]
    for decimals in range(MOST_DECIMALS):
        if all(value == round(value, decimals) for value in values):
            return decimals
    return MOST_DECIMALS


def _stretch(segment: Segment, divisor: int) -> tuple[tuple[int, float], ...]:
    pairs = zip(segment.years, segment.values, strict=True)
    return tuple((year, value / divisor) for year, value in pairs)


def _rows(found: Sequence[Sequence[Segment]], divisor: int) -> tuple[TableRow, ...]:
    values = [
        {
            (segment.stretch, segment.basis or "", year): value
            for segment in own
            for year, value in _stretch(segment, divisor)
        }
        for own in found
    ]
    keys = sorted({key for own in values for key in own}, key=lambda key: (key[0], key[2]))
    return tuple(
        TableRow(year, basis, number, tuple(own.get((number, basis, year)) for own in values))
        for number, basis, year in keys
    )
