"""Candidates from matching, changed by coordinators, answered by buyers, chased by the scheduler."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.companies.models import Company
from sme_match.core.actor import Actor, Role
from sme_match.core.errors import ConflictError, InvalidError
from sme_match.db.session import Database
from sme_match.events.enums import BuyerAnswer, EventState, ParticipantState
from sme_match.events.models import (
    Avoidance,
    Candidate,
    Event,
    Participant,
    Placement,
)
from sme_match.events.queries.participants import list_wishable
from sme_match.events.services.answering import answer, ask
from sme_match.events.services.proposing import add_candidate, decide_candidate, propose_candidates
from sme_match.events.tasks import chase_answers
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import Meeting
from sme_match.needs.models import Need
from sme_match.notifications.models import OutboxMail
from tests.client import Client
from tests.conftest import NOW
from tests.events.scenes import EventScene, bring, make_event, make_placement
from tests.factories import make_body, make_need, make_user
from tests.meetings.scenes import make_proposal

BASE = "https://match.example.jp"
OPEN: dict[str, Any] = {"buyer_answer_until": NOW + timedelta(days=10)}


def make_matched(session: Session, *scores: int, **values: Any) -> EventScene:
    """One buyer with a need for which matching proposed each SME with the given score."""
    scene = make_event(session, buyers=1, smes=len(scores), wanted=False, **(OPEN | values))
    need = make_need(session, session.get_one(Company, scene.buyers[0].company_id))
    for sme, score in zip(scene.smes, scores, strict=True):
        company = session.get_one(Company, sme.company_id)
        make_proposal(session, need, company, score=Decimal(score))
    return scene


def pairs(session: Session) -> list[int]:
    return list(session.scalars(select(Candidate.sme_id).order_by(Candidate.similarity.desc())))


def as_buyer(part: Participant) -> Actor:
    return Actor(role=Role.BUYER, name="購買", company_id=part.company_id)


def test_the_most_similar_come_first_and_not_more_than_asked_for(session: Session) -> None:
    scene = make_matched(session, 50, 90, 70, candidates_per_need=2)
    assert propose_candidates(session, scene.actor, scene.event.id, now=NOW) == 2
    assert pairs(session) == [scene.smes[1].id, scene.smes[2].id]
    assert propose_candidates(session, scene.actor, scene.event.id, now=NOW) == 0


def test_avoided_withdrawn_and_recently_met_companies_are_left_out(session: Session) -> None:
    scene = make_matched(session, 90, 80, 70, 60, skip_met=True)
    buyer = scene.buyers[0]
    session.add(Avoidance(participant_id=scene.smes[0].id, company_id=buyer.company_id))
    scene.smes[1].state = ParticipantState.WITHDRAWN
    need = list_wishable(session, scene.event)[0].need
    session.add(
        Meeting(
            body_id=scene.body.id, need_id=need.id, company_id=scene.smes[2].company_id,
            buyer_id=buyer.company_id, state=MeetingState.HELD, starts_at=NOW - timedelta(days=90),
            ends_at=NOW - timedelta(days=90) + timedelta(minutes=20), calendar_uid="a@b",
            created_at=NOW, updated_at=NOW,
        )
    )  # fmt: skip
    session.flush()
    propose_candidates(session, scene.actor, scene.event.id, now=NOW)
    assert pairs(session) == [scene.smes[3].id]


def test_taking_a_pair_out_needs_a_reason_and_a_place_outside_the_timetable(session: Session) -> None:
    scene = make_event(session)
    pair = scene.pair(0, 0)
    given: dict[str, Any] = {"keep": False, "version": pair.version, "now": NOW}
    with pytest.raises(InvalidError):
        decide_candidate(session, scene.actor, pair.id, reason="", **given)
    make_placement(session, pair, scene.slots[0])
    session.expire(pair, ["placement"])
    with pytest.raises(ConflictError, match="時間割"):
        decide_candidate(session, scene.actor, pair.id, reason="取引先", **given)
    other = scene.pair(1, 1)
    decide_candidate(
        session, scene.actor, other.id, keep=False, reason="取引先", version=other.version, now=NOW
    )
    assert not other.kept


def test_a_pair_that_one_side_avoids_cannot_be_added_and_nobody_is_told_why(session: Session) -> None:
    scene = make_matched(session, 50, 60)
    wish = list_wishable(session, scene.event)[0]
    avoided, other = scene.smes
    session.add(
        Avoidance(participant_id=avoided.id, company_id=scene.buyers[0].company_id, reason="訴訟")
    )
    session.flush()
    given: dict[str, Any] = {"need_id": wish.need.id, "reason": "面談で", "now": NOW}
    with pytest.raises(InvalidError, match="候補にできません"):
        add_candidate(session, scene.actor, scene.event.id, sme_id=avoided.id, **given)
    add_candidate(session, scene.actor, scene.event.id, sme_id=other.id, **given)
    with pytest.raises(InvalidError, match="もう候補"):
        add_candidate(session, scene.actor, scene.event.id, sme_id=other.id, **given)


def test_a_buyer_answers_and_changes_its_mind_until_the_deadline(session: Session) -> None:
    scene = make_event(session, **OPEN)
    buyer = scene.buyers[0]
    buyer.state = ParticipantState.INVITED
    session.flush()
    first = scene.pair(0, 0)
    answer(session, as_buyer(buyer), buyer.id, {first.id: BuyerAnswer.MUST}, now=NOW)
    assert (buyer.state, first.answer) == (ParticipantState.ACCEPTED, BuyerAnswer.MUST)
    foreign = scene.pair(1, 0)
    with pytest.raises(InvalidError):
        answer(session, as_buyer(buyer), buyer.id, {foreign.id: BuyerAnswer.NO}, now=NOW)
    answer(session, as_buyer(buyer), buyer.id, {first.id: BuyerAnswer.NO}, now=NOW)
    assert first.answer is BuyerAnswer.NO
    later = NOW + timedelta(days=11)
    with pytest.raises(ConflictError, match="期限"):
        answer(session, as_buyer(buyer), buyer.id, {first.id: BuyerAnswer.WANT}, now=later)
    answer(session, scene.actor, buyer.id, {first.id: BuyerAnswer.WANT}, now=later)


def test_unanswered_requests_are_chased_and_expire_with_what_they_held(database: Database) -> None:
    with database.unit_of_work() as session:
        scene = make_event(session, buyer_answer_until=NOW + timedelta(days=3))
        silent = scene.buyers[0].id
        scene.buyers[0].state = ParticipantState.INVITED
        scene.buyers[1].answered_at = NOW
        make_placement(session, scene.pair(0, 0), scene.slots[0])
        make_placement(session, scene.pair(1, 1), scene.slots[0])
    told = [
        chase_answers(database, now=NOW + timedelta(days=days), base_url=BASE)
        for days in (0, 0, 1, 2, 2.5)
    ]
    assert told == [1, 0, 0, 1, 0]
    assert chase_answers(database, now=NOW + timedelta(days=3), base_url=BASE) == 1
    assert chase_answers(database, now=NOW + timedelta(days=4), base_url=BASE) == 0
    with database.reading() as session:
        assert session.get_one(Participant, silent).state is ParticipantState.EXPIRED
        assert session.scalars(select(Placement.buyer_id)).all() == [scene.buyers[1].id]
        assert "あと3日" in session.scalars(select(OutboxMail.text).order_by(OutboxMail.id)).all()[0]


def test_the_link_in_the_mail_opens_the_answers_and_only_a_post_saves(
    client: Client, database: Database
) -> None:
    with database.unit_of_work() as session:
        scene = make_event(session, **OPEN)
        assert ask(session, scene.actor, scene.buyers[0].id, now=NOW, base_url=BASE)
        mail = session.scalars(select(OutboxMail.text)).one()
        path = next(line for line in mail.splitlines() if "/event-answer/" in line).removeprefix(BASE)
        pair, name = scene.pair(0, 0).id, scene.pair(0, 0).sme.company.name
    assert name in client.get(path).text
    nothing = client.post(path)
    assert nothing.status_code == 422
    assert client.post(path, {f"answer_{pair}": "must"}).status_code == 302
    assert "回答をいただいています" in client.get(path).text
    client.sign_in(scene.coordinator.id)
    listed = client.get(f"/events/{scene.event.id}/candidates").text
    assert "ぜひ会いたい" in listed
    assert client.get(f"/events/candidates/{pair}/drop").status_code == 200
    assert client.get(f"/events/{scene.event.id}/candidates/new").status_code == 200
    assert client.get(f"/events/participants/{scene.buyers[0].id}/answer").status_code == 200


def test_a_pair_is_put_in_through_the_form(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        scene = make_matched(session, 50)
        wish = list_wishable(session, scene.event)[0]
    path = f"/events/{scene.event.id}/candidates/new"
    client.sign_in(scene.coordinator.id)
    assert client.get(path).status_code == 200
    form = {"need": wish.key, "sme": str(scene.smes[0].id), "reason": "面談で"}
    assert client.post(path, form | {"need": "0"}).status_code == 422
    assert client.post(path, form).status_code == 302
    with database.reading() as session:
        assert pairs(session) == [scene.smes[0].id]


def test_the_answers_of_an_event_that_was_called_off_stand(session: Session) -> None:
    scene = make_event(session, buyers=1, smes=1)
    scene.event.state = EventState.CANCELLED
    session.flush()
    answers = {scene.pair(0, 0).id: BuyerAnswer.NO}
    with pytest.raises(ConflictError):
        answer(session, scene.actor, scene.buyers[0].id, answers, now=NOW)


def test_other_hosts_see_an_anonymous_buyer_beside_its_need_only_once_published(
    client: Client, database: Database
) -> None:
    with database.unit_of_work() as session:
        scene = make_event(session)
        host = make_body(session)
        bring(session, host, scene.smes[0])
        pair = scene.pair(0, 0)
        session.get_one(Need, pair.need_id).buyer_anonymous = True
        buyers = [session.get_one(Company, buyer.company_id).name for buyer in scene.buyers]
        make_placement(session, pair, scene.slots[0])
        guest = make_user(session, host)
    address = f"/events/{scene.event.id}/candidates"
    own = client.sign_in(scene.coordinator.id).get(address).text
    assert buyers[0] in own
    of_other = client.sign_in(guest.id).get(address).text
    assert (buyers[0] in of_other, buyers[1] in of_other) == (False, True)
    book = client.get(f"/events/{scene.event.id}/timetable.xlsx").data
    lines = openpyxl.load_workbook(BytesIO(book)).worksheets[1]
    assert [cell.value for cell in lines["D"]][1:] == ["（非公開）"]
    with database.unit_of_work() as session:
        event = session.get_one(Event, scene.event.id)
        event.state, event.published_at = EventState.PUBLISHED, NOW
    assert buyers[0] in client.get(address).text
