"""Whom a new company could be introduced to: buyers of similar work of which something came."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from sme_match.accounts.models import User
from sme_match.companies.models import Company
from sme_match.core.actor import Actor, Role
from sme_match.db.session import Database
from sme_match.matching.enums import ProposalState
from sme_match.matching.models import Exclusion, MatchRun, Proposal
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import Meeting
from sme_match.needs.enums import NeedState
from sme_match.needs.models import Need, NeedShare
from sme_match.outcomes.enums import Stage, Trace
from sme_match.outcomes.models import Outcome
from sme_match.outcomes.past_buyers import find_past_needs
from sme_match.support_bodies.models import SupportBody
from tests.client import Client
from tests.conftest import NOW
from tests.factories import (
    make_actor,
    make_body,
    make_buyer,
    make_capability,
    make_company,
    make_need,
    make_user,
)


def past_need(session: Session, body: SupportBody, title: str, **values: object) -> Need:
    buyer = make_buyer(session, body, name=f"{title}の発注社")
    return make_need(
        session, buyer, title=title, description="", process_code="", materials=[],
        state=NeedState.CLOSED, **values,
    )  # fmt: skip


def accept(session: Session, need: Need, company: Company) -> None:
    run = MatchRun(
        body_id=need.body_id, need_id=need.id, need_version=1, engine_version="1", settings={},
        index_size=1, excluded={}, near_misses=[], ran_at=NOW,
    )  # fmt: skip
    session.add(run)
    session.flush()
    proposal = Proposal(
        body_id=need.body_id, need_id=need.id, company_id=company.id, run_id=run.id, rank=1,
        score=Decimal(50), explanation={}, state=ProposalState.ACCEPTED, created_at=NOW,
    )  # fmt: skip
    session.add(proposal)
    session.flush()


def meet(session: Session, need: Need, company: Company, stage: Stage | None = None) -> None:
    meeting = Meeting(
        body_id=need.body_id, need_id=need.id, company_id=company.id, buyer_id=need.buyer_id,
        state=MeetingState.HELD, starts_at=NOW - timedelta(days=30),
        ends_at=NOW - timedelta(days=30) + timedelta(minutes=20),
        calendar_uid=f"{need.id}-{company.id}@example.jp", created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    session.add(meeting)
    session.flush()
    if stage is not None:
        session.add(Outcome(meeting_id=meeting.id, body_id=need.body_id, stage=stage, updated_at=NOW))
        session.flush()


@pytest.fixture
def body(session: Session) -> SupportBody:
    return make_body(session)


@pytest.fixture
def coordinator(session: Session, body: SupportBody) -> Actor:
    return make_actor(session, body)


def newcomer(session: Session, body: SupportBody) -> Company:
    company = make_company(session, body, name="新しい切削工業")
    make_capability(session, company, description="SUS316Lの微細切削、内視鏡の部品", materials=[])
    return company


def test_needs_of_which_something_came_are_ranked_by_what_they_share(
    session: Session, body: SupportBody, coordinator: Actor
) -> None:
    company, old = newcomer(session, body), make_company(session, body)
    near = past_need(session, body, "SUS316Lの微細切削")
    far = past_need(session, body, "樹脂の射出成形と塗装、一部は切削")
    foreign_work = past_need(session, body, "ゴムパッキン")
    unanswered = past_need(session, body, "内視鏡の微細切削")
    accept(session, near, old)
    meet(session, far, old, Stage.QUOTE_GIVEN)
    meet(session, far, make_company(session, body), Stage.DEAL)
    meet(session, foreign_work, old)
    found = find_past_needs(session, coordinator, company)
    assert found is not None
    assert [(each.need.id, each.trace) for each in found] == [
        (near.id, Trace.PROPOSAL),
        (far.id, Trace.DEAL),
    ]
    assert found[0].close.points > found[1].close.points
    assert unanswered.id not in {each.need.id for each in found}
    assert sum(term.points for term in found[0].close.terms) == found[0].close.points
    meet(session, near, old)
    found = find_past_needs(session, coordinator, company)
    assert found is not None
    assert found[0].trace is Trace.MEETING


def test_an_anonymous_buyer_has_no_name_here(
    session: Session, body: SupportBody, coordinator: Actor
) -> None:
    company = newcomer(session, body)
    need = past_need(session, body, "SUS316Lの微細切削", buyer_anonymous=True)
    meet(session, need, make_company(session, body))
    [found] = find_past_needs(session, coordinator, company) or ()
    assert found.buyer is None
    need.buyer_anonymous = False
    [found] = find_past_needs(session, coordinator, company) or ()
    assert found.buyer is need.buyer


def test_other_bodies_records_exclusions_and_the_own_needs_stay_out(
    session: Session, body: SupportBody, coordinator: Actor
) -> None:
    company, other = newcomer(session, body), make_body(session)
    theirs = past_need(session, other, "SUS316Lの微細切削")
    meet(session, theirs, make_company(session, other))
    session.add(NeedShare(need_id=theirs.id, body_id=body.id, granted_at=NOW))
    barred = past_need(session, body, "SUS316Lの微細切削")
    meet(session, barred, make_company(session, body))
    session.add(
        Exclusion(body_id=body.id, company_id=company.id, buyer_id=barred.buyer_id, written_at=NOW)
    )
    own = make_need(session, company, title="SUS316Lの微細切削")
    meet(session, own, make_company(session, body))
    assert find_past_needs(session, coordinator, company) == []


def region(database: Database, role: Role = Role.COORDINATOR) -> tuple[User, Company]:
    with database.unit_of_work() as session:
        body = make_body(session)
        company = newcomer(session, body)
        need = past_need(session, body, "SUS316Lの微細切削", buyer_anonymous=True)
        meet(session, need, make_company(session, body), Stage.DEAL)
        meet(session, past_need(session, body, "内視鏡の部品"), make_company(session, body))
        at_company = {"company_id": company.id} if role is Role.SME else {}
        user = make_user(session, body, role, **at_company)
    return user, company


def test_the_page_names_buyers_but_not_those_who_stay_anonymous(
    client: Client, database: Database
) -> None:
    user, company = region(database)
    client.sign_in(user.id)
    page = client.get(f"/companies/{company.id}/past-buyers").text
    assert "匿名の発注企業" in page
    assert "SUS316Lの微細切削の発注社" not in page
    assert "内視鏡の部品の発注社" in page
    assert "成約した案件" in page
    assert f"/companies/{company.id}/past-buyers" in client.get(f"/companies/{company.id}").text


def test_empty_lists_say_why_and_managers_see_nothing(client: Client, database: Database) -> None:
    user, company = region(database)
    with database.unit_of_work() as session:
        body = session.get_one(SupportBody, user.body_id)
        silent, buyer = make_company(session, body), make_buyer(session, body)
    client.sign_in(user.id)
    assert "似た仕事の記録がありません" in client.get(f"/companies/{silent.id}/past-buyers").text
    assert "対象ではありません" in client.get(f"/companies/{buyer.id}/past-buyers").text
    manager, own = region(database, Role.SME)
    client.sign_in(manager.id)
    assert client.get(f"/companies/{own.id}/past-buyers").status_code == 403
    assert client.get(f"/companies/{company.id}/past-buyers").status_code == 403
