"""Scheduled work of events: ending those whose last day is over."""

import logging
from datetime import datetime
from functools import partial

from sme_match.db.session import Database
from sme_match.events.services.ending import end_event, list_over

log = logging.getLogger(__name__)


def end_events(database: Database, *, now: datetime) -> int:
    """End the published events whose last day is over, however long ago; return how many."""
    ended = database.sweep(partial(list_over, now=now), partial(end_event, now=now))
    if ended:
        log.info("Ended %s events", ended)
    return ended
