"""Signed-in browsers: rows that end at sign-out, after idle time, and after an absolute limit."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.orm import Session, contains_eager

from sme_match.accounts.models import User, UserSession
from sme_match.accounts.tokens import hash_token, new_token
from sme_match.support_bodies.models import SupportBody

TOUCH_EVERY = timedelta(minutes=5)
# Every request asks this, so the question is put together once.
_LIVING = (
    select(UserSession)
    .join(UserSession.user)
    .outerjoin(User.body)
    .where(
        UserSession.token_hash == bindparam("token_hash"),
        UserSession.ended_at.is_(None),
        UserSession.last_seen_at > bindparam("idle_since"),
        UserSession.created_at > bindparam("opened_since"),
        User.active,
        or_(User.body_id.is_(None), SupportBody.active),
    )
    .options(contains_eager(UserSession.user).contains_eager(User.body))
)
KEPT = timedelta(days=30)


def open_user_session(session: Session, user: User, *, now: datetime) -> str:
    """Open a session for the user and return its token."""
    token = new_token()
    session.add(
        UserSession(token_hash=hash_token(token), user_id=user.id, created_at=now, last_seen_at=now)
    )
    return token


def find_user_session(
    session: Session, token: str, *, now: datetime, idle: timedelta, absolute: timedelta
) -> UserSession | None:
    """Return the live session of the token with its user and body, or None.

    It lives while user and body are active, and until it was idle for too long or is too old.
    """
    bounds = {
        "token_hash": hash_token(token),
        "idle_since": now - idle,
        "opened_since": now - absolute,
    }
    return session.scalar(_LIVING, bounds)


def touch_user_session(session: Session, session_id: int, *, now: datetime) -> None:
    """Note that the session is in use."""
    session.execute(
        update(UserSession)
        .where(UserSession.id == session_id, UserSession.ended_at.is_(None))
        .values(last_seen_at=now)
    )


def end_user_session(session: Session, token: str, *, now: datetime) -> None:
    """End one session."""
    session.execute(
        update(UserSession)
        .where(UserSession.token_hash == hash_token(token), UserSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def end_all_user_sessions(session: Session, user_id: int, *, now: datetime) -> None:
    """End all sessions of a user (password changed, account disabled)."""
    session.execute(
        update(UserSession)
        .where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def list_user_sessions(
    session: Session, user_id: int, *, now: datetime, idle: timedelta, absolute: timedelta
) -> list[UserSession]:
    """Return the live sessions of a user, the latest used first."""
    query = (
        select(UserSession)
        .where(
            UserSession.user_id == user_id,
            UserSession.ended_at.is_(None),
            UserSession.last_seen_at > now - idle,
            UserSession.created_at > now - absolute,
        )
        .order_by(UserSession.last_seen_at.desc(), UserSession.id.desc())
    )
    return list(session.scalars(query))


def end_other_user_sessions(session: Session, user_id: int, *, keep: str, now: datetime) -> int:
    """End the sessions of a user except the one of the token `keep`; return how many."""
    ended = session.scalars(
        update(UserSession)
        .where(
            UserSession.user_id == user_id,
            UserSession.token_hash != hash_token(keep),
            UserSession.ended_at.is_(None),
        )
        .values(ended_at=now)
        .returning(UserSession.id)
    )
    return len(ended.all())


def forget_old_user_sessions(session: Session, *, now: datetime) -> int:
    """Delete the sessions that began more than `KEPT` ago; return how many. The log keeps sign-ins."""
    old = delete(UserSession).where(UserSession.created_at < now - KEPT).returning(UserSession.id)
    return len(session.scalars(old).all())
