"""Official series as files see them: one register for each series."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from sme_match.core.actor import Actor, Role
from sme_match.core.clock import jst_date
from sme_match.core.errors import NotFoundError
from sme_match.core.text import mark_text
from sme_match.db.bulk import in_parts, insert_all, update_all
from sme_match.db.versions import FIRST_VERSION
from sme_match.reference.prefectures import get_prefecture
from sme_match.registers.description import Finding, Register, RowToWrite, Written
from sme_match.registers.enums import RowAction
from sme_match.registers.snapshots import split_by_version
from sme_match.statistics.imported.checks import check_rows, key_of
from sme_match.statistics.imported.columns import COLUMNS
from sme_match.statistics.imported.layout import HOW, drop_titles, lay_out
from sme_match.statistics.imported.queries import read_stored
from sme_match.statistics.models import OfficialSeries, OfficialValue
from sme_match.tables.columns import ParsedRow
from sme_match.tables.writing import Value

OFFICIAL = "official"
KIND = "official_value"
_MOST_DIGITS = 9


def official_register(session: Session, part: str) -> Register:
    """Return the register of one series, by its number.

    Raises:
        NotFoundError: there is none.
    """
    if not (part.isascii() and part.isdigit() and len(part) <= _MOST_DIGITS):
        raise NotFoundError
    series = session.get(OfficialSeries, int(part))
    if series is None:
        raise NotFoundError
    return Register(
        key=f"{OFFICIAL}-{series.id}",
        kind=KIND,
        title=series.title,
        unit=mark_text("件"),
        list_page="statistics.imported",
        name_columns=("prefecture", "year", "industry"),
        columns=COLUMNS,
        check=partial(_check, series),
        write=partial(_write, series.id),
        undo=partial(_undo, series.id),
        export=partial(_export, series.id),
        arrange=drop_titles,
        adapt=lay_out,
        how=HOW,
        keeper=Role.ADMINISTRATOR,
    )


def _check(
    series: OfficialSeries,
    session: Session,
    actor: Actor,
    rows: Sequence[ParsedRow],
    now: datetime,
) -> list[Finding]:
    del actor
    stored = read_stored(session, series.id, {key_of(row.values).year for row in rows})
    return check_rows(rows, stored, breaks=series.breaks, this_year=jst_date(now).year)


def _write(
    series_id: int, session: Session, actor: Actor, rows: Sequence[RowToWrite], now: datetime
) -> list[Written]:
    del actor, now
    known = _load(session, series_id, [row.known_id for row in rows if row.known_id is not None])
    new: list[dict[str, Any]] = []
    changed, before = [], {}
    for row in rows:
        figure = float(row.values["value"])
        record = known.get(row.known_id or 0)
        if row.action is RowAction.UPDATE and record is not None:
            before[record.id] = {"value": record.value}
            record.value = figure
            changed.append(record)
        else:
            key = key_of(row.values)
            new.append(
                {
                    "series_id": series_id,
                    "prefecture_code": key.prefecture,
                    "industry": key.industry,
                    "year": key.year,
                    "basis": key.basis,
                    "value": figure,
                }
            )
    update_all(session, OfficialValue, changed)
    created = [
        Written(
            kind=KIND,
            id=id_,
            version=FIRST_VERSION,
            name=_name(values["year"], values["prefecture_code"]),
            before=None,
        )
        for id_, values in zip(insert_all(session, OfficialValue, new), new, strict=True)
    ]
    return created + [
        Written(
            kind=KIND,
            id=record.id,
            version=record.version,
            name=_name(record.year, record.prefecture_code),
            before=before[record.id],
        )
        for record in changed
    ]


def _undo(
    series_id: int, session: Session, actor: Actor, written: Sequence[Written], now: datetime
) -> list[Written]:
    del actor, now
    own = OfficialValue.series_id == series_id
    present, left = split_by_version(session, OfficialValue, written, own)
    known = _load(session, series_id, [entry.id for entry in present if entry.before is not None])
    for entry in present:
        if entry.before is not None:
            known[entry.id].value = float(entry.before["value"])
    update_all(session, OfficialValue, known.values())
    for some in in_parts(entry.id for entry in present if entry.before is None):
        session.execute(delete(OfficialValue).where(OfficialValue.id.in_(some), own))
    return left


def _export(
    series_id: int, session: Session, actor: Actor, arguments: Mapping[str, str], now: datetime
) -> Iterator[list[Value]]:
    del actor, arguments, now
    value = OfficialValue
    query = (
        select(value.year, value.prefecture_code, value.industry, value.basis, value.value)
        .where(value.series_id == series_id)
        .order_by(value.year, value.prefecture_code, value.industry, value.basis)
    )
    for year, prefecture, industry, basis, figure in session.execute(query):
        yield [year, prefecture, industry, basis, Decimal(repr(figure))]


def _load(session: Session, series_id: int, ids: Sequence[int]) -> dict[int, OfficialValue]:
    found: dict[int, OfficialValue] = {}
    for some in in_parts(ids):
        query = select(OfficialValue).where(
            OfficialValue.id.in_(some), OfficialValue.series_id == series_id
        )
        found.update((record.id, record) for record in session.scalars(query))
    return found


def _name(year: int, prefecture: str) -> str:
    return f"{year} {get_prefecture(prefecture).ja}"
