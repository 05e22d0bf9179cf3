"""Scheduled work of matching: snapshots of the search indexes."""

import logging

from sme_match.db.session import Database
from sme_match.matching.corpus import refresh_snapshot
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
