"""Forgotten and changed passwords. Every change ends all other sessions and is told by mail."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from sme_match.accounts import messages
from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.links import REVOKED, create_link, find_link, revoke_links, use_link
from sme_match.accounts.models import HalfSignIn, User
from sme_match.accounts.passwords import check_password, hash_password, verify_password
from sme_match.accounts.queries import get_own_user
from sme_match.accounts.services.sign_in import (
    PER_ACCOUNT_AND_NETWORK,
    CodeNeeded,
    Opened,
    Refused,
    Throttled,
    find_sign_in_user,
    normalize_email,
    open_or_ask,
    open_signed_in_session,
)
from sme_match.accounts.sessions import end_all_user_sessions
from sme_match.accounts.throttle import Limit, count_attempt, forget_attempts, retry_at
from sme_match.audit.services import record
from sme_match.core.actor import Actor
from sme_match.core.errors import NotFoundError

VALID = timedelta(minutes=60)
RESETS_PER_ACCOUNT_AND_NETWORK = Limit("reset:account", 3)
RESETS_PER_NETWORK = Limit("reset:network", 20)
MAILS_PER_ACCOUNT = Limit("reset:mails", 5)


def request_password_reset(
    session: Session, *, email: str, network: str, base_url: str, now: datetime
) -> Throttled | None:
    """Mail a link for a new password when the address belongs to an account that is in use.

    The caller answers the same whether it does or not. Commit whatever comes out.
    """
    address = normalize_email(email)
    own = count_attempt(session, RESETS_PER_ACCOUNT_AND_NETWORK.key(address, network), now=now)
    near = count_attempt(session, RESETS_PER_NETWORK.key(network), now=now)
    if own > RESETS_PER_ACCOUNT_AND_NETWORK.most or near > RESETS_PER_NETWORK.most:
        return Throttled(retry_at(now))
    # Nobody fills another person's mailbox from many networks; the answer does not change.
    mails = count_attempt(session, MAILS_PER_ACCOUNT.key(address), now=now)
    user = find_sign_in_user(session, address)
    if user is None or user.password_hash is None or mails > MAILS_PER_ACCOUNT.most:
        return None
    revoke_links(session, LinkPurpose.PASSWORD_RESET, user.id, now)
    expires_at = now + VALID
    token = create_link(
        session,
        purpose=LinkPurpose.PASSWORD_RESET,
        subject_id=user.id,
        company_id=None,
        body_id=user.body_id,
        holder_name=user.name,
        expires_at=expires_at,
        now=now,
    )
    link = f"{base_url}/password-resets/{token}"
    messages.send_password_reset(session, user, link=link, expires_at=expires_at, now=now)
    return None


def find_reset_user(session: Session, token: str, *, now: datetime) -> User:
    """Return the user whose password the link resets.

    Raises:
        NotFoundError: when the link or the account cannot be used.
    """
    link = find_link(session, token, LinkPurpose.PASSWORD_RESET, now)
    query = select(User).where(User.id == link.subject_id).options(joinedload(User.body))
    user = session.scalar(query)
    if user is None or find_sign_in_user(session, user.email) is None:
        raise NotFoundError(REVOKED)
    return user


def reset_password(
    session: Session, token: str, *, password: str, now: datetime
) -> Opened | CodeNeeded:
    """Set a new password through the link and sign the user in; a second factor is asked for.

    Raises:
        InvalidError: for a password that is not accepted; the link stays usable.
        NotFoundError: when the link cannot be used.
    """
    user = find_reset_user(session, token, now=now)
    check_password(password, email=user.email)
    use_link(session, token, LinkPurpose.PASSWORD_RESET, now)
    _set_password(session, user.as_actor(), user, password, action="user.reset_password", now=now)
    return open_or_ask(session, user, now=now)


def change_password(
    session: Session, actor: Actor, *, old: str, new: str, network: str, now: datetime
) -> Opened | Refused | Throttled:
    """Change the own password; wrong old ones count like wrong sign-ins.

    Commit whatever comes out.

    Raises:
        InvalidError: for a new password that is not accepted.
    """
    user = get_own_user(session, actor)
    refusal = prove_password(session, user, old, network=network, now=now)
    if refusal is not None:
        return refusal
    check_password(new, email=user.email)
    _set_password(session, actor, user, new, action="user.change_password", now=now)
    return Opened(user, open_signed_in_session(session, user, now=now))


def prove_password(
    session: Session, user: User, password: str, *, network: str, now: datetime
) -> Refused | Throttled | None:
    """Return None when the password of a signed-in person is right; wrong ones count as at sign-in."""
    key = PER_ACCOUNT_AND_NETWORK.key(user.email, network)
    if count_attempt(session, key, now=now) > PER_ACCOUNT_AND_NETWORK.most:
        return Throttled(retry_at(now))
    if not verify_password(user.password_hash, password):
        return Refused()
    forget_attempts(session, key)
    return None


def _set_password(
    session: Session, actor: Actor, user: User, password: str, *, action: str, now: datetime
) -> None:
    user.password_hash = hash_password(password)
    session.flush()
    end_all_user_sessions(session, user.id, now=now)
    session.execute(delete(HalfSignIn).where(HalfSignIn.user_id == user.id))
    revoke_links(session, LinkPurpose.PASSWORD_RESET, user.id, now)
    messages.send_password_changed(session, user, now=now)
    record(session, actor, action=action, subject=("user", user.id), body_id=user.body_id, now=now)
