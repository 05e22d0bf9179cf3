"""The region of one day, built once for all tests that only look at it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from sme_match.db.session import Database
from sme_match.demo.build import DemoSummary, build_demo
from sme_match.schema import METADATA
from tests.demo.matching import match_by_process

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def build_region(session: Session, *, today: date = TODAY, seed: int = 7) -> DemoSummary:
    now = datetime(today.year, today.month, today.day, 1, 0, tzinfo=UTC)
    return build_demo(
        session,
        today=today,
        now=now,
        password_hash="hash",
        match_need=match_by_process(now),
        seed=seed,
    )


@pytest.fixture(scope="session")
def region_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The region on SQLite; other back ends store the same values."""
    path = tmp_path_factory.mktemp("demo") / "region.sqlite3"
    database = Database(f"sqlite:///{path}")
    METADATA.create_all(database.engine)
    with database.unit_of_work() as session:
        build_region(session)
    yield database
    database.dispose()


@pytest.fixture
def region(region_database: Database) -> Iterator[Session]:
    """A session that reads the region."""
    with region_database.reading() as session:
        yield session
