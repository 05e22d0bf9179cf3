"""Migrations: one head, the same schema as the models, up and down on both databases."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, inspect, select, text

from sme_match.db.migrations import (
    FOLDER,
    current_revision,
    downgrade,
    head_revision,
    is_behind,
    migrate,
)
from sme_match.db.session import Database
from sme_match.schema import METADATA
from tests.architecture.region import build_side
from tests.postgresql import as_owner

FIRST_FILLED = "0016"
"""From here on migrations are tried on a database with a row in every table."""


def empty(database: Database) -> None:
    METADATA.drop_all(database.engine)
    with database.engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))


def test_there_is_one_head() -> None:
    assert ScriptDirectory(str(FOLDER)).get_heads() == [head_revision()]


def test_the_migrated_schema_equals_the_models_and_goes_down_again(database_url: str) -> None:
    database = Database(as_owner(database_url))
    try:
        empty(database)
        migrate(database.engine)
        assert current_revision(database.engine) == head_revision()
        with database.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, METADATA) == []
        downgrade(database.engine)
        assert inspect(database.engine).get_table_names() == ["alembic_version"]
    finally:
        empty(database)
        METADATA.create_all(database.engine)
        database.dispose()


def test_a_filled_database_keeps_its_rows_through_migrations(database_url: str) -> None:
    database = Database(as_owner(database_url))
    try:
        empty(database)
        migrate(database.engine)
        with database.unit_of_work() as session:
            build_side(session, "みちのく")
        before = counts(database)
        downgrade(database.engine, FIRST_FILLED)
        # What came later has no place there.
        kept = set(inspect(database.engine).get_table_names()) & before.keys()
        migrate(database.engine)
        after = counts(database)
        assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
        assert before["event_candidate"] > 0
    finally:
        empty(database)
        METADATA.create_all(database.engine)
        database.dispose()


def counts(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return {
            table.name: session.scalars(select(func.count()).select_from(table)).one()
            for table in METADATA.sorted_tables
        }


def test_an_older_schema_is_behind_and_that_of_a_later_version_is_not(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'some.sqlite3'}")
    with database.engine.connect() as connection:
        assert is_behind(connection)
    migrate(database.engine, "0001")
    with database.engine.connect() as connection:
        assert is_behind(connection)
    migrate(database.engine)
    with database.engine.begin() as connection:
        assert not is_behind(connection)
        connection.execute(text("UPDATE alembic_version SET version_num = 'later'"))
        assert not is_behind(connection)
    database.dispose()
