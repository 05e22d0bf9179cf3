"""Stop of use (利用停止): leaving a person or a company alone until the wish is taken back.

個人情報保護法 第35条. The record stays: without it a file would bring the same person in anew, and
nobody could show that the wish was followed. Erasing is a matter of the retention classes.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.links import revoke_links
from sme_match.accounts.models import ERASED_DOMAIN, User
from sme_match.accounts.services.users import check_not_erased
from sme_match.accounts.sessions import end_all_user_sessions
from sme_match.audit.models import AuditEntry
from sme_match.audit.services import record
from sme_match.companies.models import Company, CompanyShare, Contact
from sme_match.core.actor import Actor
from sme_match.core.errors import ConflictError, InvalidError
from sme_match.core.text import mark_text
from sme_match.needs.models import Need, NeedShare
from sme_match.notifications.services import void_mails_to
from sme_match.privacy.queries.persons import (
    find_company_kept,
    find_contact_kept,
    find_user_kept,
)
from sme_match.support_bodies.models import SupportBody

LINKS_OF_USERS = (LinkPurpose.INVITATION, LinkPurpose.PASSWORD_RESET, LinkPurpose.CALENDAR_FEED)


def stop_contact(
    session: Session, actor: Actor, contact_id: int, *, reason: str, now: datetime
) -> Contact:
    """Stop writing to a contact and offering it for choice.

    Raises:
        NotFoundError: when the actor does not answer for it.
        InvalidError: without a reason.
    """
    contact = find_contact_kept(session, actor, contact_id)
    _need_reason(reason)
    if contact.use_stopped_at is None:
        company = session.get_one(Company, contact.company_id)
        _stop_contact(session, contact, company.body_id, now=now)
        note = f"{contact.name}：{reason}"
        _note(session, actor, company, "contact.stop_use", note=note, now=now)
    return contact


def lift_contact(session: Session, actor: Actor, contact_id: int, *, now: datetime) -> Contact:
    """Let a contact be written to again.

    Raises:
        NotFoundError: when the actor does not answer for it.
        ConflictError: while its whole company is left alone.
    """
    contact = find_contact_kept(session, actor, contact_id)
    company = session.get_one(Company, contact.company_id)
    _check_company(company)
    if contact.use_stopped_at is not None:
        contact.use_stopped_at, contact.updated_at = None, now
        session.flush()
        _note(session, actor, company, "contact.lift_stop", note=contact.name, now=now)
    return contact


def stop_user(session: Session, actor: Actor, user_id: int, *, reason: str, now: datetime) -> User:
    """Shut an account that its owner no longer wants to have used.

    Raises:
        NotFoundError: when the actor does not answer for it.
        InvalidError: without a reason.
        ConflictError: for the own account.
    """
    user = find_user_kept(session, actor, user_id)
    _need_reason(reason)
    if user.id == actor.user_id:
        raise ConflictError(
            mark_text("自分の利用停止は、ほかの責任者かシステム管理者に頼んでください。")
        )
    if user.use_stopped_at is None:
        _stop_user(session, actor, user, reason=reason, now=now)
    return user


def lift_user(session: Session, actor: Actor, user_id: int, *, now: datetime) -> User:
    """Let an account be used again.

    Raises:
        NotFoundError: when the actor does not answer for it.
        ConflictError: while its whole company is left alone, and for an erased account.
    """
    user = find_user_kept(session, actor, user_id)
    check_not_erased(user)
    if user.company_id is not None:
        _check_company(session.get_one(Company, user.company_id))
    if user.use_stopped_at is not None:
        _lift_user(session, actor, user, now=now)
    return user


def stop_company(
    session: Session, actor: Actor, company_id: int, *, reason: str, now: datetime
) -> Company:
    """Leave a company alone: out of register, matching and timetables, shared with nobody.

    Its contacts are no longer written to and its managers cannot sign in.

    Raises:
        NotFoundError: when the actor does not answer for it.
        InvalidError: without a reason.
    """
    company = find_company_kept(session, actor, company_id)
    _need_reason(reason)
    if company.use_stopped_at is not None:
        return company
    changes: dict[str, tuple[object, object]] = {}
    if company.archived_at is None:
        company.archived_at, changes = now, {"archived_at": (None, now)}
    company.use_stopped_at = company.updated_at = now
    _withdraw_shares(session, actor, company, now=now)
    for contact in _contacts(session, company, stopped_at=None):
        _stop_contact(session, contact, company.body_id, now=now)
    for user in _users(session, company, stopped_at=None):
        _stop_user(session, actor, user, reason=reason, now=now)
    session.flush()
    _note(session, actor, company, "company.stop_use", note=reason, changes=changes, now=now)
    return company


def lift_company(session: Session, actor: Actor, company_id: int, *, now: datetime) -> Company:
    """Bring a company back with the people who were left alone for its sake.

    Shares are not: another body sees it again only after it agreed anew.

    Raises:
        NotFoundError: when the actor does not answer for it.
    """
    company = find_company_kept(session, actor, company_id)
    stopped_at = company.use_stopped_at
    if stopped_at is None:
        return company
    changes: dict[str, tuple[object, object]] = {}
    if company.archived_at == stopped_at:
        company.archived_at, changes = None, {"archived_at": (stopped_at, None)}
    company.use_stopped_at, company.updated_at = None, now
    for contact in _contacts(session, company, stopped_at=stopped_at):
        contact.use_stopped_at, contact.updated_at = None, now
    for user in _users(session, company, stopped_at=stopped_at):
        _lift_user(session, actor, user, now=now)
    session.flush()
    _note(session, actor, company, "company.lift_stop", changes=changes, now=now)
    return company


def _need_reason(reason: str) -> None:
    if not reason:
        raise InvalidError(mark_text("理由を入力してください。"), field="reason")


def _check_company(company: Company) -> None:
    if company.use_stopped_at is not None:
        raise ConflictError(
            mark_text("企業「%(name)s」の利用が停止されています。先に企業の停止を解除してください。"),
            name=company.name,
        )


def _withdraw_shares(session: Session, actor: Actor, company: Company, *, now: datetime) -> None:
    """Show the company to no other body, and none of its needs either: they name it."""
    own = select(CompanyShare, SupportBody.name).join(
        SupportBody, SupportBody.id == CompanyShare.body_id
    )
    for share, receiver in session.execute(
        own.where(CompanyShare.company_id == company.id, CompanyShare.withdrawn_at.is_(None))
    ):
        share.withdrawn_at = now
        _note(session, actor, company, "share.withdraw", note=receiver, now=now)
    of_needs = (
        select(NeedShare, Need, SupportBody.name)
        .join(Need, Need.id == NeedShare.need_id)
        .join(SupportBody, SupportBody.id == NeedShare.body_id)
    )
    for need_share, need, receiver in session.execute(
        of_needs.where(Need.buyer_id == company.id, NeedShare.withdrawn_at.is_(None))
    ):
        need_share.withdrawn_at = now
        _note(session, actor, need, "need.unshare", note=receiver, now=now)


def _contacts(session: Session, company: Company, *, stopped_at: datetime | None) -> list[Contact]:
    query = select(Contact).where(Contact.company_id == company.id)
    return list(session.scalars(query.where(Contact.use_stopped_at == stopped_at)))


def _users(session: Session, company: Company, *, stopped_at: datetime | None) -> list[User]:
    query = select(User).where(User.company_id == company.id, User.email.not_like(f"%{ERASED_DOMAIN}"))
    return list(session.scalars(query.where(User.use_stopped_at == stopped_at)))


def _stop_contact(session: Session, contact: Contact, body_id: int, *, now: datetime) -> None:
    contact.use_stopped_at = contact.updated_at = now
    session.flush()
    if contact.email:
        void_mails_to(session, to_address=contact.email, to_name=contact.name, body_id=body_id, now=now)


def _stop_user(session: Session, actor: Actor, user: User, *, reason: str, now: datetime) -> None:
    changes = {"active": (True, False)} if user.active else {}
    user.use_stopped_at, user.active = now, False
    session.flush()
    end_all_user_sessions(session, user.id, now=now)
    for purpose in LINKS_OF_USERS:
        revoke_links(session, purpose, user.id, now)
    void_mails_to(session, to_address=user.email, to_name=user.name, body_id=user.body_id, now=now)
    _note(session, actor, user, "user.stop_use", note=reason, changes=changes, now=now)


def _lift_user(session: Session, actor: Actor, user: User, *, now: datetime) -> None:
    user.use_stopped_at, user.active = None, _was_active(session, user)
    session.flush()
    _note(session, actor, user, "user.lift_stop", now=now)


def _was_active(session: Session, user: User) -> bool:
    """Tell whether the account was in use before its owner asked to stop that."""
    changes = session.scalar(
        select(AuditEntry.changes)
        .where(
            AuditEntry.subject_type == "user",
            AuditEntry.subject_id == user.id,
            AuditEntry.action == "user.stop_use",
        )
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    return "active" in (changes or {})


def _note(
    session: Session,
    actor: Actor,
    about: Company | Need | User,
    action: str,
    *,
    note: str = "",
    changes: Mapping[str, tuple[object, object]] | None = None,
    now: datetime,
) -> None:
    record(
        session,
        actor,
        action=action,
        subject=(about.__tablename__, about.id),
        body_id=about.body_id,
        now=now,
        changes=changes,
        note=note,
    )
