"""Reading official series: those that ship and those that were brought in, joined in one place."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sme_match.core.errors import NotFoundError
from sme_match.core.text import mark_text
from sme_match.reference.jsic import get_jsic
from sme_match.statistics.imported.checks import Key, Stored
from sme_match.statistics.imported.columns import WHOLE
from sme_match.statistics.models import OfficialSeries, OfficialValue
from sme_match.statistics.official import ALL_INDUSTRIES, OfficialTable, shipped
from sme_match.statistics.series import SERIES, Column, Publisher, Series

VALUE = "value"
"""The one column of a series that was brought in."""
_PREFIX = "official-"
# English words for the units that official tables are published in; others stay as they were typed.
_UNITS = {
    "円": "yen",
    "千円": "1,000 yen",
    "万円": "10,000 yen",
    "百万円": "million yen",
    "億円": "100 million yen",
    "人": "persons",
    "事業所": "establishments",
    "社": "companies",
    "件": "cases",
}


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """A series that was brought in, and how much of it there is."""

    series: OfficialSeries
    figures: int
    first: int | None
    last: int | None


def get_series_row(session: Session, series_id: int) -> SeriesRow:
    """Return a series that was brought in, with how much of it there is.

    Raises:
        NotFoundError: there is none.
    """
    found = [row for row in list_imported(session) if row.series.id == series_id]
    if not found:
        raise NotFoundError(mark_text("この系列は見つかりませんでした。"))
    return found[0]


def list_imported(session: Session) -> list[SeriesRow]:
    """Return the series that were brought in, by title."""
    value = OfficialValue
    counted = (
        select(
            value.series_id,
            func.count().label("figures"),
            func.min(value.year).label("first"),
            func.max(value.year).label("last"),
        )
        .group_by(value.series_id)
        .subquery()
    )
    query = (
        select(OfficialSeries, counted.c.figures, counted.c.first, counted.c.last)
        .outerjoin(counted, counted.c.series_id == OfficialSeries.id)
        .order_by(OfficialSeries.title)
    )
    return [SeriesRow(row[0], row[1] or 0, row[2], row[3]) for row in session.execute(query)]


def list_series(session: Session) -> list[Series]:
    """Return all series that can be shown: those that ship, then those that were brought in."""
    return [*SERIES.values(), *(_described(row) for row in list_imported(session) if row.figures)]


def read_table(session: Session, series: Series, prefectures: Collection[str]) -> OfficialTable:
    """Return a series with its values, of these prefectures at least."""
    if series.key in SERIES:
        return shipped(series.key)
    value = OfficialValue
    query = (
        select(value.year, value.prefecture_code, value.basis, value.industry, value.value)
        .where(
            value.series_id == int(series.key.removeprefix(_PREFIX)),
            value.prefecture_code.in_(prefectures),
        )
        .order_by(value.year)
    )
    rows = session.execute(query).all()
    begins = select(value.basis, func.min(value.year)).where(
        value.series_id == int(series.key.removeprefix(_PREFIX))
    )
    frame = pd.DataFrame(rows, columns=["year", "pref_code", "basis", "division", VALUE])
    if not frame["basis"].any():
        frame = frame.drop(columns="basis")
    if frame["division"].any():
        names = {code: _division(code) for code in frame["division"].unique()}
        frame["division"] = frame["division"].map(names)
    else:
        frame = frame.drop(columns="division")
    begun = dict(session.execute(begins.group_by(value.basis)).all())
    return OfficialTable(series, frame, begins=begun)


def read_stored(session: Session, series_id: int, years: Collection[int]) -> Mapping[Key, Stored]:
    """Return the figures that a series has already up to the last of these years.

    All earlier ones: the figure before one may lie some years back.
    """
    value = OfficialValue
    query = select(value).where(value.series_id == series_id, value.year <= max(years, default=0))
    return {
        Key(each.prefecture_code, each.industry, each.year, each.basis): Stored(
            each.id, each.version, Decimal(repr(each.value))
        )
        for each in session.scalars(query)
    }


def list_titles(session: Session) -> Sequence[str]:
    """Return the titles that are taken."""
    shipped_titles = [series.title_ja for series in SERIES.values()]
    return [*shipped_titles, *session.scalars(select(OfficialSeries.title))]


def _described(row: SeriesRow) -> Series:
    found = row.series
    title_en = found.title_en or found.title
    return Series(
        key=f"{_PREFIX}{found.id}",
        title_ja=found.title,
        title_en=title_en,
        publisher=Publisher(found.publisher, found.publisher, found.licence),
        basis_ja=found.basis,
        basis_en=found.basis,
        years=(row.first or 0, row.last or 0),
        file_name="",
        columns={VALUE: Column(found.title, title_en, found.unit, _UNITS.get(found.unit, found.unit))},
        source=found.source,
        breaks=tuple(found.breaks),
    )


def _division(code: str) -> str:
    """Return how a class of industry is called; divisions as in the series that ship."""
    if code == WHOLE:
        return ALL_INDUSTRIES
    entry = get_jsic(code)
    return entry.ja if entry.parent_code is None else f"{code} {entry.ja}"
