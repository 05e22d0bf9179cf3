"""Values of a record as JSON, and back into the types of its columns."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Date, Enum, Numeric, inspect, select
from sqlalchemy.orm import Session

from sme_match.db.base import Base, UTCDateTime
from sme_match.db.bulk import in_parts
from sme_match.registers.description import Written


def snapshot(record: Base, names: Iterable[str]) -> dict[str, Any]:
    """Return the named attributes in a form that JSON can hold without loss."""
    return {name: _plain(getattr(record, name)) for name in names}


def restore(record: Base, values: Mapping[str, Any]) -> None:
    """Set the attributes of a snapshot."""
    columns = inspect(type(record)).columns
    for name, value in values.items():
        setattr(record, name, _typed(columns[name].type, value))


def split_by_version(
    session: Session, model: type[Any], written: Iterable[Written], own: ColumnElement[bool]
) -> tuple[list[Written], list[Written]]:
    """Return what an import wrote, apart: what still stands so, and what was changed since.

    `own` is the condition that a record belongs to the actor's body; others count as changed.
    """
    entries = list(written)
    versions: dict[int, int] = {}
    for some in in_parts(entry.id for entry in entries):
        query = select(model.id, model.version).where(model.id.in_(some), own)
        versions.update((row.id, row.version) for row in session.execute(query))
    present = [entry for entry in entries if versions.get(entry.id) == entry.version]
    left = [entry for entry in entries if versions.get(entry.id) != entry.version]
    return present, left


def _plain(value: object) -> Any:  # noqa: ANN401 -- the result is whatever JSON can hold
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return value


def _typed(kind: object, value: Any) -> object:  # noqa: ANN401 -- comes out of JSON
    if value is None:
        return None
    if isinstance(kind, UTCDateTime):
        return datetime.fromisoformat(value)
    if isinstance(kind, Enum) and kind.enum_class is not None:
        return kind.enum_class(value)
    if isinstance(kind, Numeric):
        return Decimal(value)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    return value
