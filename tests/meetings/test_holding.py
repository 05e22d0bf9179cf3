"""While a meeting may take place, its proposal stays accepted, whoever comes first."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from sme_match.core.errors import ConflictError, DomainError
from sme_match.db.session import Database
from sme_match.matching.enums import ProposalState, RejectionReason
from sme_match.matching.errors import MeetingUnderWayError
from sme_match.matching.models import Proposal
from sme_match.matching.services.deciding import Decision, decide_proposal, undo_decision
from sme_match.matching.services.running import match_need
from sme_match.meetings.enums import AbsentSide, MeetingState, Party, ReplyKind
from sme_match.meetings.models import Meeting
from sme_match.meetings.services.changing import DayRecord, cancel_meeting, record_day
from sme_match.meetings.services.replying import ReplyDraft, reply_to_request
from sme_match.meetings.states import OPEN
from tests.client import Client
from tests.conftest import NOW
from tests.meetings.scenes import SITE, Scene, at, confirm, make_scene, request
from tests.meetings.test_booking import race

REJECT = Decision(state=ProposalState.REJECTED, reason=RejectionReason.LOT)
HOLD = Decision(state=ProposalState.HELD)
REOPEN = Decision(state=ProposalState.NEW)


def decide(session: Session, scene: Scene, decision: Decision) -> int:
    proposal = session.get_one(Proposal, scene.proposal.id)
    written = decide_proposal(
        session,
        scene.actor,
        proposal_id=proposal.id,
        decision=decision,
        version=proposal.version,
        now=NOW,
    )
    return written.id


def asked(session: Session, scene: Scene) -> Meeting:
    return request(session, scene, at(7, 10))


def confirmed(session: Session, scene: Scene) -> Meeting:
    return confirm(session, scene, at(7, 10))


def recorded(result: MeetingState) -> Callable[[Session, Scene], Meeting]:
    def make(session: Session, scene: Scene) -> Meeting:
        meeting = confirmed(session, scene)
        day = DayRecord(result=result, absent_side=AbsentSide.SME, reason="台風")
        return record_day(session, scene.actor, meeting.id, day, version=meeting.version, now=at(7, 11))

    return make


def cancelled(session: Session, scene: Scene) -> Meeting:
    meeting = asked(session, scene)
    return cancel_meeting(
        session, scene.actor, meeting.id, reason="見送り", version=meeting.version, now=NOW
    )


def declined(session: Session, scene: Scene) -> Meeting:
    meeting = asked(session, scene)
    reply = ReplyDraft(kind=ReplyKind.DECLINED, said_by="工場長")
    reply_to_request(
        session, scene.side(Party.SME), meeting.id, reply, party=Party.SME, now=NOW, site=SITE
    )
    return meeting


@pytest.mark.parametrize("live", [asked, confirmed, recorded(MeetingState.CARRIED_OVER)])
@pytest.mark.parametrize("decision", [REJECT, HOLD, REOPEN])
def test_no_decision_takes_the_proposal_from_under_a_meeting(
    session: Session, live: Callable[[Session, Scene], Meeting], decision: Decision
) -> None:
    scene = make_scene(session)
    meeting = live(session, scene)
    with pytest.raises(MeetingUnderWayError) as refused:
        decide(session, scene, decision)
    assert refused.value.meeting_id == meeting.id
    assert scene.company.name in str(refused.value)
    assert scene.need.title in str(refused.value)
    assert scene.proposal.state is ProposalState.ACCEPTED


def test_undo_does_not_either(session: Session) -> None:
    scene = make_scene(session)
    decide(session, scene, HOLD)
    accepted = decide(session, scene, Decision(state=ProposalState.ACCEPTED))
    request(session, scene)
    with pytest.raises(MeetingUnderWayError):
        undo_decision(session, scene.actor, decision_id=accepted, now=NOW)
    assert scene.proposal.state is ProposalState.ACCEPTED


def test_a_run_that_no_longer_finds_the_company_leaves_the_proposal(session: Session) -> None:
    scene = make_scene(session)
    meeting = request(session, scene)
    scene.company.archived_at = NOW
    session.flush()
    run = match_need(session, scene.actor, need_id=scene.need.id, now=NOW)
    session.refresh(scene.proposal)
    assert (run.index_size, scene.proposal.state) == (0, ProposalState.ACCEPTED)
    assert scene.proposal.live_meeting_id == meeting.id


@pytest.mark.parametrize(
    "over",
    [
        cancelled,
        declined,
        recorded(MeetingState.HELD),
        recorded(MeetingState.ABSENT),
        recorded(MeetingState.BROKEN_OFF),
    ],
)
def test_once_the_meeting_is_over_the_proposal_is_free_again(
    session: Session, over: Callable[[Session, Scene], Meeting]
) -> None:
    scene = make_scene(session)
    over(session, scene)
    decide(session, scene, REJECT)
    assert scene.proposal.state is ProposalState.REJECTED


def test_a_meeting_of_a_rejected_proposal_is_not_carried_over(session: Session) -> None:
    scene = make_scene(session)
    meeting = recorded(MeetingState.ABSENT)(session, scene)
    decide(session, scene, REJECT)
    again = DayRecord(result=MeetingState.CARRIED_OVER, reason="台風")
    with pytest.raises(ConflictError, match="もう採用されていません"):
        record_day(session, scene.actor, meeting.id, again, version=meeting.version, now=at(7, 12))
    assert meeting.state is MeetingState.ABSENT


def test_the_database_itself_refuses_a_rejected_proposal_with_a_live_meeting(session: Session) -> None:
    scene = make_scene(session)
    request(session, scene)
    with pytest.raises(IntegrityError):
        session.execute(update(Proposal).values(state=ProposalState.REJECTED))


def test_of_one_who_asks_and_one_who_rejects_at_once_only_one_succeeds(database: Database) -> None:
    with database.unit_of_work() as session:
        scenes = [make_scene(session) for _ in range(5)]

    def ask(scene: Scene) -> Callable[[], None]:
        def act() -> None:
            with database.unit_of_work() as session:
                request(session, scene)

        return act

    def reject(scene: Scene) -> Callable[[], None]:
        def act() -> None:
            with database.unit_of_work() as session:
                decide(session, scene, REJECT)

        return act

    for scene in scenes:
        (error,) = race(ask(scene), reject(scene))
        assert isinstance(error, (DomainError, StaleDataError))
    with database.reading() as session:
        for proposal in session.scalars(select(Proposal)):
            live = session.scalars(
                select(Meeting.id).where(Meeting.proposal_id == proposal.id, Meeting.state.in_(OPEN))
            ).one_or_none()
            assert proposal.live_meeting_id == live
            assert (proposal.state is ProposalState.ACCEPTED) == (live is not None)


def test_the_review_leads_to_the_meeting_instead_of_offering_a_decision(
    client: Client, database: Database
) -> None:
    with database.unit_of_work() as session:
        scene = make_scene(session)
        scene.proposal.explanation = {
            "parts": {"text": 40, "conditions": 20, "freshness": 10}, "terms": [], "conditions": [],
            "excerpt": {"text": "", "marks": []},
        }  # fmt: skip
        meeting = request(session, scene)
    client.sign_in(scene.coordinator.id)
    review = client.get(f"/needs/{scene.need.id}/matches").text
    assert f'href="/meetings/{meeting.id}"' in review
    assert f"/proposals/{scene.proposal.id}/decision" not in review
    data = {"reason": "lot", "note": "電話で確認", "version": str(scene.proposal.version)}
    refused = client.post(f"/proposals/{scene.proposal.id}/reject", data)
    assert refused.status_code == 409
    assert f'href="/meetings/{meeting.id}"' in refused.text
    assert "電話で確認" in refused.text
    assert client.get(f"/proposals/{scene.proposal.id}/reject").status_code == 409
