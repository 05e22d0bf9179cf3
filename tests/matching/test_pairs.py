"""From the side of a company: the needs that suit it, with the very scores of the needs."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sme_match.companies.models import Company
from sme_match.core.actor import Actor, Role
from sme_match.core.errors import ConflictError, NotAllowedError, NotFoundError
from sme_match.matching.enums import ProposalState
from sme_match.matching.models import Exclusion, MatchRun, Proposal
from sme_match.matching.pairs import FoundNeeds, accept_pair, find_needs
from sme_match.matching.services.running import match_need
from sme_match.needs.enums import ConditionKind, ConditionLevel, NeedState
from sme_match.needs.models import Need
from sme_match.support_bodies.models import SupportBody
from tests.conftest import NOW
from tests.factories import (
    make_actor,
    make_body,
    make_buyer,
    make_capability,
    make_company,
    make_condition,
    make_need,
    make_share,
)

LONGER_THAN_A_RUN_PROPOSES = 34
WORKS = {
    "SUS316Lの微細切削": "内視鏡の先端部品",
    "ステンレスの精密切削": "SUS304のブロック",
    "銅合金の鋳造": "CAC406のポンプ部品",
}


@pytest.fixture
def body(session: Session) -> SupportBody:
    return make_body(session)


@pytest.fixture
def coordinator(session: Session, body: SupportBody) -> Actor:
    return make_actor(session, body)


@pytest.fixture
def company(session: Session, body: SupportBody) -> Company:
    company = make_company(session, body)
    make_capability(
        session,
        company,
        description="SUS316Lの微細切削。内視鏡の部品を作っています。",
        tolerance_mm="0.02",
    )
    return company


@pytest.fixture
def needs(session: Session, body: SupportBody) -> list[Need]:
    buyer = make_buyer(session, body)
    made = [
        make_need(session, buyer, title=title, description=description)
        for title, description in WORKS.items()
    ]
    must, wish = ConditionLevel.MUST, ConditionLevel.WISH
    make_condition(session, made[0], ConditionKind.TOLERANCE_MM, level=must, number="0.05")
    make_condition(session, made[1], ConditionKind.TOLERANCE_MM, level=must, number="0.01")
    make_condition(session, made[1], ConditionKind.PREFECTURE, level=wish, text="03")
    make_condition(session, made[2], ConditionKind.PREFECTURE, level=wish, text="13")
    return made


def scores(found: FoundNeeds) -> dict[int, int]:
    return {each.need.id: each.candidate.score for each in found.listed}


def test_every_pair_scores_what_the_need_gives_it(
    session: Session,
    body: SupportBody,
    coordinator: Actor,
    needs: list[Need],
    company: Company,
) -> None:
    rival = make_company(session, body, confirmed_at=NOW - timedelta(days=400))
    make_capability(session, rival, description="ステンレスの切削", tolerance_mm="0.005")
    runs = [match_need(session, coordinator, need_id=need.id, now=NOW) for need in needs]
    proposals = session.scalars(select(Proposal)).all()
    missed = {
        (run.need_id, miss["company_id"]): miss["score"] for run in runs for miss in run.near_misses
    }
    assert proposals
    assert missed

    for each in (company, rival):
        found = find_needs(session, coordinator, each, now=NOW)
        stored = {one.need_id: int(one.score) for one in proposals if one.company_id == each.id}
        assert scores(found) == stored
        assert {(miss.need.id, each.id): miss.candidate.score for miss in found.near_misses} == {
            pair: score for pair, score in missed.items() if pair[1] == each.id
        }


def test_an_accepted_pair_scores_what_its_need_gives_it_again(
    session: Session, coordinator: Actor, needs: list[Need], company: Company
) -> None:
    accept_pair(session, coordinator, need_id=needs[0].id, company_id=company.id, now=NOW)
    match_need(session, coordinator, need_id=needs[0].id, now=NOW)
    again = session.scalars(select(Proposal).where(Proposal.need_id == needs[0].id)).one()
    found = find_needs(session, coordinator, company, now=NOW)
    [pair] = [each for each in found.listed if each.need.id == needs[0].id]
    assert pair.proposal is again
    assert pair.candidate.score == int(again.score)


def test_the_best_need_comes_first_and_a_failed_must_makes_a_near_miss(
    session: Session, coordinator: Actor, needs: list[Need], company: Company
) -> None:
    found = find_needs(session, coordinator, company, now=NOW)
    assert found.listed[0].need.id == needs[0].id
    assert [each.need.id for each in found.near_misses] == [needs[1].id]
    [failed] = found.near_misses[0].candidate.failed_musts
    assert (failed.required, failed.offered) == (0.01, 0.02)
    assert found.looked_at == len(WORKS)


def test_only_open_needs_of_the_own_body_are_offered(
    session: Session, body: SupportBody, coordinator: Actor, needs: list[Need], company: Company
) -> None:
    other = make_body(session)
    make_need(session, make_buyer(session, other), title="SUS316Lの微細切削")
    needs[0].state = NeedState.CLOSED
    make_share(session, company, other)
    session.flush()
    found = find_needs(session, coordinator, company, now=NOW)
    assert {each.need.body_id for each in found.listed} <= {body.id}
    assert needs[0].id not in scores(found)
    assert found.looked_at == len(WORKS) - 1


def test_a_company_shared_with_a_body_is_matched_with_the_needs_of_that_body(
    session: Session, company: Company
) -> None:
    other = make_body(session)
    theirs = make_need(session, make_buyer(session, other), title="SUS316Lの微細切削")
    reader = make_actor(session, other)
    share = make_share(session, company, other)
    assert scores(find_needs(session, reader, company, now=NOW)).keys() == {theirs.id}
    share.withdrawn_at = NOW
    session.flush()
    assert find_needs(session, reader, company, now=NOW).listed == []


def test_an_excluded_need_and_the_own_need_of_the_company_are_not_offered(
    session: Session, body: SupportBody, coordinator: Actor, needs: list[Need], company: Company
) -> None:
    own = make_need(session, company, title="SUS316Lの微細切削")
    session.add(Exclusion(body_id=body.id, company_id=company.id, need_id=needs[0].id, written_at=NOW))
    session.flush()
    offered = scores(find_needs(session, coordinator, company, now=NOW))
    assert not offered.keys() & {own.id, needs[0].id}


def test_a_pair_that_no_run_listed_is_proposed_and_accepted_in_one_go(
    session: Session, body: SupportBody, coordinator: Actor, needs: list[Need], company: Company
) -> None:
    for _ in range(LONGER_THAN_A_RUN_PROPOSES):
        better = make_company(session, body, confirmed_at=NOW)
        make_capability(
            session,
            better,
            description="SUS316Lの微細切削、内視鏡の先端部品",
            tolerance_mm="0.01",
        )
    run = match_need(session, coordinator, need_id=needs[0].id, now=NOW)
    found = find_needs(session, coordinator, company, now=NOW)
    assert found.listed[0].proposal is None
    accept_pair(session, coordinator, need_id=needs[0].id, company_id=company.id, now=NOW)

    [pair] = session.scalars(select(Proposal).where(Proposal.company_id == company.id))
    assert pair.state is ProposalState.ACCEPTED
    assert int(pair.score) == found.listed[0].candidate.score
    assert pair.run_id > run.id
    match_need(session, coordinator, need_id=needs[0].id, now=NOW)
    session.refresh(pair)
    assert pair.state is ProposalState.ACCEPTED


def test_what_does_not_fit_or_is_proposed_already_cannot_be_accepted_from_here(
    session: Session, coordinator: Actor, needs: list[Need], company: Company
) -> None:
    with pytest.raises(ConflictError, match="必須条件"):
        accept_pair(session, coordinator, need_id=needs[1].id, company_id=company.id, now=NOW)
    accept_pair(session, coordinator, need_id=needs[0].id, company_id=company.id, now=NOW)
    with pytest.raises(ConflictError, match="もう推薦に入っています"):
        accept_pair(session, coordinator, need_id=needs[0].id, company_id=company.id, now=NOW)
    needs[2].state = NeedState.CLOSED
    session.flush()
    with pytest.raises(ConflictError, match="募集していません"):
        accept_pair(session, coordinator, need_id=needs[2].id, company_id=company.id, now=NOW)


def test_only_coordinators_of_the_needs_body_accept(
    session: Session, body: SupportBody, needs: list[Need], company: Company
) -> None:
    lead = make_actor(session, body, Role.LEAD)
    with pytest.raises(NotAllowedError):
        accept_pair(session, lead, need_id=needs[0].id, company_id=company.id, now=NOW)
    stranger = make_actor(session, make_body(session))
    with pytest.raises(NotFoundError):
        accept_pair(session, stranger, need_id=needs[0].id, company_id=company.id, now=NOW)
    assert session.scalar(select(func.count()).select_from(MatchRun)) == 0
