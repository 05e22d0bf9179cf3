"""Scheduled work of accounts: forgetting what is no longer needed."""

from datetime import datetime

from sme_match.accounts.sessions import forget_old_user_sessions
from sme_match.accounts.throttle import forget_old_attempts
from sme_match.db.sent_forms import forget_old_forms
from sme_match.db.session import Database


def forget_old(database: Database, *, now: datetime) -> int:
    """Delete counters of attempts, sessions and forms sent in days gone by; return how many rows."""
    with database.unit_of_work() as session:
        sweeps = (forget_old_attempts, forget_old_user_sessions, forget_old_forms)
        return sum(sweep(session, now=now) for sweep in sweeps)
