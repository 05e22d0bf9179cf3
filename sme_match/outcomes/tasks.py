"""Scheduled work of outcomes: asking again when a follow-up falls due."""

import logging
from datetime import datetime

from sme_match.db.session import Database
from sme_match.meetings.messages import Site
from sme_match.outcomes.services.following import (
    ask_follow_up,
    chase_follow_up,
    list_to_ask,
    list_to_chase,
)

log = logging.getLogger(__name__)


def ask_due_follow_ups(database: Database, *, now: datetime, base_url: str) -> int:
    """Queue the mails of follow-ups that fell due, once each; return how many mails."""
    site = Site(base_url=base_url, room_base_url="")
    with database.reading() as session:
        due = list_to_ask(session, now=now)
    mails = 0
    for follow_up_id in due:
        with database.unit_of_work() as session:
            mails += ask_follow_up(session, follow_up_id, now=now, site=site)
    if mails:
        log.info("Queued %s questions about earlier meetings", mails)
    return mails


def chase_open_follow_ups(database: Database, *, now: datetime, base_url: str) -> int:
    """Queue the second mail of follow-ups that nobody answered, once each; return how many mails."""
    site = Site(base_url=base_url, room_base_url="")
    with database.reading() as session:
        waiting = list_to_chase(session, now=now)
    mails = 0
    for follow_up_id in waiting:
        with database.unit_of_work() as session:
            mails += chase_follow_up(session, follow_up_id, now=now, site=site)
    return mails
