"""Forgetting what is no longer needed."""

from datetime import timedelta

from sqlalchemy import select

from sme_match.accounts.models import AttemptCounter, UserSession
from sme_match.accounts.sessions import open_user_session
from sme_match.accounts.tasks import forget_old
from sme_match.accounts.throttle import count_attempt
from sme_match.db.session import Database
from tests.accounts.conftest import make_member
from tests.conftest import NOW


def test_old_sessions_and_counters_go_and_new_ones_stay(database: Database) -> None:
    with database.unit_of_work() as session:
        user = make_member(session)
        for days in (31, 29):
            open_user_session(session, user, now=NOW - timedelta(days=days))
        for days in (2, 0):
            count_attempt(session, "a", now=NOW - timedelta(days=days))
    assert forget_old(database, now=NOW) == 2
    assert forget_old(database, now=NOW) == 0
    with database.reading() as session:
        assert session.scalars(select(UserSession.created_at)).all() == [NOW - timedelta(days=29)]
        assert session.scalars(select(AttemptCounter.window_start)).all() == [NOW]
