"""On PostgreSQL a transaction finds the rows of the bodies it is for, and cannot write others."""

from collections.abc import Iterator

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from config import load_settings
from sme_match.app import create_app
from sme_match.commands.database import migrate_command
from sme_match.companies.models import Company, CompanyShare, Contact
from sme_match.db.migrations import is_behind, migrate
from sme_match.db.scope import EVERY_BODY, limit_to, reach_also, reaching_every_body, scope_of
from sme_match.db.session import Database
from sme_match.needs.models import Need, NeedShare
from sme_match.row_policies import ROW_POLICIES
from sme_match.schema import METADATA
from tests.architecture.region import Side, build_side
from tests.conftest import NOW
from tests.postgresql import as_owner, empty_all_tables

PROTECTED = frozenset(ROW_POLICIES)
COMPARED = frozenset({"company", "exclusion"})
"""Rows of all bodies are read together, and written by their own body alone."""
POLICIES = "SELECT tablename, policyname, cmd, qual, with_check FROM pg_policies ORDER BY 1, 2"
UNDER_POLICY = "SELECT relname FROM pg_class WHERE relrowsecurity"


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue("postgresql_url")
    empty_all_tables(as_owner(url))
    return url


@pytest.fixture
def sides(database: Database) -> tuple[Side, Side]:
    with database.unit_of_work() as session:
        return build_side(session, "こちら"), build_side(session, "あちら")


@pytest.fixture
def mine(database: Database, sides: tuple[Side, Side]) -> Iterator[Session]:
    with database.open_session(write=True, scope=scope_of([sides[0].body.id])) as session:
        yield session


def counts(session: Session) -> dict[str, int]:
    return {
        name: session.scalar(select(func.count()).select_from(METADATA.tables[name])) or 0
        for name in sorted(PROTECTED)
    }


def test_the_service_owns_nothing_and_cannot_take_policies_away(
    database: Database, sides: tuple[Side, Side]
) -> None:
    with database.engine.connect() as connection:
        rights = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        assert connection.scalar(text(rights)) is False
        owned = "SELECT count(*) FROM pg_tables WHERE tableowner = current_user"
        assert connection.scalar(text(owned)) == 0
        assert set(connection.scalars(text(UNDER_POLICY))) == PROTECTED
        with pytest.raises(DBAPIError, match="must be owner"):
            connection.execute(text("ALTER TABLE need DISABLE ROW LEVEL SECURITY"))


def test_without_a_scope_there_are_no_rows(database: Database, sides: tuple[Side, Side]) -> None:
    with database.open_session(write=False) as session:
        assert set(counts(session).values()) == {0}
    with database.engine.connect() as connection:
        for name in PROTECTED:
            assert connection.scalar(text(f"SELECT count(*) FROM {name}")) == 0  # noqa: S608
    with database.reading() as session:
        assert counts(session)["need"] == 2


def test_the_rows_of_another_body_are_not_there(
    database: Database, mine: Session, sides: tuple[Side, Side]
) -> None:
    with database.open_session(write=False, scope=scope_of([sides[1].body.id])) as session:
        assert counts(session) == counts(mine)
    foreign = sides[1].body.id
    for name in PROTECTED - COMPARED:
        table = METADATA.tables[name]
        if "body_id" in table.c:
            assert mine.execute(select(table).where(table.c.body_id == foreign)).all() == []
    # By every path: by key, by text, by an update that names no body.
    assert mine.get(Need, int(sides[1].ids["need_id"])) is None
    assert mine.scalar(text("SELECT count(*) FROM need WHERE title LIKE '%あちら%'")) == 0
    changed = mine.execute(update(Need).values(title="x").returning(Need.id)).scalars().all()
    assert changed == [sides[0].ids["need_id"]]


def test_nothing_is_written_for_another_body(mine: Session, sides: tuple[Side, Side]) -> None:
    own = mine.execute(select(METADATA.tables["training_run"])).mappings().one()
    stolen = {**own, "id": 9_999, "body_id": sides[1].body.id}
    for statement in (
        insert(METADATA.tables["training_run"]).values(stolen),
        update(METADATA.tables["training_run"]).values(body_id=sides[1].body.id),
        update(Contact).values(company_id=sides[1].ids["company_id"]),
        update(Company).values(name="x"),
    ):
        with pytest.raises(DBAPIError, match="row-level security"), mine.begin_nested():
            mine.execute(statement)


