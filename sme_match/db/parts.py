"""The parts of a few records, each kind read with a kept statement of its own.

SQLAlchemy's `selectinload` does the same with a statement that it puts together on every request;
for the parts of one record that takes longer than reading them.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, inspect, select
from sqlalchemy.orm import Mapper, QueryableAttribute, Session
from sqlalchemy.orm.attributes import set_committed_value

from sme_match.db.base import Base
from sme_match.db.paging import KEPT_STATEMENTS


def load_parts(session: Session, wholes: Sequence[Base], *relations: QueryableAttribute[Any]) -> None:
    """Load collections of records of one kind that have an `id`; what is loaded already stays."""
    for relation in relations:
        missing = {_id_of(each): each for each in wholes if relation.key in inspect(each).unloaded}
        if not missing:
            continue
        statement, key = _select_parts(relation.parent.mapper, relation.key)
        found: dict[int, list[Base]] = {whole_id: [] for whole_id in missing}
        for part in session.scalars(statement, {"wholes": list(missing)}):
            found[getattr(part, key)].append(part)
        for whole_id, whole in missing.items():
            set_committed_value(whole, relation.key, found[whole_id])


def _id_of(record: Base) -> int:
    number: int = inspect(record).mapper.primary_key_from_instance(record)[0]
    return number


@lru_cache(KEPT_STATEMENTS)
def _select_parts(kind: Mapper[Any], name: str) -> tuple[Select[Any], str]:
    """Return the statement for the parts, and the attribute of a part that names its whole."""
    relation = kind.relationships[name]
    [(_, column)] = relation.local_remote_pairs or ()
    query = select(relation.mapper.class_).where(column.in_(bindparam("wholes", expanding=True)))
    if relation.remote_side != {column}:
        # The relation asks more of its parts than to belong to the whole.
        query = query.join(kind.local_table, relation.primaryjoin)
    key = relation.mapper.get_property_by_column(column).key
    return query.order_by(*(relation.order_by or ())), key
