"""A backup is whole or does not exist, and what is restored is what was there."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, func, inspect, make_url, select, text
from sqlalchemy.exc import DBAPIError

from config import load_settings
from sme_match.app import create_app
from sme_match.core.actor import Role
from sme_match.db.backups import (
    DAILY,
    BackupError,
    back_up,
    list_backups,
    remove_old,
    restore,
    to_keep,
    verify,
)
from sme_match.db.engine import make_engine
from sme_match.db.migrations import head_revision, migrate
from sme_match.db.scope import allow_use
from sme_match.db.session import Database
from sme_match.schema import METADATA
from tests.client import Client
from tests.conftest import NOW
from tests.factories import make_body, make_buyer, make_capability, make_company, make_need, make_user
from tests.postgresql import APP_ROLE, as_owner

times = st.lists(
    st.integers(0, 26_000).map(lambda hours: NOW - timedelta(hours=hours)),
    max_size=60,
    unique=True,
)


def fill(database: Database) -> int:
    """Make a database like a running one; return somebody who can sign in."""
    owner = Database(as_owner(database.engine.url.render_as_string(hide_password=False)))
    METADATA.drop_all(owner.engine)
    migrate(owner.engine)
    owner.dispose()
    with database.unit_of_work() as session:
        body = make_body(session)
        make_capability(session, make_company(session, body), description="旋削")
        make_need(session, make_buyer(session, body), title="軸")
        return make_user(session, body, Role.COORDINATOR).id


def counts(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in METADATA.sorted_tables
        }


@contextmanager
def empty_target(url: str, folder: Path) -> Iterator[str]:
    """Give the address of an empty database of the same kind, as its owner."""
    parsed = make_url(as_owner(url))
    if parsed.get_backend_name() == "sqlite":
        yield f"sqlite:///{folder / 'restored.sqlite3'}"
        return
    engine = create_engine(parsed, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE restored"))
    try:
        yield parsed.set(database="restored").render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text("DROP DATABASE restored WITH (FORCE)"))
        engine.dispose()


def lend(url: str) -> None:
    """Let the service's role use what the owner restored, as `migrate` does."""
    owner = make_engine(url)
    allow_use(owner, APP_ROLE)
    owner.dispose()


@pytest.fixture
def filled(database_url: str) -> Iterator[tuple[Database, int]]:
    database, owner = Database(database_url), Database(as_owner(database_url))
    try:
        yield database, fill(database)
    finally:
        with owner.engine.begin() as connection:
            connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
        for each in (database, owner):
            each.dispose()


def test_the_drill_a_restored_service_holds_all_records_and_serves(
    filled: tuple[Database, int], tmp_path: Path
) -> None:
    database, user_id = filled
    before = counts(database)
    path = back_up(database.engine, tmp_path / "backups", now=NOW)

    with empty_target(str(database.engine.url), tmp_path) as url:
        restore(path, url)
        lend(url)
        service = url.replace("//test@", f"//{APP_ROLE}@")
        app = create_app(load_settings({"SME_MATCH_ENV": "test", "DATABASE_URL": service}))
        restored: Database = app.extensions["sme_match"].database
        assert counts(restored) == before
        with restored.engine.connect() as connection:
            assert connection.scalar(text("SELECT version_num FROM alembic_version")) == head_revision()
        assert "軸" in Client(app).sign_in(user_id).get("/needs/").text
        restored.dispose()


def test_nothing_is_restored_over_what_exists(filled: tuple[Database, int], tmp_path: Path) -> None:
    database, _ = filled
    path = back_up(database.engine, tmp_path, now=NOW)
    before = counts(database)

    with pytest.raises(BackupError):
        restore(path, database.engine.url.render_as_string(hide_password=False))

    assert counts(database) == before


@pytest.mark.parametrize("leftover", ["-wal", "-journal"])
def test_a_journal_left_by_a_crash_is_not_played_into_what_is_restored(
    leftover: str, tmp_path: Path
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'old.sqlite3'}")
    migrate(database.engine)
    path = back_up(database.engine, tmp_path / "backups", now=NOW)
    assert path.stat().st_mode & 0o077 == 0
    database.dispose()
    (tmp_path / f"new.sqlite3{leftover}").touch()

    with pytest.raises(BackupError, match=leftover):
        restore(path, f"sqlite:///{tmp_path / 'new.sqlite3'}")

    assert not (tmp_path / "new.sqlite3").exists()


def test_a_damaged_backup_is_told_and_not_restored(
    filled: tuple[Database, int], tmp_path: Path
) -> None:
    database, _ = filled
    path = back_up(database.engine, tmp_path, now=NOW)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])

    with pytest.raises(BackupError):
        verify(path)
    with (
        empty_target(str(database.engine.url), tmp_path) as url,
        pytest.raises(BackupError),
    ):
        restore(path, url)


@pytest.mark.parametrize("content", [b"", b"PGDMP", b"SQLite format 3\0", b"PK zip", "文書".encode()])
def test_other_files_are_no_backups(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "sme_match-20261120T010000Z.sqlite3"
    path.write_bytes(content)

    with pytest.raises(BackupError):
        verify(path)


def test_whoever_only_reads_writes_nothing_after_a_backup_either(
    filled: tuple[Database, int], tmp_path: Path
) -> None:
    database, _user_id = filled
    counts(database)
    back_up(database.engine, tmp_path, now=NOW)
    with database.reading() as session, pytest.raises(DBAPIError):
        session.execute(text('DELETE FROM "audit_entry"'))


def test_a_backup_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    assert inspect(database.engine).get_table_names() == []

    with pytest.raises(BackupError):
        back_up(database.engine, tmp_path / "backups", now=NOW)

    assert list((tmp_path / "backups").iterdir()) == []
    database.dispose()


def test_old_backups_are_deleted_by_day_week_and_month(tmp_path: Path) -> None:
    for days in range(100):
        at = NOW - timedelta(days=days)
        (tmp_path / f"sme_match-{at:%Y%m%dT%H%M%SZ}.sqlite3").touch()
    (tmp_path / "note.txt").touch()

    remove_old(tmp_path)

    kept = [at for at, _ in list_backups(tmp_path)]
    assert kept[-DAILY:] == [NOW - timedelta(days=days) for days in range(DAILY - 1, -1, -1)]
    assert len(kept) < 30
    assert (tmp_path / "note.txt").exists()


@given(times)
def test_the_newest_backup_is_always_kept_and_keeping_is_stable(made: list[datetime]) -> None:
    kept = to_keep(made)

    assert kept <= set(made)
    assert not made or max(made) in kept
    assert to_keep(kept) == kept
