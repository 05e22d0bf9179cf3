"""Scheduled work of matching: snapshots of the search indexes, news of watched needs."""

import logging
from datetime import datetime
from functools import partial

from sme_match.db.session import Database
from sme_match.matching.corpus import refresh_snapshot
from sme_match.matching.watches import list_to_tell, tell
from sme_match.support_bodies.queries import list_body_ids

log = logging.getLogger(__name__)


def refresh_indexes(database: Database) -> int:
    """Write the snapshots of the bodies whose index has drifted; return how many."""
    with database.reading() as session:
        bodies = list_body_ids(session)
    written = 0
    for body_id in bodies:
        with database.reading() as session:
            written += refresh_snapshot(session, body_id=body_id)
    if written:
        log.info("Wrote %s snapshots of search indexes", written)
    return written


def tell_watchers(database: Database, *, now: datetime, base_url: str) -> int:
    """Queue the mails about companies that newly pass watched needs; return how many companies.

    Each coordinator is a transaction, with one mail at most.
    """
    # What is due is found while reading: no writing transaction waits for an index to be made.
    told = database.sweep(partial(list_to_tell, now=now), partial(tell, now=now, base_url=base_url))
    if told:
        log.info("Told of %s companies that newly pass watched needs", told)
    return told
