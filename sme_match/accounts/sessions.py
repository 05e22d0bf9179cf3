"""Signed-in browsers: rows that end at sign-out, after idle time, and after an absolute limit."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, delete, exists, not_, or_, select, update
from sqlalchemy.orm import Session, aliased

from sme_match.accounts.models import HalfSignIn, SecondFactor, User, UserSession
from sme_match.accounts.policy import STAFF_ROLES
from sme_match.accounts.tokens import hash_token, new_token
from sme_match.audit.kept import NEWEST_ENTRY
from sme_match.core.actor import Actor, Role
from sme_match.support_bodies.enums import SecondFactorRule
from sme_match.support_bodies.models import SupportBody

TOUCH_EVERY = timedelta(minutes=5)
_any_body = aliased(SupportBody)
# The same rule as `queries.rule_for`, as a condition.
_MUST_ENROL = and_(
    User.role.in_(STAFF_ROLES),
    or_(
        SupportBody.second_factor == SecondFactorRule.REQUIRED,
        and_(
            User.role == Role.ADMINISTRATOR,
            exists().where(_any_body.active, _any_body.second_factor == SecondFactorRule.REQUIRED),
        ),
    ),
    not_(exists().where(SecondFactor.user_id == User.id, SecondFactor.confirmed_at.is_not(None))),
)
# Every request asks this, so the question is put together once and takes columns alone.
_LIVING = (
    select(
        UserSession.id,
        UserSession.last_seen_at,
        User.role,
        User.name,
        User.id,
        User.body_id,
        User.company_id,
        User.language,
        SupportBody.name,
        SupportBody.phone,
        _MUST_ENROL.label("must_enrol"),
        NEWEST_ENTRY,
    )
    .select_from(UserSession)
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
)
KEPT = timedelta(days=30)
HALF_LIVES = timedelta(minutes=10)
"""How long a code is awaited after the password."""


@dataclass(frozen=True, slots=True)
class LivingSession:
    """A session that lives, and whose it is; without a body its name and phone are empty."""

    id: int
    last_seen_at: datetime
    actor: Actor
    language: str
    body_name: str
    body_phone: str
    must_enrol: bool
    """Whether a second factor is required and missing."""
    newest_entry: int | None
    """The number of the newest entry of the log, which most pages ask for."""


def open_user_session(session: Session, user: User, *, now: datetime) -> str:
    """Open a session for the user and return its token."""
    token = new_token()
    session.add(
        UserSession(token_hash=hash_token(token), user_id=user.id, created_at=now, last_seen_at=now)
    )
    return token


def find_user_session(
    session: Session, token: str, *, now: datetime, idle: timedelta, absolute: timedelta
) -> LivingSession | None:
    """Return the live session of the token, or None.

    It lives while user and body are active, and until it was idle for too long or is too old.
    """
    bounds = {
        "token_hash": hash_token(token),
        "idle_since": now - idle,
        "opened_since": now - absolute,
    }
    row = session.connection().execute(_LIVING, bounds).first()
    if row is None:
        return None
    session_id, seen_at, *whose, language, body_name, phone, must_enrol, newest = row
    role, name, user_id, body_id, company_id = whose
    actor = Actor(role=role, name=name, user_id=user_id, body_id=body_id, company_id=company_id)
    return LivingSession(
        session_id,
        seen_at,
        actor,
        language,
        body_name or "",
        phone or "",
        # Without a body the comparison is neither true nor false.
        bool(must_enrol),
        newest,
    )


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
    half = delete(HalfSignIn).where(HalfSignIn.created_at < now - HALF_LIVES)
    session.execute(half)
    return len(session.scalars(old).all())
