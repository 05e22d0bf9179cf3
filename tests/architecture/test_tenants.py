"""No body ever sees or changes what belongs to another: every URL, every role, eight questions."""

import pytest
from flask import Flask
from sqlalchemy import or_, select, update

from sme_match.companies.models import CompanyShare
from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.jobs import Context, run_once
from sme_match.needs.models import NeedShare
from sme_match.notifications.models import OutboxMail
from tests.architecture.crawler import (
    Crawl,
    address,
    compare,
    contents,
    crawl,
    read_all,
    text_of,
)
from tests.architecture.region import Side, build_side
from tests.architecture.roles import ANYONE, ROLES
from tests.client import Client
from tests.conftest import NOW, Clock
from tests.factories import make_user

OWN, FOREIGN = "自社側", "カナリア側"


@pytest.fixture
def sides(database: Database) -> tuple[Side, Side]:
    """Two bodies; what the second once shared with the first was withdrawn."""
    with database.unit_of_work() as session:
        own, foreign = build_side(session, OWN), build_side(session, FOREIGN)
        own.users[Role.ADMINISTRATOR] = make_user(session, None, Role.ADMINISTRATOR)
        company, need = int(foreign.ids["company_id"]), int(foreign.ids["need_id"])
        session.add_all(
            [
                CompanyShare(company_id=company, body_id=own.body.id, granted_at=NOW, withdrawn_at=NOW),
                NeedShare(need_id=need, body_id=own.body.id, granted_at=NOW, withdrawn_at=NOW),
            ]
        )
    return own, foreign


@pytest.fixture
def plan(app: Flask, database: Database, sides: tuple[Side, Side]) -> Crawl:
    return Crawl(app, database, *sides, canary=FOREIGN, roles=ROLES, anyone=ANYONE)


def test_nobody_learns_or_changes_anything_of_another_body(plan: Crawl) -> None:
    assert crawl(plan) == []


def test_no_answer_depends_on_what_another_body_keeps(plan: Crawl) -> None:
    before = read_all(plan)
    with plan.database.unit_of_work() as session:
        build_side(session, f"{FOREIGN}二", grown=plan.foreign)
    assert compare(plan, before, read_all(plan)) == []


def test_there_was_something_to_leak(plan: Crawl) -> None:
    """The other body's own people find its words on the pages that nobody else may open."""
    mirrored = Crawl(
        plan.app, plan.database, plan.foreign, plan.own, canary=OWN, roles=ROLES, anyone=ANYONE
    )
    shown: set[str] = set()
    for _, client in mirrored.people():
        for rule in mirrored.rules():
            if "GET" in (rule.methods or set()) and "token" not in rule.arguments:
                answer = client.get(address(plan.app, rule, plan.foreign.ids))
                if FOREIGN in text_of(answer):
                    shown.add(rule.endpoint)
    assert {
        "companies.index",
        "companies.show",
        "needs.index",
        "needs.show",
        "meetings.index",
        "meetings.calendar",
        "registers.export",
        "events.timetable_xlsx",
        "matching.sheet",
        "outcomes.show",
        "privacy.disclosures",
        "statistics.export_records",
    } <= shown


def test_background_jobs_keep_bodies_apart(plan: Crawl, clock: Clock) -> None:
    database, own, foreign = plan.database, plan.own, plan.foreign
    settings = plan.app.extensions["sme_match"].settings
    run_once(Context(database=database, settings=settings, now_of=clock))
    with database.reading() as session:
        for side, word, other in ((own, OWN, FOREIGN), (foreign, FOREIGN, OWN)):
            of_side = or_(OutboxMail.body_id == side.body.id, OutboxMail.text.contains(word))
            mails = session.scalars(select(OutboxMail).where(of_side)).all()
            written = [f"{mail.subject}{mail.text}{mail.calendar}{mail.to_name}" for mail in mails]
            assert len(written) > 1, "a job wrote something besides the mail that was there"
            assert [text for text in written if other in text] == []
    assert contents(database, own).crossing == ()


def test_what_is_granted_is_seen_by_its_receiver_until_the_next_request_after_it_is_withdrawn(
    client: Client, plan: Crawl
) -> None:
    company, need = int(plan.foreign.ids["company_id"]), int(plan.foreign.ids["need_id"])
    pages = (f"/companies/{company}", f"/needs/{need}")
    lists = ("/companies/", "/needs/", "/registers/companies/export.csv")
    with plan.database.unit_of_work() as session:
        receiver = plan.own.body.id
        session.add(CompanyShare(company_id=company, body_id=receiver, granted_at=NOW))
        session.add(NeedShare(need_id=need, body_id=receiver, granted_at=NOW))
    client.sign_in(plan.own.users[Role.COORDINATOR].id)
    assert [client.get(page).status_code for page in pages] == [200, 200]
    assert all(FOREIGN in text_of(client.get(page)) for page in lists)
    other = Client(client.app).sign_in(plan.foreign.users[Role.COORDINATOR].id)
    assert other.get(f"/companies/{plan.own.ids['company_id']}").status_code == 404, "one way only"
    with plan.database.unit_of_work() as session:
        for kind in (CompanyShare, NeedShare):
            session.execute(update(kind).where(kind.withdrawn_at.is_(None)).values(withdrawn_at=NOW))
    assert [client.get(page).status_code for page in pages] == [404, 404]
    assert not any(FOREIGN in text_of(client.get(page)) for page in lists)
