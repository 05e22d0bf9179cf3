"""The meetings of a published timetable: each placement has one, and changes with it."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from sme_match.core.actor import Actor
from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text
from sme_match.events.models import Candidate, EventSlot, Placement
from sme_match.events.queries.timetable import Timetable, channel_of
from sme_match.matching.enums import ProposalState
from sme_match.matching.models import Proposal
from sme_match.meetings.enums import MeetingChannel, MeetingState, Origin
from sme_match.meetings.messages import Site
from sme_match.meetings.models import Meeting
from sme_match.meetings.policy import is_of_timetable
from sme_match.meetings.services.opening import PlaceDraft
from sme_match.meetings.services.scheduling import (
    call_off,
    confirm_scheduled,
    relocate,
    reschedule,
)
from sme_match.needs.models import Need

UID_BYTES = 16
NO_NEED = mark_text("%(buyer)sの発注案件がありません。先に案件を登録してください。")


class Move(NamedTuple):
    """Where a candidate goes: its meeting so far, the slot (None: out) and lanes of SME and buyer."""

    pair: Candidate
    meeting_id: int | None
    slot: EventSlot | None
    lanes: tuple[int, int]


def carry_out(
    session: Session,
    actor: Actor,
    timetable: Timetable,
    moves: Sequence[Move],
    *,
    reason: str,
    now: datetime,
    site: Site,
) -> None:
    """Let the meetings of a published timetable follow its placements; both sides are told.

    What falls away goes first, so that others may take its time.

    Raises:
        ConflictError: when a meeting is recorded or called off already, or a company was booked
            elsewhere in this moment.
    """
    gone = [move.meeting_id for move in moves if move.meeting_id and move.slot is None]
    call_off(session, actor, gone, reason=reason, now=now)
    staying = {move.meeting_id: move for move in moves if move.meeting_id and move.slot}
    reschedule(
        session,
        actor,
        {key: (move.slot.starts_at, move.slot.ends_at) for key, move in staying.items() if move.slot},
        lanes={key: move.lanes for key, move in staying.items()},
        now=now,
        site=site,
    )
    new = [move for move in moves if move.meeting_id is None and move.slot is not None]
    make_meetings(session, actor, timetable, new, now=now, site=site, tell=True)


def make_meetings(
    session: Session,
    actor: Actor,
    timetable: Timetable,
    moves: Sequence[Move],
    *,
    now: datetime,
    site: Site,
    tell: bool,
) -> list[Meeting]:
    """Make a confirmed meeting of each placement that has none.

    Raises:
        SlotTakenError: when a company was booked elsewhere in this moment.
        InvalidError: when a buyer has no need that they could talk about.
    """
    if not moves:
        return []
    held = _held_proposals(session, [move.pair for move in moves])
    needs = _any_needs(session, timetable, [m.pair for m in moves if m.pair.need_id is None])
    meetings = [
        _meeting(actor, timetable, move, proposals=held, needs=needs, now=now, site=site)
        for move in moves
    ]
    stored = confirm_scheduled(session, actor, meetings, now=now, site=site, tell=tell)
    session.execute(
        update(Placement.__table__)  # type: ignore[arg-type]  # a mapped class has a real table
        .where(Placement.candidate_id == bindparam("pair"))
        .values(meeting_id=bindparam("meeting")),
        [
            {"pair": move.pair.id, "meeting": meeting.id}
            for move, meeting in zip(moves, meetings, strict=True)
        ],
    )
    return stored


def planned_places(timetable: Timetable) -> dict[int, PlaceDraft]:
    """Return how and where each published meeting takes place by the plan of the event."""
    return {
        placed.meeting_id: _place(timetable, timetable.candidates[placed.candidate_id])
        for placed in timetable.placements.values()
        if placed.meeting_id is not None
    }


def follow_plan(
    session: Session,
    actor: Actor,
    timetable: Timetable,
    before: Mapping[int, PlaceDraft],
    *,
    now: datetime,
    site: Site,
) -> None:
    """Let the meetings that are still to come follow a changed plan; both sides are told.

    Those for which the desk chose another way than the plan `before` keep it.
    """
    meetings = [each.meeting for each in timetable.placements.values() if each.meeting is not None]
    coming = {
        meeting.id: (meeting.channel, meeting.venue)
        for meeting in meetings
        if meeting.state is MeetingState.CONFIRMED
        and is_of_timetable(meeting)
        and meeting.starts_at is not None
        and meeting.starts_at > now
    }
    changed = {
        key: place
        for key, place in planned_places(timetable).items()
        if place != before[key] and coming.get(key) == (before[key].channel, before[key].venue)
    }
    relocate(session, actor, changed, now=now, site=site)


def _place(timetable: Timetable, pair: Candidate) -> PlaceDraft:
    channel = channel_of(timetable, pair)
    venue = timetable.event.venue if channel is MeetingChannel.IN_PERSON else ""
    return PlaceDraft(channel=channel, venue=venue)


def _meeting(
    actor: Actor,
    timetable: Timetable,
    move: Move,
    *,
    proposals: Collection[int],
    needs: dict[int, int],
    now: datetime,
    site: Site,
) -> Meeting:
    event, pair, slot = timetable.event, move.pair, move.slot
    buyer, sme = timetable.participants[pair.buyer_id], timetable.participants[pair.sme_id]
    need_id = pair.need_id or needs.get(buyer.company_id)
    if need_id is None:
        raise InvalidError(NO_NEED, buyer=buyer.company.name)
    place = _place(timetable, pair)
    return Meeting(
        body_id=event.body_id,
        event_id=event.id,
        proposal_id=pair.proposal_id if pair.proposal_id in proposals else None,
        need_id=need_id,
        company_id=sme.company_id,
        buyer_id=buyer.company_id,
        company_contact_id=sme.contact_id,
        buyer_contact_id=buyer.contact_id,
        company_lane=move.lanes[0],
        buyer_lane=move.lanes[1],
        state=MeetingState.CONFIRMED,
        channel=place.channel,
        venue=place.venue,
        origin=Origin.BODY,
        starts_at=slot.starts_at if slot else None,
        ends_at=slot.ends_at if slot else None,
        calendar_uid=f"{secrets.token_hex(UID_BYTES)}@{site.host}",
        calendar_sequence=0,
        created_by=actor.user_id,
        created_at=now,
        updated_at=now,
    )


def _held_proposals(session: Session, pairs: Sequence[Candidate]) -> frozenset[int]:
    """Return the proposals on which a meeting may rest: accepted, and none rests on them yet."""
    wanted = [pair.proposal_id for pair in pairs if pair.proposal_id is not None]
    return frozenset(
        session.scalars(
            select(Proposal.id)
            .where(
                Proposal.id.in_(wanted),
                Proposal.state == ProposalState.ACCEPTED,
                Proposal.live_meeting_id.is_(None),
            )
            .order_by(Proposal.id)
            .with_for_update(key_share=True)
        )
    )


def _any_needs(session: Session, timetable: Timetable, pairs: Sequence[Candidate]) -> dict[int, int]:
    """Return the newest need of each buyer whose candidate names none."""
    buyers = {timetable.participants[pair.buyer_id].company_id for pair in pairs}
    rows = session.execute(
        select(Need.buyer_id, Need.id).where(Need.buyer_id.in_(buyers)).order_by(Need.id)
    )
    return {buyer_id: need_id for buyer_id, need_id in rows}  # noqa: C416 -- rows are no pairs
