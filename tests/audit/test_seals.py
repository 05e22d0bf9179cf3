"""Seals show what somebody changed in the audit log who could drop its triggers."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from sme_match.audit.seals import SETTLED, Broken, find_broken, seal_settled
from sme_match.audit.services import record
from sme_match.db.session import Database
from tests.conftest import NOW
from tests.factories import make_actor, make_body

LATER = NOW + SETTLED
DROP = {
    "sqlite": ("DROP TRIGGER audit_entry_no_update", "DROP TRIGGER audit_entry_no_delete"),
    "postgresql": ("ALTER TABLE audit_entry DISABLE TRIGGER ALL",),
}
CHANGES = (
    "UPDATE audit_entry SET note = 'それらしい理由' WHERE note = '二'",
    "DELETE FROM audit_entry WHERE note = '二'",
    "UPDATE audit_entry SET at = '2020-01-01 00:00:00' WHERE note = '三'",
)


def write(database: Database, *notes: str) -> None:
    with database.unit_of_work() as session:
        actor = make_actor(session, make_body(session))
        for note in notes:
            record(
                session,
                actor,
                action="company.edit",
                subject=("company", 1),
                body_id=actor.body_id,
                now=NOW,
                changes={"name": ("旧", "新"), "price": (1.25, None)},
                note=note,
            )


def broken(database: Database) -> list[Broken]:
    with database.reading() as session:
        return list(find_broken(session))


def test_an_untouched_log_fits_its_seals(database: Database) -> None:
    write(database, "一", "二", "三")
    assert seal_settled(database, now=LATER) == 3
    write(database, "四")
    assert seal_settled(database, now=LATER) == 1
    assert seal_settled(database, now=LATER) == 0
    assert broken(database) == []


def test_what_has_not_settled_waits(database: Database) -> None:
    write(database, "一")
    assert seal_settled(database, now=LATER - timedelta(seconds=1)) == 0


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_or_removed_entry_breaks_its_stretch_alone(
    database: Database, change: str, owner: Database
) -> None:
    write(database, "一", "二", "三")
    seal_settled(database, now=LATER)
    write(database, "四")
    seal_settled(database, now=LATER + SETTLED)

    with owner.engine.connect() as connection:
        for statement in (*DROP[connection.dialect.name], change):
            connection.execute(text(statement))
        [found] = find_broken(Session(connection))
        connection.rollback()

    assert found.sealed_at == LATER
    assert broken(database) == []