def test_what_is_shared_is_read_by_its_receiver_never_written_and_gone_when_withdrawn(
    database: Database, mine: Session, sides: tuple[Side, Side]
) -> None:
    company, need = int(sides[1].ids["company_id"]), int(sides[1].ids["need_id"])
    people = select(Contact.id).where(Contact.company_id == company)
    seen = (select(Need.id).where(Need.id == need), people)
    assert [mine.scalar(query) for query in seen] == [None, None]
    with database.unit_of_work() as session:
        receiver = sides[0].body.id
        session.add(NeedShare(need_id=need, body_id=receiver, granted_at=NOW))
        session.add(CompanyShare(company_id=company, body_id=receiver, granted_at=NOW))
    mine.rollback()
    assert None not in [mine.scalar(query) for query in seen]
    change = update(Need).where(Need.id == need).values(title="x").returning(Need.id)
    assert mine.scalar(change) is None
    with database.unit_of_work() as session:
        for kind in (NeedShare, CompanyShare):
            session.execute(update(kind).values(withdrawn_at=NOW))
    mine.rollback()
    assert [mine.scalar(query) for query in seen] == [None, None]


def test_a_connection_of_the_pool_hands_on_nothing(
    database: Database, sides: tuple[Side, Side]
) -> None:
    for scope, needs in ((scope_of([sides[0].body.id]), 1), (EVERY_BODY, 2), ("", 0)):
        with database.open_session(write=True, scope=scope) as session:
            assert counts(session)["need"] == needs
            pid = session.scalar(text("SELECT pg_backend_pid()"))
            session.commit()
            # The next transaction of the same session is for the same bodies.
            assert counts(session)["need"] == needs
        with database.engine.connect() as connection:
            assert connection.scalar(text("SELECT pg_backend_pid()")) == pid, "the same connection"
            assert connection.scalar(text("SELECT count(*) FROM need")) == 0


def test_a_scope_is_narrowed_and_lifted_within_a_transaction(
    database: Database, sides: tuple[Side, Side]
) -> None:
    with database.reading() as session:
        assert counts(session)["need"] == 2
        limit_to(session, scope_of([sides[0].body.id]))
        assert counts(session)["need"] == 1
        with reaching_every_body(session):
            assert counts(session)["need"] == 2
        assert counts(session)["need"] == 1


def test_migrating_as_the_owner_lets_the_service_in(postgresql_url: str) -> None:
    owner_url = as_owner(postgresql_url)
    url = owner_url.replace("//test@", "//newcomer@")
    owner = Database(owner_url)
    with owner.engine.begin() as connection:
        connection.execute(text("CREATE ROLE newcomer LOGIN"))
    METADATA.drop_all(owner.engine)
    environ = {"SME_MATCH_ENV": "test", "DATABASE_URL": url, "DATABASE_OWNER_URL": owner_url}
    app = create_app(load_settings(environ))
    service: Database = app.extensions["sme_match"].database
    try:
        with app.app_context():
            assert app.test_cli_runner().invoke(migrate_command).exit_code == 0
        with service.unit_of_work() as session:
            build_side(session, "新しい")
            assert counts(session)["need"] == 1
            assert not is_behind(session.connection())
    finally:
        service.dispose()
        METADATA.drop_all(owner.engine)
        with owner.engine.begin() as connection:
            connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
            connection.execute(text("DROP OWNED BY newcomer"))
            connection.execute(text("DROP ROLE newcomer"))
        METADATA.create_all(owner.engine)
        owner.dispose()


def test_migrated_tables_have_the_policies_of_new_ones(postgresql_url: str) -> None:
    database = Database(as_owner(postgresql_url))
    try:
        with database.engine.begin() as connection:
            made = connection.execute(text(POLICIES)).all()
        METADATA.drop_all(database.engine)
        migrate(database.engine)
        with database.engine.connect() as connection:
            assert connection.execute(text(POLICIES)).all() == made
            assert set(connection.scalars(text(UNDER_POLICY))) == PROTECTED
    finally:
        METADATA.drop_all(database.engine)
        with database.engine.begin() as connection:
            connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
        METADATA.create_all(database.engine)
        database.dispose()


def test_a_scope_that_was_lifted_comes_back_whatever_happens(
    database: Database, sides: tuple[Side, Side]
) -> None:
    own = scope_of([sides[0].body.id])
    with database.open_session(write=False, scope=own) as session:
        with pytest.raises(ZeroDivisionError), reaching_every_body(session):
            assert 1 // (counts(session)["need"] - 2)
        assert counts(session)["need"] == 1
        with pytest.raises(DBAPIError, match="does not exist"), reaching_every_body(session):
            session.execute(text("SELECT nothing FROM nowhere"))
        session.rollback()
        assert counts(session)["need"] == 1
        reach_also(session, scope_of([sides[1].body.id]))
        assert counts(session)["need"] == 2
