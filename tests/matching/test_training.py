"""Points learned from a body's decisions: recorded, used only when better, and visible."""

import random

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from sme_match.core.actor import Actor, Role
from sme_match.core.errors import ConflictError, NotAllowedError, NotFoundError
from sme_match.db.session import Database
from sme_match.matching.engine.scoring import DEFAULT_POINTS, ScoreParts
from sme_match.matching.engine.training import NEEDS_REQUIRED
from sme_match.matching.enums import ProposalState
from sme_match.matching.models import MatchRun, Proposal
from sme_match.matching.services.running import match_need
from sme_match.matching.training import (
    list_training_runs,
    points_in_use,
    run_training,
    use_fixed_points,
    use_points,
)
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


def decide_by_conditions(session: Session, body: SupportBody, *, needs: int) -> None:
    """Store decisions of coordinators who look at the conditions alone."""
    rng = random.Random(7)
    buyer = make_buyer(session, body)
    companies = [make_company(session, body) for _ in range(6)]
    for _ in range(needs):
        need = make_need(session, buyer)
        run = MatchRun(
            body_id=body.id, need_id=need.id, need_version=1, engine_version="1", settings={},
            index_size=1, excluded={}, near_misses=[], ran_at=NOW,
        )  # fmt: skip
        session.add(run)
        session.flush()
        parts = [
            {"text": rng.randint(0, 60), "conditions": rng.randint(0, 30), "freshness": 5}
            for _ in companies
        ]
        middle = sorted(each["conditions"] for each in parts)[3]
        session.add_all(
            Proposal(
                body_id=body.id, need_id=need.id, company_id=company.id, run_id=run.id, rank=rank,
                score=sum(each.values()),
                explanation={"parts": each, "terms": [], "conditions": [], "excerpt": None},
                state=ProposalState.ACCEPTED
                if each["conditions"] >= middle
                else ProposalState.REJECTED,
                created_at=NOW,
            )
            for rank, (company, each) in enumerate(zip(companies, parts, strict=True), start=1)
        )  # fmt: skip
    session.flush()


def test_learned_points_are_used_from_the_next_run_on_and_can_be_put_back(session: Session) -> None:
    body = make_body(session)
    lead = make_actor(session, body, Role.LEAD)
    decide_by_conditions(session, body, needs=NEEDS_REQUIRED)

    run = run_training(session, lead, now=NOW)
    assert run.may_be_used
    assert points_in_use(session, body.id) == DEFAULT_POINTS

    use_points(session, lead, run_id=run.id, now=NOW)
    learned = points_in_use(session, body.id)
    assert learned == ScoreParts(**run.points)
    assert learned.conditions > DEFAULT_POINTS.conditions

    buyer, coordinator = make_buyer(session, body), make_actor(session, body)
    make_capability(session, make_company(session, body), description="ステンレスの旋削")
    need = make_need(session, buyer, title="ステンレスの旋削")
    matched = match_need(session, coordinator, need_id=need.id, now=NOW)
    assert matched.settings["points"] == run.points
    [proposal] = session.query(Proposal).filter_by(need_id=need.id).limit(1)
    assert proposal.explanation["full"] == run.points
    assert all(proposal.explanation["parts"][name] <= most for name, most in run.points.items())

    use_fixed_points(session, lead, now=NOW)
    assert points_in_use(session, body.id) == DEFAULT_POINTS


def test_the_same_decisions_give_the_same_run(session: Session) -> None:
    body = make_body(session)
    lead = make_actor(session, body, Role.LEAD)
    decide_by_conditions(session, body, needs=12)

    first, second = (run_training(session, lead, now=NOW) for _ in range(2))

    assert first.fingerprint == second.fingerprint
    assert (first.points, first.ndcg_learned) == (second.points, second.ndcg_learned)
    assert len(list_training_runs(session, lead)) == 2


def test_points_learned_from_too_little_cannot_be_used(session: Session) -> None:
    body = make_body(session)
    lead = make_actor(session, body, Role.LEAD)
    decide_by_conditions(session, body, needs=12)
    run = run_training(session, lead, now=NOW)

    with pytest.raises(ConflictError):
        use_points(session, lead, run_id=run.id, now=NOW)


def test_another_body_neither_sees_nor_uses_a_run(session: Session) -> None:
    body, other = make_body(session), make_body(session)
    run = run_training(session, make_actor(session, body), now=NOW)
    stranger = make_actor(session, other)

    assert list_training_runs(session, stranger) == []
    with pytest.raises(NotFoundError):
        use_points(session, stranger, run_id=run.id, now=NOW)


@pytest.mark.parametrize("role", [Role.SME, Role.ADMINISTRATOR])
def test_only_staff_train(session: Session, role: Role) -> None:
    with pytest.raises(NotAllowedError):
        run_training(session, Actor(role=role, name="だれか"), now=NOW)


def test_the_page_trains_and_says_why_a_run_cannot_be_used(app: Flask, database: Database) -> None:
    with database.unit_of_work() as session:
        lead = make_user(session, make_body(session), Role.LEAD)
    client = Client(app).sign_in(lead.id)
    assert "まだ学習していません" in client.get("/matching/points").text

    client.post("/matching/points/train")

    page = client.get("/matching/points").text
    assert "学習できる判断がありません" in page
    assert "使えません" in page
