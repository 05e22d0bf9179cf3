"""Values of the official series: whole, newest by prefecture, and cut at their breaks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from sme_match.statistics.series import SERIES, Series

DATA_FOLDER = Path(__file__).parent / "data"
KEY_COLUMNS = ("year", "pref_code", "basis", "division")
ALL_INDUSTRIES = "全産業"
WHOLES = (ALL_INDUSTRIES, "製造業")
"""Divisions that are looked for first."""


class Latest(NamedTuple):
    """The newest values of one column: prefecture code -> value, and their year."""

    year: int
    values: dict[str, float]


class Segment(NamedTuple):
    """A stretch of a series on one basis, without a break: it may be drawn as one line.

    `stretch` numbers the stretches of the series, the same for every prefecture.
    """

    basis: str | None
    years: tuple[int, ...]
    values: tuple[float, ...]
    stretch: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class OfficialTable:
    """A series with its values: year, pref_code, basis or division where given, value columns."""

    series: Series
    frame: pd.DataFrame
    begins: Mapping[str, int] | None = None
    """When each basis begins in the whole series, where the frame holds a part of its prefectures."""
    _cut: dict[tuple[str, str, str | None], tuple[Segment, ...]] = field(default_factory=dict)
    """What was cut before: the values never change, and each prefecture is asked for often."""

    def divisions(self) -> tuple[str, ...]:
        """Return the divisions of industry, the whole first; none for an undivided series."""
        if "division" not in self.frame.columns:
            return ()
        names = self.frame["division"].unique()
        return tuple(sorted(map(str, names), key=lambda name: (name not in WHOLES, name)))

    def segments(
        self, column: str, pref_code: str, *, division: str | None = None
    ) -> tuple[Segment, ...]:
        """Return one prefecture's values cut wherever basis or coverage changes.

        Two figures on either side of a cut must not be joined by a line or a growth rate.
        """
        key = (column, pref_code, division)
        if key not in self._cut:
            self._cut[key] = tuple(self._cut_up(*key))
        return self._cut[key]

    def narrow(self, column: str, division: str | None) -> pd.DataFrame:
        """Return the rows of a division that have a value in a column."""
        if ("division" in self.frame.columns) != (division is not None):
            raise ValueError("A series divided by industry needs a division, others take none.")
        divided = self.frame if division is None else self.frame.loc[self.frame["division"] == division]
        return divided.dropna(subset=[column])

    def _cut_up(self, column: str, pref_code: str, division: str | None) -> Iterator[Segment]:
        rows = self.narrow(column, division)
        own = rows.loc[rows["pref_code"] == pref_code].sort_values("year", kind="stable")
        bases: list[tuple[str | None, pd.DataFrame]] = [(None, own)]
        begun: set[int] = set()
        if "basis" in self.frame.columns:
            # The order of the years in which they begin is that of the breaks.
            begins = self.begins or self.frame.groupby("basis")["year"].min().to_dict()
            starts = sorted(begins, key=lambda basis: (begins[basis], basis))
            bases = [(str(basis), own.loc[own["basis"] == basis]) for basis in starts]
            begun = {int(year) for year in begins.values()}
        # A break at which a basis begins is one between bases, and cuts no other that goes on.
        bounds = [0, *sorted(set(self.series.breaks) - begun), 10_000]
        parts = [
            (basis, part.loc[part["year"].between(start, end, inclusive="left")])
            for basis, part in bases
            for start, end in pairwise(bounds)
        ]
        for number, (basis, part) in enumerate(parts):
            if len(part):
                years = tuple(int(year) for year in part["year"])
                yield Segment(basis, years, tuple(float(value) for value in part[column]), number)


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


@cache
def shipped(key: str) -> OfficialTable:
    """Return a series that ships with the product.

    Raises:
        UnknownSeriesError: no series has this key.
    """
    series = get_series(key)
    return OfficialTable(series, _read(series))


def load_series(key: str) -> pd.DataFrame:
    """Return a copy of the values of a shipped series.

    Values stay in the units of `Series.columns`; what was not published is NaN.

    Raises:
        UnknownSeriesError: no series has this key.
    """
    return shipped(key).frame.copy()


def latest(key: str, column: str, *, division: str | None = None) -> Latest:
    """Return the newest year that has figures in a column, with its values by prefecture.

    `division` chooses the row of a series that is divided by industry (such as 製造業).

    Raises:
        UnknownSeriesError: no series has this key.
        ValueError: the series is divided and no division was named, or the other way round.
    """
    frame = shipped(key).narrow(column, division)
    year = int(frame["year"].max())
    return Latest(year, _by_prefecture(frame.loc[frame["year"] == year], column))


def _by_prefecture(frame: pd.DataFrame, column: str) -> dict[str, float]:
    pairs = zip(frame["pref_code"], frame[column], strict=True)
    return {str(code): float(value) for code, value in pairs}


def _read(series: Series) -> pd.DataFrame:
    texts = {name: "str" for name in KEY_COLUMNS if name != "year"}
    frame = pd.read_csv(DATA_FOLDER / series.file_name, dtype=texts, encoding="utf-8")
    if series.basis is not None:
        frame = frame.loc[frame["basis"] == series.basis].drop(columns="basis")
    keys = [name for name in KEY_COLUMNS if name in frame.columns]
    return frame[keys + list(series.columns)].reset_index(drop=True)
