"""Values of the official series: whole, newest by prefecture, and cut at their breaks."""

from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from sme_match.statistics.series import SERIES, Series

DATA_FOLDER = Path(__file__).parent / "data"
KEPT_SEGMENTS = 1024
"""Six prefectures to a page; the files do not change while the service runs."""
KEY_COLUMNS = ("year", "pref_code", "basis", "division")


class Latest(NamedTuple):
    """The newest values of one column: prefecture code -> value, and their year."""

    year: int
    values: dict[str, float]


class Segment(NamedTuple):
    """A stretch of a series on one basis, without a break: it may be drawn as one line."""

    basis: str | None
    years: tuple[int, ...]
    values: tuple[float, ...]


class UnknownSeriesError(KeyError):
    """No official series has this key."""


def get_series(key: str) -> Series:
    """Return what is known about a series.

    Raises:
        UnknownSeriesError: no series has this key.
    """
    try:
        return SERIES[key]
    except KeyError:
        raise UnknownSeriesError(key) from None


def load_series(key: str) -> pd.DataFrame:
    """Return a copy of a series: year, pref_code, basis or division where given, value columns.

    Values stay in the units of `Series.columns`; what was not published is NaN.

    Raises:
        UnknownSeriesError: no series has this key.
    """
    return _read(get_series(key).key).copy()


def latest(key: str, column: str, *, division: str | None = None) -> Latest:
    """Return the newest year that has figures in a column, with its values by prefecture.

    `division` chooses the row of a series that is divided by industry (such as 製造業).

    Raises:
        UnknownSeriesError: no series has this key.
        ValueError: the series is divided and no division was named, or the other way round.
    """
    frame = _narrow(key, column, division)
    year = int(frame["year"].max())
    return Latest(year, _by_prefecture(frame.loc[frame["year"] == year], column))


@lru_cache(KEPT_SEGMENTS)
def segments(
    key: str, column: str, pref_code: str, *, division: str | None = None
) -> tuple[Segment, ...]:
    """Return one prefecture's values cut wherever basis or coverage changes.

    Two figures on either side of a cut must not be joined by a line or a growth rate.
    """
    frame = _narrow(key, column, division)
    own = frame.loc[frame["pref_code"] == pref_code].sort_values("year", kind="stable")
    bounds = [0, *get_series(key).breaks, 10_000]
    has_basis = "basis" in own.columns
    parts = own.groupby("basis", sort=False) if has_basis else [("", own)]
    found = []
    for basis, part in parts:
        if has_basis:
            found.append(_segment(str(basis), part, column))
            continue
        found += [
            _segment(None, part.loc[part["year"].between(start, end, inclusive="left")], column)
            for start, end in pairwise(bounds)
        ]
    return tuple(segment for segment in found if segment.years)


def _segment(basis: str | None, part: pd.DataFrame, column: str) -> Segment:
    years = tuple(int(year) for year in part["year"])
    return Segment(basis, years, tuple(float(value) for value in part[column]))


def _by_prefecture(frame: pd.DataFrame, column: str) -> dict[str, float]:
    pairs = zip(frame["pref_code"], frame[column], strict=True)
    return {str(code): float(value) for code, value in pairs}


def _narrow(key: str, column: str, division: str | None) -> pd.DataFrame:
    frame = _read(get_series(key).key)
    if ("division" in frame.columns) != (division is not None):
        raise ValueError("A series divided by industry needs a division, others take none.")
    if division is not None:
        frame = frame.loc[frame["division"] == division]
    return frame.dropna(subset=[column])


@cache
def _read(key: str) -> pd.DataFrame:
    series = SERIES[key]
    texts = {name: "str" for name in KEY_COLUMNS if name != "year"}
    frame = pd.read_csv(DATA_FOLDER / series.file_name, dtype=texts, encoding="utf-8")
    if series.basis is not None:
        frame = frame.loc[frame["basis"] == series.basis].drop(columns="basis")
    keys = [name for name in KEY_COLUMNS if name in frame.columns]
    return frame[keys + list(series.columns)].reset_index(drop=True)
