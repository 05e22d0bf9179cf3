"""Keeping accounts: edit, disable, enable; and what people change about their own."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.links import revoke_links
from sme_match.accounts.messages import send_email_changed
from sme_match.accounts.models import User
from sme_match.accounts.policy import may_edit_user, may_switch_user
from sme_match.accounts.queries import get_own_user, get_user
from sme_match.accounts.services.invitations import (
    check_new_email,
    check_staff_role,
    send_new_invitation,
)
from sme_match.accounts.sessions import end_all_user_sessions, end_other_user_sessions
from sme_match.audit.services import apply_changes, record
from sme_match.core.actor import Actor, Role
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError
from sme_match.core.text import mark_text
from sme_match.db.versions import check_version

LANGUAGES = ("ja", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class UserDraft:
    """What an administrator states about a user."""

    name: str
    name_kana: str
    email: str
    role: Role
    body_id: int | None


def edit_user(
    session: Session,
    actor: Actor,
    user_id: int,
    draft: UserDraft,
    *,
    version: int,
    base_url: str,
    now: datetime,
) -> User:
    """Change name, address, role and body; a manager keeps role and body.

    A new address ends the sessions and open links of the old one, which is told.

    Raises:
        NotFoundError: when the actor does not see the user.
        NotAllowedError: unless the actor is an administrator.
        StaleVersionError: when it changed since the form was opened.
        ConflictError: when the own role would change.
        InvalidError: for a bad or known address, or a role without its body.
    """
    user = get_user(session, actor, user_id)
    if not may_edit_user(actor, user):
        raise NotAllowedError
    check_version(user, version)
    values: dict[str, object] = {
        "name": draft.name,
        "name_kana": draft.name_kana,
        "email": check_new_email(session, draft.email, except_id=user.id),
    }
    if user.role is not Role.SME and (draft.role, draft.body_id) != (user.role, user.body_id):
        _check_role_change(actor, user, draft.role)
        values["body_id"] = check_staff_role(session, draft.role, draft.body_id)
        values["role"] = draft.role
    old = user.email
    changes = apply_changes(user, values)
    session.flush()
    session.refresh(user, ["body"])
    if "email" in changes:
        _move_to_new_address(session, user, old=old, base_url=base_url, now=now)
    _note(session, actor, user, "user.edit", changes=changes, now=now)
    return user


def disable_user(session: Session, actor: Actor, user_id: int, *, now: datetime) -> User:
    """Shut a user out at once: sessions end, open links stop working.

    Raises:
        NotFoundError: when the actor does not see the user.
        NotAllowedError: when the actor does not keep the account, or it is the own one.
    """
    user = _get_switchable(session, actor, user_id)
    if user.active:
        user.active = False
        session.flush()
        end_all_user_sessions(session, user.id, now=now)
        for purpose in (LinkPurpose.INVITATION, LinkPurpose.PASSWORD_RESET):
            revoke_links(session, purpose, user.id, now)
        _note(session, actor, user, "user.disable", now=now)
    return user


def enable_user(session: Session, actor: Actor, user_id: int, *, now: datetime) -> User:
    """Let a disabled user sign in again with the old password.

    Raises:
        NotFoundError: when the actor does not see the user.
        NotAllowedError: when the actor does not keep the account.
        ConflictError: while the use of the person's data is stopped, and for an erased account.
    """
    user = _get_switchable(session, actor, user_id)
    check_not_erased(user)
    if user.use_stopped_at is not None:
        raise ConflictError(
            mark_text("利用停止の申出を受けている人です。停止を解除すると、利用を再開できます。")
        )
    if not user.active:
        user.active = True
        session.flush()
        _note(session, actor, user, "user.enable", now=now)
    return user


def check_not_erased(user: User) -> None:
    """Keep an account shut whose name and address were let go.

    Raises:
        ConflictError: when it is such a one.
    """
    if user.erased:
        raise ConflictError(
            mark_text("保存期間が過ぎて消去されたアカウントです。新しいアカウントを登録してください。")
        )


def edit_own_account(
    session: Session, actor: Actor, *, name: str, language: str, now: datetime
) -> User:
    """Change the own name and the language of pages and mails.

    Raises:
        InvalidError: for an unknown language.
    """
    if language not in LANGUAGES:
        raise InvalidError(mark_text("言語を選んでください。"), field="language")
    user = get_own_user(session, actor)
    changes = apply_changes(user, {"name": name, "language": language})
    session.flush()
    if changes:
        _note(session, actor, user, "user.edit_own", changes=changes, now=now)
    return user


def end_other_sessions(session: Session, actor: Actor, *, keep: str, now: datetime) -> int:
    """Sign the own account out everywhere but here; return how many sessions ended."""
    user = get_own_user(session, actor)
    ended = end_other_user_sessions(session, user.id, keep=keep, now=now)
    if ended:
        _note(session, actor, user, "user.end_sessions", now=now)
    return ended


def _get_switchable(session: Session, actor: Actor, user_id: int) -> User:
    user = get_user(session, actor, user_id)
    if not may_switch_user(actor, user):
        raise NotAllowedError
    return user


def _check_role_change(actor: Actor, user: User, role: Role) -> None:
    # So at least one administrator always remains.
    if role is not user.role and user.id == actor.user_id:
        raise ConflictError(mark_text("自分の役割は変えられません。ほかの管理者に頼んでください。"))


def _move_to_new_address(
    session: Session, user: User, *, old: str, base_url: str, now: datetime
) -> None:
    revoke_links(session, LinkPurpose.PASSWORD_RESET, user.id, now)
    end_all_user_sessions(session, user.id, now=now)
    if user.password_hash is not None:
        send_email_changed(session, user, old=old, now=now)
    elif user.active:
        send_new_invitation(session, user, base_url=base_url, now=now)


def _note(
    session: Session,
    actor: Actor,
    user: User,
    action: str,
    *,
    now: datetime,
    changes: dict[str, tuple[object, object]] | None = None,
) -> None:
    record(
        session,
        actor,
        action=action,
        subject=("user", user.id),
        body_id=user.body_id,
        now=now,
        changes=changes,
    )
