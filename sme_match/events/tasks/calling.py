"""Scheduled work of events: telling SMEs that a call has opened."""

import logging
from datetime import datetime
from functools import partial

from sme_match.db.session import Database
from sme_match.events.services.calling import list_calling, tell_of_call

log = logging.getLogger(__name__)


def announce_calls(database: Database, *, now: datetime, base_url: str) -> int:
    """Tell the SMEs of the hosts of each open call, once each; return how many mails."""
    mails = database.sweep(
        partial(list_calling, now=now), partial(tell_of_call, now=now, base_url=base_url)
    )
    if mails:
        log.info("Told %s companies of open calls for applications", mails)
    return mails
