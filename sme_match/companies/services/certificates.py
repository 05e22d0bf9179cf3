"""Certificates of a company: adding, changing and removing them."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from sme_match.audit.services import apply_changes
from sme_match.companies.models import Certificate, Company
from sme_match.companies.queries import get_certificate
from sme_match.companies.services.parts import check_part, company_to_change, note_change, stated
from sme_match.core.actor import Actor
from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text


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
    company = company_to_change(session, actor, company_id)
    _check(draft)
    certificate = Certificate(company_id=company.id, created_at=now, updated_at=now, **asdict(draft))
    session.add(certificate)
    session.flush()
    note_change(
        session,
        actor,
        company,
        "certificate.add",
        name=certificate.standard,
        now=now,
        changes=stated(asdict(draft)),
    )
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
    certificate = check_part(actor, get_certificate(session, actor, certificate_id), version)
    _check(draft)
    changes = apply_changes(certificate, asdict(draft))
    if changes:
        certificate.updated_at = now
        session.flush()
        note_change(
            session,
            actor,
            certificate.company,
            "certificate.edit",
            name=certificate.standard,
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
    certificate = check_part(actor, get_certificate(session, actor, certificate_id), version)
    company = certificate.company
    session.delete(certificate)
    session.flush()
    note_change(session, actor, company, "certificate.remove", name=certificate.standard, now=now)
    return company


def _check(draft: CertificateDraft) -> None:
    if not draft.standard:
        raise InvalidError(mark_text("認証の名前を入力してください。"), field="standard")
