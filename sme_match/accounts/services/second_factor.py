"""The second factor of staff: setting it up, asking for its code, taking it away.

Wrong codes count against the account from one network and against the account as such: who comes
this far knows the password, so the owner is told and not only slowed down.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from sme_match.accounts import messages
from sme_match.accounts.models import HalfSignIn, RecoveryCode, SecondFactor, User
from sme_match.accounts.policy import may_reset_second_factor
from sme_match.accounts.queries import get_own_user, get_user, has_second_factor, rule_for
from sme_match.accounts.second_factor import (
    DIGITS,
    fitting_step,
    hash_recovery_code,
    new_recovery_codes,
    new_secret,
    plain_code,
    seal,
    unseal,
)
from sme_match.accounts.services.passwords import prove_password
from sme_match.accounts.services.sign_in import (
    Opened,
    Refused,
    Throttled,
    normalize_email,
    open_signed_in_session,
)
from sme_match.accounts.sessions import HALF_LIVES, end_all_user_sessions, end_other_user_sessions
from sme_match.accounts.throttle import (
    Limit,
    count_attempt,
    forget_attempts,
    retry_at,
    take_back_attempt,
)
from sme_match.accounts.tokens import hash_token
from sme_match.audit.services import record
from sme_match.core.actor import SYSTEM, Actor
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from sme_match.core.text import mark_text
from sme_match.support_bodies.enums import SecondFactorRule
from sme_match.support_bodies.models import SupportBody

log = logging.getLogger(__name__)

PER_ACCOUNT_AND_NETWORK = Limit("code:near", 10)
PER_ACCOUNT = Limit("code:account", 30)
SETUP_LIVES = timedelta(minutes=30)
"""How long a secret is shown before it has to be made anew."""


@dataclass(frozen=True, slots=True)
class Expired:
    """No password was given in this browser, or too long ago."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A typed code, with what is needed to check it."""

    code: str
    network: str
    secret_key: str


def finish_sign_in(
    session: Session, token: str, proof: Proof, *, now: datetime
) -> Opened | Refused | Throttled | Expired:
    """Open the session that a half sign-in waits for. Commit whatever comes out."""
    user = find_half_signed_in(session, token, now=now)
    if user is None:
        return Expired()
    refusal = _check(session, user, proof, now=now)
    if refusal is not None:
        return refusal
    half = delete(HalfSignIn).where(HalfSignIn.token_hash == hash_token(token))
    if session.scalar(half.returning(HalfSignIn.user_id)) is None:
        return Expired()
    return Opened(user, open_signed_in_session(session, user, now=now))


def find_half_signed_in(session: Session, token: str, *, now: datetime) -> User | None:
    """Return whose code the half sign-in awaits, with the body; None when it is over."""
    query = (
        select(User)
        .join(HalfSignIn, HalfSignIn.user_id == User.id)
        .outerjoin(User.body)
        .where(
            HalfSignIn.token_hash == hash_token(token),
            HalfSignIn.created_at > now - HALF_LIVES,
            User.active,
            or_(User.body_id.is_(None), SupportBody.active),
        )
        .options(joinedload(User.body))
    )
    return session.scalar(query)


def start_setup(
    session: Session, actor: Actor, *, password: str, network: str, secret_key: str, now: datetime
) -> Refused | Throttled | None:
    """Make a secret for the app of a phone; it counts once a code has shown that the app works.

    Commit whatever comes out.

    Raises:
        NotAllowedError: when the account is offered no second factor.
        ConflictError: when it has one already.
    """
    user = get_own_user(session, actor)
    if rule_for(session, user) is SecondFactorRule.OFF:
        raise NotAllowedError
    if has_second_factor(session, user.id):
        raise ConflictError(mark_text("二段階認証はすでに始まっています。"))
    refusal = prove_password(session, user, password, network=network, now=now)
    if refusal is not None:
        return refusal
    sealed = seal(new_secret(), user_id=user.id, secret_key=secret_key)
    factor = SecondFactor(user_id=user.id, secret=sealed, last_step=0, started_at=now)
    session.merge(factor)
    return None


