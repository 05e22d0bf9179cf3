"""Reading and writing thousands of records in few statements."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

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
