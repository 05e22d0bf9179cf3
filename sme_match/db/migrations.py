"""Running the numbered migrations of the top-level migrations/ folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from sqlite3 import Connection as SQLiteConnection
from typing import cast

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

FOLDER = Path(__file__).resolve().parents[2] / "migrations"


def alembic_config(connection: Connection) -> Config:
    """Return the Alembic configuration for one connection."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the database to the revision, in one transaction."""
    with _transaction(engine) as connection:
        command.upgrade(alembic_config(connection), revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take the database back to the revision."""
    with _transaction(engine) as connection:
        command.downgrade(alembic_config(connection), revision)


@contextmanager
def _transaction(engine: Engine) -> Iterator[Connection]:
    """Open a transaction for migrations; on SQLite the foreign keys are checked at its end.

    SQLite changes a table by copying it, and would refuse to drop the old one, or delete what belongs
    to its rows, as long as other tables refer to it.
    """
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            yield connection
        return
    with engine.connect() as connection:
        # Within a transaction the pragma does nothing, so it goes past the one that would begin here.
        driver = cast("SQLiteConnection", connection.connection.driver_connection)
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
                if broken is not None:
                    raise RuntimeError(f"A migration left rows that refer to nothing: {tuple(broken)}.")
        finally:
            driver.execute("PRAGMA foreign_keys=ON")


def current_revision(engine: Engine) -> str | None:
    """Return the revision the database is at, or None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str:
    """Return the newest revision in the folder."""
    head = _scripts().get_current_head()
    if head is None:
        raise RuntimeError("There is no migration.")
    return head


def is_behind(connection: Connection) -> bool:
    """Tell whether this code knows a newer schema than the database has.

    A revision that this code does not know is newer: the next version of the service has migrated,
    and this one may go on until it is replaced.
    """
    current = MigrationContext.configure(connection).get_current_revision()
    return current is None or current in _earlier_revisions()


@cache
def _earlier_revisions() -> frozenset[str]:
    """Return all revisions but the newest; the folder does not change while the process runs."""
    return frozenset(each.revision for each in _scripts().walk_revisions()) - {head_revision()}


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return ScriptDirectory.from_config(config)
