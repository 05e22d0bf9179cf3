"""Decisions and meetings of the region: what coordinators would believe."""

from collections import Counter
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from sme_match.core.clock import jst_date, to_jst
from sme_match.demo.world import is_business_day
from sme_match.matching.enums import ProposalState
from sme_match.matching.models import Proposal, ProposalDecision
from sme_match.meetings.enums import Answer, MeetingState, Origin
from sme_match.meetings.models import BookingCell, Meeting, MeetingOffer
from sme_match.meetings.slots import cells_of
from sme_match.meetings.states import OPEN
from sme_match.needs.enums import NeedState
from sme_match.needs.models import Need
from tests.demo.conftest import NOW, TODAY

AGREED = frozenset(MeetingState) - {MeetingState.PROPOSED, MeetingState.ASKED, MeetingState.DECLINED}


def meetings_of(region: Session) -> list[Meeting]:
    """The meetings that were arranged one by one, not by an event."""
    offers = selectinload(Meeting.offers).selectinload(MeetingOffer.answers)
    query = (
        select(Meeting)
        .where(Meeting.event_id.is_(None))
        .options(offers, joinedload(Meeting.need), joinedload(Meeting.proposal))
    )
    return list(region.scalars(query))


def test_every_decision_is_in_the_log(region: Session) -> None:
    decided = {
        proposal.id: (proposal.state, proposal.reason, proposal.decided_at)
        for proposal in region.scalars(select(Proposal).where(Proposal.state != ProposalState.NEW))
    }
    log = {
        entry.proposal_id: (entry.to_state, entry.reason, entry.decided_at)
        for entry in region.scalars(select(ProposalDecision))
    }
    assert log == decided


def test_only_rejections_carry_a_reason(region: Session) -> None:
    for proposal in region.scalars(select(Proposal)):
        assert (proposal.reason is not None) == (proposal.state is ProposalState.REJECTED)
        assert (proposal.decided_at is None) == (proposal.state is ProposalState.NEW)
        assert proposal.decided_at is None or proposal.created_at <= proposal.decided_at <= NOW


def test_proposals_of_the_newest_needs_still_wait(region: Session) -> None:
    waiting = {
        state
        for state, created_at in region.execute(
            select(Proposal.state, Need.created_at).join(Need, Need.id == Proposal.need_id)
        )
        if created_at.date() > TODAY - timedelta(days=7)
    }
    assert waiting == {ProposalState.NEW}


def test_every_meeting_comes_from_an_accepted_proposal_of_its_need_or_from_the_body(
    region: Session,
) -> None:
    for meeting in meetings_of(region):
        if meeting.proposal is None:
            assert (meeting.origin, meeting.state) == (Origin.BODY, MeetingState.HELD)
            continue
        assert meeting.proposal.state is ProposalState.ACCEPTED
        assert (meeting.company_id, meeting.need_id) == (
            meeting.proposal.company_id,
            meeting.proposal.need_id,
        )
        assert (meeting.buyer_id, meeting.body_id) == (meeting.need.buyer_id, meeting.need.body_id)
        assert meeting.need.state is not NeedState.DRAFT


def test_a_meeting_that_may_take_place_holds_its_proposal(region: Session) -> None:
    live = {meeting.proposal_id: meeting.id for meeting in meetings_of(region) if meeting.state in OPEN}
    held = select(Proposal.id, Proposal.live_meeting_id).where(Proposal.live_meeting_id.is_not(None))
    assert {tuple(row) for row in region.execute(held)} == set(live.items())


def test_one_agreed_meeting_in_four_was_not_held(region: Session) -> None:
    states = Counter(meeting.state for meeting in meetings_of(region))
    past = sum(states[state] for state in AGREED) - states[MeetingState.CONFIRMED]
    assert 0.18 < 1 - states[MeetingState.HELD] / past < 0.33
    assert states[MeetingState.CONFIRMED] == 25
    assert states[MeetingState.ASKED] == 15
    assert min(states[state] for state in AGREED) > 0


