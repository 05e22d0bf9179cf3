"""Certificates of a company: adding, changing and removing them."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from sme_match.audit.services import apply_changes, record
from sme_match.companies.models import Certificate, Company
from sme_match.companies.policy import may_edit_company
from sme_match.companies.queries import get_certificate, get_company
from sme_match.companies.services.facts import touch_company
from sme_match.core.actor import Actor
from sme_match.core.errors import InvalidError, NotAllowedError
from sme_match.core.text import mark_text
from sme_match.db.versions import check_version


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateDraft:
    """What a form or a file states about a certificate."""

    standard: str
    """A code of the reference list, or free text."""
    number: str = ""
    scope: str = ""
    expires_on: date | None = None


def add_certificate(
    session: Session, actor: Actor, company_id: int, draft: CertificateDraft, *, now: datetime
) -> Certificate:
    """Add a certificate to a company.

    Raises:
        NotFoundError: when the actor may not see the company.
        NotAllowedError: when the actor may see but not change it.
        InvalidError: when the draft breaks a rule.
    """
    company = get_company(session, actor, company_id)
    if not may_edit_company(actor, company):
        raise NotAllowedError
    _check(draft)
    certificate = Certificate(company_id=company.id, created_at=now, updated_at=now, **asdict(draft))
    session.add(certificate)
    session.flush()
    stated: dict[str, tuple[object, object]] = {
        name: ("", value) for name, value in asdict(draft).items() if value
    }
    _finish(session, actor, company, certificate, "certificate.add", now=now, changes=stated)
    return certificate


def edit_certificate(
    session: Session,
    actor: Actor,
    certificate_id: int,
    draft: CertificateDraft,
    *,
    version: int,
    now: datetime,
) -> Certificate:
    """Change what is known about a certificate.

    Raises:
        NotFoundError: when the actor may not see it.
        NotAllowedError: when the actor may see but not change it.
        StaleVersionError: when it changed since the form was opened.
        InvalidError: when the draft breaks a rule.
    """
    certificate = _changeable(session, actor, certificate_id, version)
    _check(draft)
    changes = apply_changes(certificate, asdict(draft))
    if changes:
        certificate.updated_at = now
        session.flush()
        _finish(
            session,
            actor,
            certificate.company,
            certificate,
            "certificate.edit",
            now=now,
            changes=changes,
        )
    return certificate


def remove_certificate(
    session: Session, actor: Actor, certificate_id: int, *, version: int, now: datetime
) -> Company:
    """Take a certificate out of the company's record.

    Raises:
        NotFoundError: when the actor may not see it.
        NotAllowedError: when the actor may see but not change it.
        StaleVersionError: when it changed since the page was opened.
    """
    certificate = _changeable(session, actor, certificate_id, version)
    company = certificate.company
    session.delete(certificate)
    session.flush()
    _finish(session, actor, company, certificate, "certificate.remove", now=now)
    return company


def _changeable(session: Session, actor: Actor, certificate_id: int, version: int) -> Certificate:
    certificate = get_certificate(session, actor, certificate_id)
    if not may_edit_company(actor, certificate.company):
        raise NotAllowedError
    check_version(certificate, version)
    return certificate


def _finish(
    session: Session,
    actor: Actor,
    company: Company,
    certificate: Certificate,
    action: str,
    *,
    now: datetime,
    changes: dict[str, tuple[object, object]] | None = None,
) -> None:
    touch_company(session, company.id, now=now)
    record(
        session,
        actor,
        action=action,
        subject=("company", company.id),
        body_id=company.body_id,
        now=now,
        changes=changes,
        note=certificate.standard,
    )


def _check(draft: CertificateDraft) -> None:
    if not draft.standard:
        raise InvalidError(mark_text("認証の名前を入力してください。"), field="standard")
