"""Taking a company that falls out from the timetable, in one step."""

from datetime import datetime

from sqlalchemy.orm import Session

from sme_match.core.actor import Actor
from sme_match.events.enums import ChangeKind, EventState
from sme_match.events.models import Event, Participant
from sme_match.events.problems import stays
from sme_match.events.queries.timetable import load_timetable
from sme_match.events.services.changing import Step, change, place_of
from sme_match.events.services.runs import ask_for_repair
from sme_match.meetings.messages import Site

FELL_OUT = "参加企業の都合のため"
"""What the mails say: why the company fell out is between it and its body."""


def release(
    session: Session, actor: Actor, event: Event, part: Participant, *, now: datetime, site: Site
) -> int:
    """Take the meetings of a company out of the timetable of a locked event; return how many.

    Published ones are called off, both sides told and a repair of the timetable is asked for. What has
    begun or is recorded stays.
    """
    timetable = load_timetable(session, event)
    steps = [
        Step(key, place_of(placed), None)
        for key, placed in timetable.placements.items()
        if part.id in {placed.buyer_id, placed.sme_id} and not stays(timetable, placed, now)
    ]
    if steps:
        change(
            session, actor, timetable, steps,
            kind=ChangeKind.UNPLACE, reason=FELL_OUT, despite_locks=True, now=now, site=site,
        )  # fmt: skip
        if event.state is EventState.PUBLISHED:
            ask_for_repair(session, actor, event, now=now)
    return len(steps)
