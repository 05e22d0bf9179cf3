"""Code of the release before runs on the schema of the next: machines are renewed one after the other.

A migration only adds: tables, columns that may be left out, indexes. What is no longer used goes in a
later release, whose migration says with `CONTRACTS` which tables and columns no code of the release
before names any more.
"""

from collections.abc import Mapping
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from sme_match.db.migrations import FOLDER, migrate
from sme_match.db.session import Database
from sme_match.schema import METADATA
from tests.db.test_migrations import empty
from tests.postgresql import as_owner

SINCE = "0027"
"""The rule holds for the steps from here on."""

Schema = Mapping[str, Mapping[str, Any]]


def schema_of(engine: Engine) -> Schema:
    """Return the columns of all tables."""
    found = inspect(engine)
    return {
        table: {column["name"]: column for column in found.get_columns(table)}
        for table in found.get_table_names()
    }


def broken(before: Schema, after: Schema, contracted: frozenset[str]) -> list[str]:
    """Return what old code cannot do any more: it names a column that is gone, or leaves one out."""
    faults = []
    for table, columns in before.items():
        if table not in after:
            faults += [table] * (table not in contracted)
            continue
        for name, column in columns.items():
            here = f"{table}.{name}"
            if name not in after[table]:
                faults += [f"{here} is gone"] * (here not in contracted)
            elif column["nullable"] and not after[table][name]["nullable"]:
                faults.append(f"{here} must be given")
            elif str(column["type"]) != str(after[table][name]["type"]):
                faults.append(f"{here} is another type")
        faults += [
            f"{table}.{name} must be given"
            for name, column in after[table].items()
            if name not in columns and not column["nullable"] and column["default"] is None
        ]
    return faults


def test_every_step_leaves_the_code_before_it_running(database_url: str) -> None:
    script = ScriptDirectory(str(FOLDER))
    steps = [step for step in reversed(list(script.walk_revisions())) if step.revision > SINCE]
    assert steps, "there is a step to look at"
    database = Database(as_owner(database_url))
    try:
        empty(database)
        migrate(database.engine, SINCE)
        before = schema_of(database.engine)
        for step in steps:
            migrate(database.engine, step.revision)
            after = schema_of(database.engine)
            contracted = frozenset(getattr(step.module, "CONTRACTS", ()))
            assert broken(before, after, contracted) == [], step.revision
            before = after
    finally:
        empty(database)
        METADATA.create_all(database.engine)
        database.dispose()


AGAIN = "DROP TABLE lease; CREATE TABLE lease (name VARCHAR(64), owner VARCHAR(64), until {}, note {})"


@pytest.mark.parametrize(
    ("statements", "fault", "may_go"),
    [
        ("DROP TABLE lease", "lease", True),
        ("ALTER TABLE lease DROP COLUMN until", "lease.until is gone", True),
        ("ALTER TABLE lease RENAME COLUMN until TO ends_at", "lease.until is gone", True),
        (AGAIN.format("INTEGER", "TEXT"), "lease.until is another type", False),
        (AGAIN.format("TIMESTAMP", "TEXT NOT NULL"), "lease.note must be given", False),
        ("ALTER TABLE lease ADD COLUMN note VARCHAR(9) NOT NULL DEFAULT ''", None, False),
        ("ALTER TABLE lease ADD COLUMN note VARCHAR(9)", None, False),
    ],
)
def test_a_step_that_would_stop_old_code_is_found(
    database_url: str, statements: str, fault: str | None, *, may_go: bool
) -> None:
    database = Database(as_owner(database_url))
    try:
        before = schema_of(database.engine)
        with database.engine.begin() as connection:
            for statement in statements.split(";"):
                connection.execute(text(statement))
        after = schema_of(database.engine)
        found = broken(before, after, frozenset())
        assert (fault in found) if fault else (found == [])
        contracted = broken(before, after, frozenset({"lease", "lease.until"}))
        assert (fault not in contracted) is (may_go or fault is None)
    finally:
        empty(database)
        METADATA.create_all(database.engine)
        database.dispose()
