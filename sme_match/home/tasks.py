"""Scheduled work over several domains: the monthly mail to leads."""

import logging
from datetime import datetime

from sme_match.db.session import Database
from sme_match.home.digest import list_to_send, send_digest

log = logging.getLogger(__name__)


def send_digests(database: Database, *, now: datetime, base_url: str) -> int:
    """Queue the digests of this month that are not queued yet; return how many."""
    with database.reading() as session:
        leads = list_to_send(session, now=now)
    sent = 0
    for user_id in leads:
        with database.unit_of_work() as session:
            sent += send_digest(session, user_id, now=now, base_url=base_url)
    if sent:
        log.info("Queued %s monthly digests", sent)
    return sent
