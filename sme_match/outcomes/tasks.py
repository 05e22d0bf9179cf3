"""Scheduled work of outcomes: asking when a follow-up falls due, and once more."""

import logging
from datetime import datetime
from functools import partial

from sme_match.db.session import Database
from sme_match.meetings.messages import Site
from sme_match.outcomes.services.following import ask_follow_up, list_to_ask

log = logging.getLogger(__name__)


def ask_due_follow_ups(database: Database, *, now: datetime, base_url: str, again: bool = False) -> int:
    """Queue the mails of follow-ups that fell due, once each; return how many mails.

    `again`: the second mail of those that nobody answered.
    """
    site = Site(base_url=base_url, room_base_url="")
    mails = database.sweep(
        partial(list_to_ask, now=now, again=again),
        partial(ask_follow_up, now=now, site=site, again=again),
    )
    if mails:
        log.info("Queued %s questions about earlier meetings", mails)
    return mails
