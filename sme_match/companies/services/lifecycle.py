"""Confirming a profile, choosing who sees it, leaving the register and coming back."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from sme_match.audit.services import apply_changes, record
from sme_match.companies.enums import Visibility
from sme_match.companies.models import Company
from sme_match.companies.policy import check_in_use, may_archive_company, may_edit_company
from sme_match.companies.queries import get_company
from sme_match.core.actor import Actor
from sme_match.core.errors import NotAllowedError
from sme_match.db.versions import check_version


def confirm_company(session: Session, actor: Actor, company_id: int, *, now: datetime) -> Company:
    """Note that nothing about the company has changed (変わりありません).

    Raises:
        NotFoundError: when the actor may not see it.
        NotAllowedError: when the actor may see but not change it.
    """
    company = get_company(session, actor, company_id)
    if not may_edit_company(actor, company):
        raise NotAllowedError
    # Like `touch_company`, this is no conflict for somebody who edits the facts.
    session.execute(update(Company).where(Company.id == company_id).values(confirmed_at=now))
    _record(session, actor, company, "company.confirm", now=now)
    return company


def choose_visibility(
    session: Session,
    actor: Actor,
    company_id: int,
    *,
    profile: Visibility,
    contacts: Visibility,
    version: int,
    now: datetime,
) -> Company:
    """Choose who may see the profile and the contacts.

    Raises:
        NotFoundError: when the actor may not see it.
        NotAllowedError: when the actor may see but not change it.
        StaleVersionError: when it changed since the form was opened.
    """
    company = get_company(session, actor, company_id)
    if not may_edit_company(actor, company):
        raise NotAllowedError
    check_version(company, version)
    changes = apply_changes(company, {"profile_visibility": profile, "contact_visibility": contacts})
    if changes:
        company.updated_at = company.confirmed_at = now
        session.flush()
        _record(session, actor, company, "company.visibility", now=now, changes=changes)
    return company


def archive_company(session: Session, actor: Actor, company_id: int, *, now: datetime) -> Company:
    """Take a company out of the register: it is kept, but no longer listed or matched.

    Raises:
        NotFoundError: when the actor may not see it.
        NotAllowedError: unless the actor is a coordinator of the owner body.
    """
    company = _archivable(session, actor, company_id)
    if company.archived_at is None:
        changes = apply_changes(company, {"archived_at": now})
        company.updated_at = now
        session.flush()
        _record(session, actor, company, "company.archive", now=now, changes=changes)
    return company


def restore_company(session: Session, actor: Actor, company_id: int, *, now: datetime) -> Company:
    """Bring an archived company back into the register.

    Raises:
        NotFoundError: when the actor may not see it.
        NotAllowedError: unless the actor is a coordinator of the owner body.
        ConflictError: while the use of its data is stopped.
    """
    company = _archivable(session, actor, company_id)
    check_in_use(company)
    if company.archived_at is not None:
        changes = apply_changes(company, {"archived_at": None})
        company.updated_at = now
        session.flush()
        _record(session, actor, company, "company.restore", now=now, changes=changes)
    return company


def _archivable(session: Session, actor: Actor, company_id: int) -> Company:
    company = get_company(session, actor, company_id)
    if not may_archive_company(actor, company):
        raise NotAllowedError
    return company


def _record(
    session: Session,
    actor: Actor,
    company: Company,
    action: str,
    *,
    now: datetime,
    changes: dict[str, tuple[object, object]] | None = None,
) -> None:
    record(
        session,
        actor,
        action=action,
        subject=("company", company.id),
        body_id=company.body_id,
        now=now,
        changes=changes,
    )
