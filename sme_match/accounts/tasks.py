"""Scheduled work of accounts: forgetting what is no longer needed."""

from datetime import datetime

from sme_match.accounts.sessions import forget_old_user_sessions
from sme_match.accounts.throttle import forget_old_attempts
from sme_match.db.session import Database


def forget_old(database: Database, *, now: datetime) -> int:
    """Delete the counters of attempts and the sessions of days gone by; return how many rows."""
    with database.unit_of_work() as session:
        return forget_old_attempts(session, now=now) + forget_old_user_sessions(session, now=now)
