"""Signed-in browsers: rows that end at sign-out, after idle time, and after an absolute limit."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from sme_match.accounts.models import User, UserSession
from sme_match.accounts.tokens import hash_token, new_token

TOUCH_EVERY = timedelta(minutes=5)


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
    """Return the live session of the token with its user and body, or None."""
    query = (
        select(UserSession)
        .join(UserSession.user)
        .where(
            UserSession.token_hash == hash_token(token),
            UserSession.ended_at.is_(None),
            UserSession.last_seen_at > now - idle,
            UserSession.created_at > now - absolute,
            User.active,
        )
        .options(joinedload(UserSession.user).joinedload(User.body))
    )
    return session.scalar(query)


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
