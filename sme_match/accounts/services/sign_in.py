"""Signing in: slow for those who guess, silent about which accounts exist."""

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from sme_match.accounts.models import HalfSignIn, User
from sme_match.accounts.passwords import hash_password, needs_new_hash, verify_password
from sme_match.accounts.queries import has_second_factor
from sme_match.accounts.sessions import open_user_session
from sme_match.accounts.throttle import (
    Attempt,
    Limit,
    attempts_so_far,
    count_attempt,
    forget_attempts,
    retry_at,
    take_back_attempt,
)
from sme_match.accounts.tokens import hash_token, new_token
from sme_match.audit.services import record
from sme_match.core.text import normalize_width
from sme_match.support_bodies.models import SupportBody

log = logging.getLogger(__name__)

PER_ACCOUNT_AND_NETWORK = Limit("sign-in:account", 10)
PER_NETWORK = Limit("sign-in:network", 60)
ALTOGETHER = Limit("sign-in:all", 600)


@dataclass(frozen=True, slots=True)
class Opened:
    """The password was right: the user, and the token of the new session."""

    user: User
    token: str


@dataclass(frozen=True, slots=True)
class CodeNeeded:
    """The password was right, and a code of the phone is awaited: the token of the half sign-in."""

    token: str


@dataclass(frozen=True, slots=True)
class Refused:
    """No such account, a wrong password or code, or a disabled account: nobody is told which."""


@dataclass(frozen=True, slots=True)
class Throttled:
    """Too many wrong passwords or codes; nothing was checked."""

    retry_at: datetime


def sign_in(
    session: Session, *, email: str, password: str, network: str, now: datetime
) -> Opened | CodeNeeded | Refused | Throttled:
    """Open a session when address and password fit, or ask for the code of a second factor.

    The attempt is counted before the password is looked at and uncounted when it was right: of
    simultaneous guesses no more are answered than the limit allows. Commit whatever comes out.
    """
    attempt = Attempt(email=normalize_email(email), network=network)
    if _too_many(session, attempt, now=now):
        log.warning("Sign-in throttled from %s", network)
        return Throttled(retry_at(now))
    user = find_sign_in_user(session, attempt.email)
    fits = verify_password(user.password_hash if user else None, password)
    if user is None or not fits:
        count_attempt(session, ALTOGETHER.key(), now=now)
        log.warning("Sign-in refused from %s", network)
        return Refused()
    forget_attempts(session, PER_ACCOUNT_AND_NETWORK.key(attempt.email, network))
    take_back_attempt(session, PER_NETWORK.key(network), now=now)
    if needs_new_hash(user.password_hash):
        user.password_hash = hash_password(password)
    return open_or_ask(session, user, now=now)


def open_or_ask(session: Session, user: User, *, now: datetime) -> Opened | CodeNeeded:
    """Open a session, or a half one when the account has a second factor."""
    if not has_second_factor(session, user.id):
        return Opened(user, open_signed_in_session(session, user, now=now))
    token = new_token()
    session.add(HalfSignIn(token_hash=hash_token(token), user_id=user.id, created_at=now))
    return CodeNeeded(token)


def open_signed_in_session(session: Session, user: User, *, now: datetime) -> str:
    """Open a session for somebody who has just proved who they are; return its token."""
    user.last_sign_in_at = now
    record(
        session,
        user.as_actor(),
        action="user.sign_in",
        subject=("user", user.id),
        body_id=user.body_id,
        now=now,
    )
    return open_user_session(session, user, now=now)


def find_sign_in_user(session: Session, email: str) -> User | None:
    """Return the user of a mail address who may sign in, with the body: both must be active."""
    query = (
        select(User)
        .outerjoin(User.body)
        .where(
            User.email == normalize_email(email),
            User.active,
            or_(User.body_id.is_(None), SupportBody.active),
        )
        .options(joinedload(User.body))
    )
    return session.scalar(query)


def normalize_email(text: str) -> str:
    """Return a typed address as it is stored: half-width, lower case, no spaces around it."""
    return normalize_width(text).lower()


def _too_many(session: Session, attempt: Attempt, *, now: datetime) -> bool:
    """Count the attempt and say whether it goes over a limit.

    While guessing goes on everywhere, each account and network has one try: a flood elsewhere
    must not keep people out who know their password.
    """
    own = count_attempt(session, PER_ACCOUNT_AND_NETWORK.key(attempt.email, attempt.network), now=now)
    near = count_attempt(session, PER_NETWORK.key(attempt.network), now=now)
    flood = attempts_so_far(session, ALTOGETHER.key(), now=now) >= ALTOGETHER.most
    return own > (1 if flood else PER_ACCOUNT_AND_NETWORK.most) or near > PER_NETWORK.most
