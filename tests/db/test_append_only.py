"""What was written down once can be neither changed nor deleted, whoever asks the database."""

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DatabaseError

from sme_match.audit.models import AuditEntry
from sme_match.audit.services import record
from sme_match.db.migrations import migrate
from sme_match.db.session import Database
from sme_match.schema import APPEND_ONLY, METADATA
from tests.conftest import NOW
from tests.factories import make_actor, make_body
from tests.postgresql import as_owner

PROTECTED = {
    "sqlite": "SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT DISTINCT event_object_table FROM information_schema.triggers",
}


@pytest.mark.parametrize("change", [update(AuditEntry).values(note="x"), delete(AuditEntry)])
def test_entries_of_the_audit_stay_as_they_are(database: Database, change: object) -> None:
    with database.unit_of_work() as session:
        body = make_body(session)
        actor = make_actor(session, body)
        record(session, actor, action="a.b", subject=("body", 1), body_id=body.id, now=NOW, note="は")

    with pytest.raises(DatabaseError, match="append-only"), database.unit_of_work() as session:
        session.execute(change)  # type: ignore[call-overload]

    with database.reading() as session:
        assert [entry.note for entry in session.query(AuditEntry)] == ["は"]


def test_migrations_protect_the_same_tables(database_url: str) -> None:
    database = Database(as_owner(database_url))
    METADATA.drop_all(database.engine)
    migrate(database.engine)
    try:
        with database.engine.connect() as connection:
            found = connection.execute(text(PROTECTED[connection.dialect.name])).scalars().all()
        assert set(found) == set(APPEND_ONLY)
    finally:
        METADATA.drop_all(database.engine)
        with database.engine.begin() as connection:
            connection.execute(text("DROP TABLE alembic_version"))
        METADATA.create_all(database.engine)
        database.dispose()
