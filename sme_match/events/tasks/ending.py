"""Scheduled work of events: ending those whose last day is over."""

import logging
from datetime import datetime

from sme_match.db.session import Database
from sme_match.events.services.ending import end_event, list_over

log = logging.getLogger(__name__)


def end_events(database: Database, *, now: datetime) -> int:
    """End the published events whose last day is over, however long ago; return how many."""
    with database.reading() as session:
        over = list_over(session, now=now)
    ended = 0
    for event_id in over:
        with database.unit_of_work() as session:
            ended += end_event(session, event_id, now=now)
    if ended:
        log.info("Ended %s events", ended)
    return ended
