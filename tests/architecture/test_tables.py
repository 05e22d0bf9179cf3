"""Whose the rows of each table are, and which references may lead to another body's records.

A table that is new must be named here. A child has no body of its own: it hangs on one record and is
reached through it alone, so it is always of that record's body. References between records that have a
body each carry it (`same_body`), and the database refuses a foreign one, on both back ends; the few
that may lead to another body are listed with the reason.
"""

import pytest
from sqlalchemy import Executable, ForeignKeyConstraint, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sme_match.db.scope import EVERY_BODY
from sme_match.db.session import Database
from sme_match.schema import APPEND_ONLY, METADATA
from tests.architecture.ownership import CHILDREN, GRANTS, LAWFUL, OF_ALL, OWN, bound, links
from tests.architecture.region import Side, build_side

ONE_FOR_EACH = {"outcome", "follow_up"}
"""A meeting has one, so its own has to go before a foreign one is tried."""


def test_every_table_says_whose_its_rows_are() -> None:
    kinds = [OWN, GRANTS.keys(), CHILDREN.keys(), OF_ALL]
    assert sorted(name for kind in kinds for name in kind) == sorted(METADATA.tables)
    for name, table in METADATA.tables.items():
        assert ("body_id" in table.c) is (name in OWN | GRANTS.keys()), name
    for name, column in {**GRANTS, **CHILDREN}.items():
        table = METADATA.tables[name]
        assert links(table)[column] in OWN | CHILDREN.keys(), name
        assert not table.c[column].nullable, name


def test_a_reference_to_what_has_a_body_carries_it_or_says_why_not() -> None:
    free = {
        f"{name}.{column}"
        for name in OWN
        for column, parent in links(METADATA.tables[name]).items()
        if parent in OWN and column not in dict(bound(METADATA.tables[name]))
    }
    assert free == LAWFUL.keys()


@pytest.fixture
def sides(database: Database) -> tuple[Side, Side]:
    with database.unit_of_work() as session:
        return build_side(session, "こちら"), build_side(session, "あちら")


def test_the_database_refuses_a_reference_to_another_bodys_record(
    database: Database, sides: tuple[Side, Side]
) -> None:
    tried = set()
    for table in METADATA.tables.values():
        for column, constraint in bound(table):
            with database.open_session(write=True, scope=EVERY_BODY) as session:
                foreign = _foreign_value(session, constraint, sides)
                own = (table.c.body_id == sides[0].body.id, table.c[column].is_not(None))
                row = session.execute(select(table).where(*own)).mappings().first()
                assert row is not None, f"{table.name} has no row to try it with."
                change: Executable = (
                    update(table).where(table.c.id == row["id"]).values({column: foreign})
                )
                if table.name in ONE_FOR_EACH:
                    # Otherwise that rule would refuse it.
                    session.execute(delete(table).where(table.c.body_id == sides[1].body.id))
                if table.name in APPEND_ONLY:
                    change = insert(table).values({**row, "id": row["id"] + 1000, column: foreign})
                with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
                    session.execute(change)
                tried.add(f"{table.name}.{column}")
    assert len(tried) == 13


def _foreign_value(session: Session, constraint: ForeignKeyConstraint, sides: tuple[Side, Side]) -> int:
    parent = constraint.elements[0].column
    owner = constraint.elements[1].column
    found = session.execute(
        parent.table.select().with_only_columns(parent).where(owner == sides[1].body.id)
    ).scalars()
    return int(found.first() or 0)