def secret_in_setup(session: Session, actor: Actor, *, secret_key: str, now: datetime) -> str | None:
    """Return the secret that waits for its first code; None when none does."""
    factor = session.get(SecondFactor, actor.user_id or 0)
    if factor is None or factor.confirmed_at is not None or factor.started_at <= now - SETUP_LIVES:
        return None
    return unseal(factor.secret, user_id=factor.user_id, secret_key=secret_key)


def confirm_setup(
    session: Session, actor: Actor, *, code: str, secret_key: str, keep: str, now: datetime
) -> list[str]:
    """Turn the second factor on and return the recovery codes, which are shown this once.

    All other browsers are signed out; `keep` is the token of this one.

    Raises:
        NotFoundError: when no setup waits for a code.
        InvalidError: when the code does not fit.
    """
    user = get_own_user(session, actor)
    secret = secret_in_setup(session, actor, secret_key=secret_key, now=now)
    if secret is None:
        raise NotFoundError(mark_text("時間がたちました。はじめからやりなおしてください。"))
    step = fitting_step(secret, plain_code(code), now=now)
    if step is None:
        raise InvalidError(
            mark_text(
                "数字が合いません。アプリにいま出ている6けたの数字を入力してください。"
                "何度も合わないときは、スマートフォンの時計が自動になっているか確かめてください。"
            ),
            field="code",
        )
    turned_on = (
        update(SecondFactor)
        .where(SecondFactor.user_id == user.id, SecondFactor.confirmed_at.is_(None))
        .values(confirmed_at=now, last_step=step)
        .returning(SecondFactor.user_id)
    )
    if session.scalar(turned_on) is None:
        raise ConflictError(mark_text("二段階認証はすでに始まっています。"))
    end_other_user_sessions(session, user.id, keep=keep, now=now)
    messages.send_second_factor_on(session, user, now=now)
    _note(session, actor, user, "user.second_factor_on", now=now)
    return _new_codes(session, user, secret_key=secret_key)


def renew_recovery_codes(
    session: Session, actor: Actor, proof: Proof, *, now: datetime
) -> list[str] | Refused | Throttled:
    """Replace the recovery codes and return the new ones. Commit whatever comes out."""
    user = get_own_user(session, actor)
    refusal = _check(session, user, proof, now=now)
    if refusal is not None:
        return refusal
    _note(session, actor, user, "user.recovery_codes", now=now)
    return _new_codes(session, user, secret_key=proof.secret_key)


def stop_second_factor(
    session: Session, actor: Actor, proof: Proof, *, now: datetime
) -> Refused | Throttled | None:
    """Turn the own second factor off: for good, or to set it up on another phone.

    Where it is required, the next page is the one that sets it up. Commit whatever comes out.
    """
    user = get_own_user(session, actor)
    refusal = _check(session, user, proof, now=now)
    if refusal is not None:
        return refusal
    _remove(session, actor, user, "user.second_factor_off", now=now)
    return None


def reset_second_factor(session: Session, actor: Actor, user_id: int, *, now: datetime) -> User:
    """Take the second factor from somebody who lost phone and codes; the person is told by mail.

    Raises:
        NotFoundError: when the actor does not see the user.
        NotAllowedError: when the actor does not help this account, or it is the own one.
    """
    user = get_user(session, actor, user_id)
    if not may_reset_second_factor(actor, user):
        raise NotAllowedError
    if has_second_factor(session, user.id):
        _remove(session, actor, user, "user.second_factor_reset", now=now)
        end_all_user_sessions(session, user.id, now=now)
    return user


