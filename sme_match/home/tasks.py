"""Scheduled work over several domains: the monthly mail to leads."""

import logging
from datetime import datetime
from functools import partial

from sme_match.db.session import Database
from sme_match.home.digest import list_to_send, send_digest

log = logging.getLogger(__name__)


def send_digests(database: Database, *, now: datetime, base_url: str) -> int:
    """Queue the digests of this month that are not queued yet; return how many."""
    sent = database.sweep(
        partial(list_to_send, now=now), partial(send_digest, now=now, base_url=base_url)
    )
    if sent:
        log.info("Queued %s monthly digests", sent)
    return sent
