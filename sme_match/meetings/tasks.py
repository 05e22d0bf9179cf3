"""Scheduled work of meetings: reminders, and requests that run out of time."""

import logging
from datetime import datetime
from functools import partial

from sme_match.db.session import Database
from sme_match.meetings.messages import Site
from sme_match.meetings.services.reminding import (
    expire_request,
    list_to_expire,
    list_to_remind,
    remind,
)

log = logging.getLogger(__name__)


def send_reminders(database: Database, *, now: datetime, base_url: str, room_base_url: str = "") -> int:
    """Queue the reminders that are due; return how many mails. Each meeting is its own transaction."""
    site = Site(base_url=base_url, room_base_url=room_base_url)
    mails = database.sweep(partial(list_to_remind, now=now), partial(remind, now=now, site=site))
    if mails:
        log.info("Queued %s reminders of meetings", mails)
    return mails


def expire_requests(database: Database, *, now: datetime) -> int:
    """Close the requests whose day of answer is over; return how many."""
    closed = database.sweep(partial(list_to_expire, now=now), partial(expire_request, now=now))
    if closed:
        log.info("Closed %s requests that were not answered in time", closed)
    return closed