def reset_from_command_line(session: Session, email: str, *, now: datetime) -> None:
    """Take the second factor from an account when nobody in the service can.

    Raises:
        NotFoundError: when no account has this address.
    """
    query = select(User).where(User.email == normalize_email(email)).options(joinedload(User.body))
    user = session.scalar(query)
    if user is None:
        raise NotFoundError(mark_text("この利用者は見つかりませんでした。"))
    if has_second_factor(session, user.id):
        _remove(session, SYSTEM, user, "user.second_factor_reset", now=now)
        end_all_user_sessions(session, user.id, now=now)


def count_recovery_codes(session: Session, user_id: int) -> int:
    """Return how many recovery codes are left."""
    query = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return session.scalar(query) or 0


def _check(session: Session, user: User, proof: Proof, *, now: datetime) -> Refused | Throttled | None:
    """Return None when the code is right; it is used up then."""
    near_key = PER_ACCOUNT_AND_NETWORK.key(str(user.id), proof.network)
    own_key = PER_ACCOUNT.key(str(user.id))
    near = count_attempt(session, near_key, now=now)
    own = 0
    if near <= PER_ACCOUNT_AND_NETWORK.most:
        # What one network is refused unseen does not count against the owner elsewhere.
        own = count_attempt(session, own_key, now=now)
    if not 0 < own <= PER_ACCOUNT.most:
        log.warning("Code throttled from %s", proof.network)
        return Throttled(retry_at(now))
    if _use_code(session, user, plain_code(proof.code), secret_key=proof.secret_key, now=now):
        forget_attempts(session, near_key)
        take_back_attempt(session, own_key, now=now)
        return None
    log.warning("Code refused from %s", proof.network)
    if PER_ACCOUNT_AND_NETWORK.most in {near, own}:
        messages.send_codes_guessed(session, user, now=now)
    return Refused()


def _use_code(session: Session, user: User, code: str, *, secret_key: str, now: datetime) -> bool:
    """Use up the code of the phone, or a recovery code; the database decides which request is first."""
    if len(code) == DIGITS and code.isascii() and code.isdigit():
        return _use_step(session, user, code, secret_key=secret_key, now=now)
    used = (
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user.id,
            RecoveryCode.code_hash == hash_recovery_code(code, user_id=user.id, secret_key=secret_key),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.id)
    )
    if session.scalar(used) is None:
        return False
    left = count_recovery_codes(session, user.id)
    messages.send_recovery_code_used(session, user, left=left, now=now)
    _note(session, user.as_actor(), user, "user.recovery_code_used", now=now)
    return True


def _use_step(session: Session, user: User, code: str, *, secret_key: str, now: datetime) -> bool:
    confirmed = (SecondFactor.user_id == user.id, SecondFactor.confirmed_at.is_not(None))
    sealed = session.scalar(select(SecondFactor.secret).where(*confirmed))
    if sealed is None:
        return False
    secret = unseal(sealed, user_id=user.id, secret_key=secret_key)
    if secret is None:
        log.error("The second factor of user %s cannot be read: was SECRET_KEY changed?", user.id)
        return False
    step = fitting_step(secret, code, now=now)
    if step is None:
        return False
    used = (
        update(SecondFactor)
        .where(*confirmed, SecondFactor.last_step < step)
        .values(last_step=step)
        .returning(SecondFactor.user_id)
    )
    return session.scalar(used) is not None


def _new_codes(session: Session, user: User, *, secret_key: str) -> list[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = new_recovery_codes()
    session.add_all(
        RecoveryCode(
            user_id=user.id,
            code_hash=hash_recovery_code(code, user_id=user.id, secret_key=secret_key),
        )
        for code in codes
    )
    return codes


def _remove(session: Session, actor: Actor, user: User, action: str, *, now: datetime) -> None:
    for table in (SecondFactor, RecoveryCode, HalfSignIn):
        session.execute(delete(table).where(table.user_id == user.id))
    messages.send_second_factor_off(session, user, now=now)
    _note(session, actor, user, action, now=now)


def _note(session: Session, actor: Actor, user: User, action: str, *, now: datetime) -> None:
    record(session, actor, action=action, subject=("user", user.id), body_id=user.body_id, now=now)
