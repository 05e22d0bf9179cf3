"""Scheduled work of events: reminders of unanswered requests, and those that run out of time."""

import logging
from datetime import datetime

from sme_match.db.session import Database
from sme_match.events.services.answering import expire, list_unanswered, remind
from sme_match.meetings.messages import Site

log = logging.getLogger(__name__)


def chase_answers(database: Database, *, now: datetime, base_url: str) -> int:
    """Remind buyers that have not answered, and close requests that are over; return how many."""
    site = Site(base_url=base_url, room_base_url="")
    with database.reading() as session:
        waiting = list_unanswered(session, now=now)
    done = 0
    for participant_id, is_over in waiting:
        with database.unit_of_work() as session:
            if is_over:
                done += expire(session, participant_id, now=now, site=site)
            else:
                done += remind(session, participant_id, now=now, base_url=base_url)
    if done:
        log.info("Reminded or closed %s requests to buyers of events", done)
    return done
