"""What all tests share: a database of either kind, an application on it, people who sign in."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from config import load_settings
from sme_match.app import create_app
from sme_match.core.settings import Settings
from sme_match.db.scope import EVERY_BODY, allow_use
from sme_match.db.session import Database
from sme_match.schema import METADATA
from tests.client import Client
from tests.postgresql import APP_ROLE, as_owner, empty_all_tables, find_binaries, running_server

# How fast an example runs says something about the machine, nothing about the code.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=400, print_blob=True)
hypothesis.settings.load_profile("untimed")

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
"""Friday 20 November 2026, 10:00 in Japan: the `now` of tests that do not set their own."""

REQUIRE_EVERYTHING = os.environ.get("REQUIRE_EVERYTHING") == "1"


def skip_or_fail(reason: str) -> None:
    """Skip what this machine cannot run; in CI, where everything must run, fail."""
    if REQUIRE_EVERYTHING:
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    database = Database(f"sqlite:///{path}")
    METADATA.create_all(database.engine)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    database.dispose()
    return path


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    binaries = find_binaries()
    if binaries is None:
        skip_or_fail("PostgreSQL is not installed.")
        return
    with running_server(binaries) as url:
        database = Database(as_owner(url))
        allow_use(database.engine, APP_ROLE)
        METADATA.create_all(database.engine)
        database.dispose()
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database with all tables, on SQLite and on PostgreSQL in turn."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        path: Path = request.getfixturevalue("tmp_path") / "test.sqlite3"
        shutil.copy(template, path)
        return f"sqlite:///{path}"
    url: str = request.getfixturevalue("postgresql_url")
    empty_all_tables(as_owner(url))
    return url


@pytest.fixture
def settings(database_url: str) -> Settings:
    owner_url = as_owner(database_url)
    return load_settings(
        {"SME_MATCH_ENV": "test", "DATABASE_URL": database_url, "DATABASE_OWNER_URL": owner_url}
    )


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The application; its clock stands at NOW until a test sets `app.clock.now`."""
    clock = Clock(NOW)
    application = create_app(settings, clock=clock)
    # One test checks that every form is refused without its token; the others leave it out.
    application.config["WTF_CSRF_ENABLED"] = False
    application.extensions["clock"] = clock
    yield application
    application.extensions["sme_match"].database.dispose()


class Clock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock(app: Flask) -> Clock:
    found: Clock = app.extensions["clock"]
    return found


@pytest.fixture
def database(request: pytest.FixtureRequest, database_url: str) -> Iterator[Database]:
    """The database; the same object as the application's when a test uses both."""
    if "app" in request.fixturenames:
        yield request.getfixturevalue("app").extensions["sme_match"].database
        return
    own = Database(database_url)
    yield own
    own.dispose()


@pytest.fixture
def owner(database_url: str) -> Iterator[Database]:
    """The same database for whoever owns the tables and may change them."""
    own = Database(as_owner(database_url))
    yield own
    own.dispose()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session for tests of services and queries: nothing is kept.

    Do not use it together with `client` on SQLite: its write transaction would block the request.
    Use `with database.unit_of_work() as session:` there.
    """
    with database.open_session(write=True, scope=EVERY_BODY) as opened:
        yield opened
        opened.rollback()


@pytest.fixture
def client(app: Flask) -> Client:
    """A browser that nobody has signed in with; `client.sign_in(user_id)` does."""
    return Client(app)