def test_meetings_lie_in_business_hours(region: Session) -> None:
    times = [(m.starts_at, m.ends_at) for m in meetings_of(region) if m.starts_at and m.ends_at]
    times += [(o.starts_at, o.ends_at) for m in meetings_of(region) for o in m.offers]
    for starts_at, ends_at in times:
        assert is_business_day(jst_date(starts_at))
        assert to_jst(starts_at).strftime("%H:%M") >= "09:30"
        assert to_jst(ends_at).strftime("%H:%M") <= "16:30"


def test_meetings_run_in_the_order_of_time(region: Session) -> None:
    for meeting in meetings_of(region):
        assert meeting.need.created_at <= meeting.created_at <= meeting.updated_at <= NOW
        assert (meeting.confirmed_at is None) == (meeting.state not in AGREED)
        if meeting.confirmed_at and meeting.starts_at:
            assert meeting.created_at <= meeting.confirmed_at < meeting.starts_at
        if meeting.ends_at and meeting.state is not MeetingState.CONFIRMED:
            assert meeting.ends_at < NOW


def test_more_meetings_are_held_in_the_second_year(region: Session) -> None:
    held = [m.starts_at for m in meetings_of(region) if m.state is MeetingState.HELD and m.starts_at]
    ordered = sorted(held)
    middle = ordered[0] + (ordered[-1] - ordered[0]) / 2
    assert sum(at >= middle for at in held) > 1.5 * sum(at < middle for at in held)


def test_nobody_is_in_two_meetings_at_once(region: Session) -> None:
    by_company: dict[int, list[Meeting]] = {}
    for meeting in meetings_of(region):
        if meeting.starts_at and meeting.state in AGREED:
            by_company.setdefault(meeting.company_id, []).append(meeting)
            by_company.setdefault(meeting.buyer_id, []).append(meeting)
    for meetings in by_company.values():
        for place, one in enumerate(meetings):
            for other in meetings[place + 1 :]:
                assert one.starts_at and one.ends_at and other.starts_at and other.ends_at  # noqa: PT018 -- for the types
                assert one.ends_at <= other.starts_at or other.ends_at <= one.starts_at


def test_confirmed_meetings_and_only_they_hold_their_time(region: Session) -> None:
    expected = {
        (company_id, cell, meeting.id)
        for meeting in region.scalars(select(Meeting))
        if meeting.state is MeetingState.CONFIRMED and meeting.starts_at and meeting.ends_at
        for company_id in (meeting.company_id, meeting.buyer_id)
        for cell in cells_of(meeting.starts_at, meeting.ends_at)
    }
    cells = region.scalars(select(BookingCell))
    assert {(cell.company_id, cell.cell, cell.meeting_id) for cell in cells} == expected


def test_confirmed_meetings_lie_within_three_weeks_some_today_and_tomorrow(
    region: Session,
) -> None:
    days = Counter(
        jst_date(m.starts_at)
        for m in meetings_of(region)
        if m.state is MeetingState.CONFIRMED and m.starts_at
    )
    assert days[TODAY] == 4
    # The Monday after is a holiday (勤労感謝の日).
    assert days[TODAY + timedelta(days=4)] == 4
    assert max(days) <= TODAY + timedelta(weeks=3)


def test_both_sides_accepted_the_time_of_a_confirmed_meeting(region: Session) -> None:
    for meeting in meetings_of(region):
        if meeting.state is MeetingState.CONFIRMED:
            accepted = [(o.starts_at, [a.answer for a in o.answers]) for o in meeting.offers]
            assert accepted == [(meeting.starts_at, [Answer.YES, Answer.YES])]


def test_requests_wait_for_at_least_one_side(region: Session) -> None:
    asked = [meeting for meeting in meetings_of(region) if meeting.state is MeetingState.ASKED]
    for meeting in asked:
        assert meeting.answer_by is not None and meeting.answer_by > NOW  # noqa: PT018 -- for the types
        assert meeting.starts_at is None
        assert 2 <= len(meeting.offers) <= 4
        assert len({answer.party for offer in meeting.offers for answer in offer.answers}) <= 1
    assert any(offer.answers for meeting in asked for offer in meeting.offers)
