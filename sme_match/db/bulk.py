"""Reading and writing thousands of records in few statements."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import bindparam, func, insert, inspect, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError

_IDS_PER_QUERY = 5_000
"""Well below the 32,766 values that SQLite takes in one statement."""


def in_parts(ids: Iterable[int]) -> Iterator[Sequence[int]]:
    """Yield the ids, each once, in parts that one statement can name."""
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), _IDS_PER_QUERY):
        yield wanted[start : start + _IDS_PER_QUERY]


def insert_all(session: Session, model: type[Any], rows: Iterable[dict[str, Any]]) -> list[int]:
    """Insert one record for each row and return their ids in the order of the rows."""
    values = list(rows)
    if not values:
        return []
    if session.get_bind().dialect.name == "sqlite":
        # It gives ids back in order for single rows only. Writers come one after the other here, so
        # the next ids can be named beforehand; they are those that it would take.
        first = (session.scalar(select(func.max(model.id))) or 0) + 1
        numbered = [row | {"id": id_} for id_, row in enumerate(values, first)]
        session.execute(insert(model), numbered)
        return [row["id"] for row in numbered]
    statement = insert(model).returning(model.id, sort_by_parameter_order=True)
    return list(session.scalars(statement, values))


def change_all(session: Session, model: type[Any], ids: Iterable[int], **values: object) -> None:
    """Set the same values in many records and count their versions up.

    Records of these ids that the session holds already do not learn of it.
    """
    for some in in_parts(ids):
        session.execute(
            update(model)
            .where(model.id.in_(some))
            .values(**values, version=model.version + 1)
            .execution_options(synchronize_session=False)
        )


def update_all(session: Session, model: type[Any], records: Iterable[Any]) -> None:
    """Write what was set in versioned records, in one statement for all that changed alike.

    A flush would send one statement for each of them, because it asks each time whether the version
    was still the same. Related records are left to the next flush.

    Raises:
        StaleDataError: when somebody else has changed one of them meanwhile.
    """
    columns = inspect(model).columns
    alike: dict[tuple[str, ...], list[Any]] = defaultdict(list)
    for record in records:
        names = tuple(sorted(inspect(record).committed_state.keys() & set(columns.keys())))
        if names:
            alike[names].append(record)
    for names, changed in alike.items():
        statement = (
            update(model.__table__)
            .where(columns.id == bindparam("own_id"), columns.version == bindparam("seen"))
            .values({columns.version: columns.version + 1})
            .values({columns[name]: bindparam(f"new_{name}") for name in names})
        )
        result = session.connection().execute(
            statement,
            [
                {f"new_{name}": getattr(record, name) for name in names}
                | {"own_id": record.id, "seen": record.version}
                for record in changed
            ],
        )
        if result.rowcount != len(changed):
            raise StaleDataError(f"{len(changed) - result.rowcount} records have changed meanwhile.")
        for record in changed:
            set_committed_value(record, "version", record.version + 1)
            for name in names:
                set_committed_value(record, name, getattr(record, name))
