"""Invitations: how accounts come into being. Nobody but their owner ever chooses a password."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from sme_match.accounts import messages
from sme_match.accounts.companies import CompanyEntry
from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.links import REVOKED, create_link, find_link, revoke_links, use_link
from sme_match.accounts.models import User
from sme_match.accounts.passwords import check_password, hash_password
from sme_match.accounts.policy import (
    STAFF_ROLES,
    may_invite_manager,
    may_invite_staff,
    may_switch_user,
)
from sme_match.accounts.queries import get_user
from sme_match.accounts.services.sign_in import Opened, normalize_email, open_signed_in_session
from sme_match.audit.services import record
from sme_match.core.actor import SYSTEM, Actor, Role
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from sme_match.core.text import mark_text
from sme_match.notifications.services import check_address
from sme_match.support_bodies.models import SupportBody

VALID = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffDraft:
    """A person of a support body, or an administrator (who belongs to none)."""

    name: str
    email: str
    role: Role
    body_id: int | None
    language: str = "ja"


def invite_staff(
    session: Session, actor: Actor, draft: StaffDraft, *, base_url: str, now: datetime
) -> User:
    """Invite a coordinator, lead or administrator.

    Raises:
        NotAllowedError: unless the actor is an administrator.
        InvalidError: for an unknown body, a bad or known address, or another role.
    """
    if not may_invite_staff(actor):
        raise NotAllowedError
    body_id = check_staff_role(session, draft.role, draft.body_id)
    user = User(
        role=draft.role, body_id=body_id, name=draft.name, email=draft.email, language=draft.language
    )
    return _invite(session, actor, user, base_url=base_url, now=now)


def invite_manager(
    session: Session,
    actor: Actor,
    *,
    company: CompanyEntry,
    name: str,
    email: str,
    language: str = "ja",
    base_url: str,
    now: datetime,
) -> User:
    """Invite the manager of an SME.

    Raises:
        NotAllowedError: unless the actor is a coordinator of the company's own body.
        InvalidError: for a bad or known address.
    """
    if not may_invite_manager(actor, company_body_id=company.body_id):
        raise NotAllowedError
    user = User(
        role=Role.SME,
        body_id=company.body_id,
        company_id=company.id,
        name=name,
        email=email,
        language=language,
    )
    return _invite(session, actor, user, base_url=base_url, now=now)


def invite_administrator(
    session: Session, *, email: str, name: str, base_url: str, now: datetime
) -> str:
    """Return an invitation for an administrator, from the command line: a fresh start, or lost access.

    An invitation that nobody has accepted yet is replaced. No mail goes out: the operator hands the
    link over.

    Raises:
        ConflictError: when the address belongs to an account that is in use.
        InvalidError: for a bad address.
    """
    user = session.scalar(select(User).where(User.email == normalize_email(email)))
    if user is None:
        user = User(role=Role.ADMINISTRATOR, name=name, email=email, language="ja")
        _add(session, SYSTEM, user, now=now)
    elif user.role is not Role.ADMINISTRATOR or user.password_hash or not user.active:
        raise ConflictError(mark_text("このメールアドレスはすでに使われています。"))
    link, _expires_at = _new_link(session, user, base_url=base_url, now=now)
    return link


def reinvite(session: Session, actor: Actor, user_id: int, *, base_url: str, now: datetime) -> User:
    """Send a new invitation; the old link stops working.

    Raises:
        NotFoundError: when the actor does not see the user.
        NotAllowedError: when the actor does not keep the account.
        ConflictError: when the account is in use already, or disabled.
    """
    user = get_user(session, actor, user_id)
    if not may_switch_user(actor, user):
        raise NotAllowedError
    if user.password_hash is not None or not user.active:
        raise ConflictError(mark_text("招待を待っている利用者ではないため、招待しなおせません。"))
    send_new_invitation(session, user, base_url=base_url, now=now)
    record(
        session,
        actor,
        action="user.reinvite",
        subject=("user", user.id),
        body_id=user.body_id,
        now=now,
    )
    return user


def find_invited(session: Session, token: str, *, now: datetime) -> User:
    """Return the user whom the link invites.

    Raises:
        NotFoundError: when the link or the account cannot be used; the message says what to do.
    """
    return _invited(session, find_link(session, token, LinkPurpose.INVITATION, now).subject_id)


def accept_invitation(
    session: Session, token: str, *, name: str, password: str, now: datetime
) -> Opened:
    """Set name and password and sign the user in.

    Raises:
        InvalidError: for a password that is not accepted; the link stays usable.
        NotFoundError: when the link cannot be used.
    """
    user = find_invited(session, token, now=now)
    check_password(password, email=user.email)
    use_link(session, token, LinkPurpose.INVITATION, now)
    user.name = name
    user.password_hash = hash_password(password)
    session.flush()
    record(
        session,
        user.as_actor(),
        action="user.accept",
        subject=("user", user.id),
        body_id=user.body_id,
        now=now,
    )
    return Opened(user, open_signed_in_session(session, user, now=now))


def send_new_invitation(session: Session, user: User, *, base_url: str, now: datetime) -> None:
    """Revoke the links sent so far and mail a new one."""
    link, expires_at = _new_link(session, user, base_url=base_url, now=now)
    messages.send_invitation(session, user, link=link, expires_at=expires_at, now=now)


def check_staff_role(session: Session, role: Role, body_id: int | None) -> int | None:
    """Return the body for the role: an active one for staff, none for administrators.

    Raises:
        InvalidError: for another role, or without such a body.
    """
    if role not in STAFF_ROLES:
        raise InvalidError(mark_text("役割を選んでください。"), field="role")
    if role is Role.ADMINISTRATOR:
        return None
    body = session.get(SupportBody, body_id or 0)
    if body is None or not body.active:
        raise InvalidError(mark_text("支援機関を選んでください。"), field="body_id")
    return body.id


def check_new_email(session: Session, email: str, *, except_id: int | None = None) -> str:
    """Return the address as it is stored.

    Raises:
        InvalidError: when it is none, or another account uses it.
    """
    address = check_address(normalize_email(email)).lower()
    known = session.scalar(select(User.id).where(User.email == address))
    if known is not None and known != except_id:
        raise InvalidError(
            mark_text(
                "このメールアドレスはすでに登録されています。"
                "一覧に見あたらないときは、システム管理者に連絡してください。"
            ),
            field="email",
        )
    return address


def _invite(session: Session, actor: Actor, user: User, *, base_url: str, now: datetime) -> User:
    _add(session, actor, user, now=now)
    loaded = _invited(session, user.id)
    send_new_invitation(session, loaded, base_url=base_url, now=now)
    return loaded


def _add(session: Session, actor: Actor, user: User, *, now: datetime) -> None:
    user.email = check_new_email(session, user.email)
    user.created_at = now
    session.add(user)
    session.flush()
    record(
        session,
        actor,
        action="user.invite",
        subject=("user", user.id),
        body_id=user.body_id,
        now=now,
        changes={"email": (None, user.email), "role": (None, user.role)},
    )


def _new_link(session: Session, user: User, *, base_url: str, now: datetime) -> tuple[str, datetime]:
    revoke_links(session, LinkPurpose.INVITATION, user.id, now)
    expires_at = now + VALID
    token = create_link(
        session,
        purpose=LinkPurpose.INVITATION,
        subject_id=user.id,
        company_id=user.company_id,
        body_id=user.body_id,
        holder_name=user.name,
        expires_at=expires_at,
        now=now,
    )
    return f"{base_url}/invitations/{token}", expires_at


def _invited(session: Session, user_id: int) -> User:
    query = select(User).where(User.id == user_id).options(joinedload(User.body))
    user = session.scalar(query.execution_options(populate_existing=True))
    closed = user is None or not user.active or (user.body is not None and not user.body.active)
    if user is None or closed or user.password_hash is not None:
        raise NotFoundError(REVOKED)
    return user
