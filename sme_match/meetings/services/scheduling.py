"""Meetings whose times are set by an organiser: confirmed, moved and called off in batches.

Nobody is asked: the sides agreed to be scheduled. Who organises checks its own rules before.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.links import extend_links
from sme_match.audit.services import entry_of, record_many
from sme_match.core.actor import Actor
from sme_match.matching.services.holding import hold_for_meeting
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.messages import Site, Span, compose_cancellation, compose_confirmation
from sme_match.meetings.models import Meeting
from sme_match.meetings.queries import lock_meetings
from sme_match.meetings.services.booking import free_cells, hold_all_cells
from sme_match.meetings.services.changing import announce_change, confirmed_span, give_back, take_place
from sme_match.meetings.services.mailing import write_to_both
from sme_match.meetings.services.opening import PlaceDraft
from sme_match.meetings.services.replying import name_room
from sme_match.meetings.services.stepping import step_to

Changes = Mapping[str, tuple[object, object]]


def confirm_scheduled(
    session: Session,
    actor: Actor,
    meetings: Sequence[Meeting],
    *,
    now: datetime,
    site: Site,
    tell: bool,
) -> list[Meeting]:
    """Store new meetings with their times as confirmed, hold their time and name their rooms.

    With `tell`, either side gets the ordinary mail with its calendar entry.

    Raises:
        SlotTakenError: when a company holds a part of a time for another meeting.
        ConflictError: when a proposal is not accepted any more, or another meeting rests on it.
    """
    spans: list[tuple[Meeting, datetime, datetime]] = []
    for meeting in meetings:
        if meeting.starts_at is None or meeting.ends_at is None:
            raise ValueError("A scheduled meeting has a time.")
        meeting.state, meeting.confirmed_at = MeetingState.CONFIRMED, now
        name_room(meeting, site=site)
        spans.append((meeting, meeting.starts_at, meeting.ends_at))
    session.add_all(meetings)
    hold_all_cells(session, spans)
    for meeting in meetings:
        if meeting.proposal_id is not None:
            hold_for_meeting(session, proposal_id=meeting.proposal_id, meeting_id=meeting.id)
    stored = lock_meetings(session, [meeting.id for meeting in meetings])
    for meeting in stored if tell else ():
        span = confirmed_span(meeting)
        write_to_both(
            session,
            meeting,
            lambda facts, span=span: compose_confirmation(facts, span, site=site),  # type: ignore[misc]
            about="confirmation",
            now=now,
            calendar="REQUEST",
            span=span,
        )
    _note(session, actor, "meeting.confirm", {m: _time(None, m.starts_at) for m in stored}, now=now)
    return stored


def reschedule(
    session: Session,
    actor: Actor,
    spans: Mapping[int, Span],
    *,
    lanes: Mapping[int, tuple[int, int]],
    now: datetime,
    site: Site,
) -> None:
    """Give confirmed meetings other times at once, so that they may also change places.

    `spans` and `lanes` (of the SME and of the buyer) go by the id of the meeting. Whose time stays
    the same only changes lanes, of which nobody is told.

    Raises:
        ConflictError: when one is not confirmed any more; SlotTakenError as `confirm_scheduled`.
    """
    meetings = lock_meetings(session, spans)
    before = {meeting: confirmed_span(meeting) for meeting in meetings}
    for meeting in meetings:
        meeting.company_lane, meeting.buyer_lane = lanes[meeting.id]
        meeting.starts_at, meeting.ends_at = spans[meeting.id]
        meeting.updated_at = now
    hold_all_cells(session, [(meeting, *spans[meeting.id]) for meeting in meetings])
    moved = {meeting: old for meeting, old in before.items() if spans[meeting.id] != old}
    for meeting, old in moved.items():
        extend_links(session, LinkPurpose.MEETING_REPLY, meeting.id, now, until=spans[meeting.id][1])
        announce_change(session, meeting, old, now=now, site=site)
    changes = {meeting: _time(old[0], meeting.starts_at) for meeting, old in moved.items()}
    _note(session, actor, "meeting.move", changes, now=now)


def relocate(
    session: Session,
    actor: Actor,
    places: Mapping[int, PlaceDraft],
    *,
    now: datetime,
    site: Site,
) -> None:
    """Let confirmed meetings take place in other ways or elsewhere; both sides are told.

    `places` go by the id of the meeting.

    Raises:
        InvalidError: for a place that is missing.
    """
    meetings = lock_meetings(session, places)
    changes = {
        meeting: take_place(session, meeting, places[meeting.id], now=now, site=site)
        for meeting in meetings
    }
    _note(session, actor, "meeting.change_place", changes, now=now)


def call_off(
    session: Session, actor: Actor, meeting_ids: Sequence[int], *, reason: str, now: datetime
) -> None:
    """Cancel confirmed meetings: their time is given back, both sides and their calendars are told.

    Raises:
        ConflictError: when one is not confirmed any more.
    """
    meetings = lock_meetings(session, meeting_ids)
    free_cells(session, *meetings)
    for meeting in meetings:
        span = confirmed_span(meeting)
        step_to(session, meeting, MeetingState.CANCELLED)
        meeting.reason, meeting.updated_at = reason, now
        give_back(session, meeting, span, now=now)
        write_to_both(
            session,
            meeting,
            lambda facts, span=span: compose_cancellation(facts, span, reason=reason),  # type: ignore[misc]
            about="cancellation",
            now=now,
            calendar="CANCEL",
            span=span,
        )
    changes = {meeting: _time(meeting.starts_at, None) for meeting in meetings}
    _note(session, actor, "meeting.cancel", changes, now=now, note=reason)


def _time(before: datetime | None, after: datetime | None) -> Changes:
    return {"starts_at": (before, after)}


def _note(
    session: Session,
    actor: Actor,
    action: str,
    changes: Mapping[Meeting, Changes],
    *,
    now: datetime,
    note: str = "",
) -> None:
    session.flush()
    record_many(
        session,
        [
            entry_of(
                actor,
                action=action,
                subject=("meeting", meeting.id),
                body_id=meeting.body_id,
                now=now,
                changes=change,
                note=note,
            )
            for meeting, change in changes.items()
        ],
    )
