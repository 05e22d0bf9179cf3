"""Two people on one import: exactly one of two simultaneous clicks counts."""

from collections.abc import Callable
from threading import Barrier, Thread

from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.companies.models import Company
from sme_match.companies.register import COMPANY_REGISTER
from sme_match.core.errors import ConflictError
from sme_match.db.session import Database
from sme_match.registers.services import apply_import, read_file, start_import, undo_import
from tests.conftest import NOW
from tests.factories import make_actor, make_body
from tests.registers.files import csv_file


def at_once(database: Database, act: Callable[[Session], object]) -> list[str]:
    """Run the act in two transactions at the same time; return how each ended."""
    ends: list[str] = []
    barrier = Barrier(2)

    def run() -> None:
        barrier.wait()
        try:
            with database.unit_of_work() as session:
                act(session)
        except ConflictError:
            ends.append("refused")
        else:
            ends.append("done")

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends)


def test_two_clicks_bring_a_file_in_once_and_take_it_back_once(database: Database) -> None:
    with database.unit_of_work() as session:
        actor = make_actor(session, make_body(session))
        data = csv_file([{"企業名": f"会社{n}", "都道府県": "岩手県"} for n in range(20)])
        file = read_file(COMPANY_REGISTER, filename="名簿.csv", data=data)
        started = start_import(session, actor, COMPANY_REGISTER, file, now=NOW)

    def bring_in(session: Session) -> None:
        apply_import(session, actor, COMPANY_REGISTER, started.id, decisions={}, now=NOW)

    def take_back(session: Session) -> None:
        undo_import(session, actor, COMPANY_REGISTER, started.id, now=NOW)

    assert at_once(database, bring_in) == ["done", "refused"]
    with database.reading() as session:
        assert len(session.scalars(select(Company.id)).all()) == 20
    assert at_once(database, take_back) == ["done", "refused"]
    with database.reading() as session:
        assert set(session.scalars(select(Company.archived_at))) == {NOW}
