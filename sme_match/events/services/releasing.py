"""Taking a company that falls out from the timetable, in one step."""

from datetime import datetime

from sqlalchemy.orm import Session

from sme_match.core.actor import Actor
from sme_match.events.enums import ChangeKind, EventState
from sme_match.events.models import Event, Participant, Placement
from sme_match.events.queries.timetable import Timetable, load_timetable
from sme_match.events.services.changing import Step, change, place_of
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.messages import Site

FELL_OUT = "参加企業の都合のため"
"""What the mails say: why the company fell out is between it and its body."""


def release(
    session: Session, actor: Actor, event: Event, part: Participant, *, now: datetime, site: Site
) -> int:
    """Take the meetings of a company out of the timetable of a locked event; return how many.

    Published ones are called off and both sides told. What has begun or is recorded stays.
    """
    timetable = load_timetable(session, event)
    steps = [
        Step(key, place_of(placed), None)
        for key, placed in timetable.placements.items()
        if part.id in {placed.buyer_id, placed.sme_id} and _is_to_come(timetable, placed, now)
    ]
    if steps:
        change(
            session, actor, timetable, steps,
            kind=ChangeKind.UNPLACE, reason=FELL_OUT, despite_locks=True, now=now, site=site,
        )  # fmt: skip
    return len(steps)


def _is_to_come(timetable: Timetable, placed: Placement, now: datetime) -> bool:
    if timetable.event.state is not EventState.PUBLISHED:
        return True
    recorded = placed.meeting is not None and placed.meeting.state is not MeetingState.CONFIRMED
    return timetable.slots[placed.slot_id].starts_at > now and not recorded
