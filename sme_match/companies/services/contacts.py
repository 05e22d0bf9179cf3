"""People at a company: adding, changing and removing them."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from sme_match.audit.services import apply_changes
from sme_match.companies.enums import ContactKind
from sme_match.companies.models import Company, Contact
from sme_match.companies.policy import check_in_use
from sme_match.companies.queries import get_contact
from sme_match.companies.services.parts import check_part, company_to_change, note_change, stated
from sme_match.core.actor import Actor
from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text
from sme_match.notifications.services import check_address


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDraft:
    """What a form or a file states about a person at a company."""

    kind: ContactKind = ContactKind.MAIN
    name: str
    name_kana: str = ""
    position: str = ""
    email: str = ""
    phone: str = ""


def add_contact(
    session: Session, actor: Actor, company_id: int, draft: ContactDraft, *, now: datetime
) -> Contact:
    """Add a person to a company.

    Raises:
        NotFoundError: when the actor may not see the company.
        NotAllowedError: when the actor may see but not change it.
        InvalidError: when the draft breaks a rule.
        ConflictError: while the use of the company's data is stopped.
    """
    company = company_to_change(session, actor, company_id)
    check_in_use(company)
    _check(draft)
    contact = Contact(company_id=company.id, created_at=now, updated_at=now, **asdict(draft))
    session.add(contact)
    session.flush()
    note_change(
        session,
        actor,
        company,
        "contact.add",
        name=contact.name,
        now=now,
        changes=stated(asdict(draft)),
    )
    return contact


def edit_contact(
    session: Session,
    actor: Actor,
    contact_id: int,
    draft: ContactDraft,
    *,
    version: int,
    now: datetime,
) -> Contact:
    """Change what is known about a person.

    Raises:
        NotFoundError: when the actor may not see it.
        NotAllowedError: when the actor may see but not change it.
        StaleVersionError: when it changed since the form was opened.
        InvalidError: when the draft breaks a rule.
    """
    contact = check_part(actor, get_contact(session, actor, contact_id), version)
    _check(draft)
    changes = apply_changes(contact, asdict(draft))
    if changes:
        contact.updated_at = now
        session.flush()
        note_change(
            session, actor, contact.company, "contact.edit", name=contact.name, now=now, changes=changes
        )
    return contact


def remove_contact(
    session: Session, actor: Actor, contact_id: int, *, version: int, now: datetime
) -> Company:
    """Take a person out of the company's record; the history keeps that there was one.

    Raises:
        NotFoundError: when the actor may not see it.
        NotAllowedError: when the actor may see but not change it.
        StaleVersionError: when it changed since the page was opened.
    """
    contact = check_part(actor, get_contact(session, actor, contact_id), version)
    company = contact.company
    session.delete(contact)
    session.flush()
    note_change(session, actor, company, "contact.remove", name=contact.name, now=now)
    return company


def _check(draft: ContactDraft) -> None:
    if not draft.name:
        raise InvalidError(mark_text("氏名を入力してください。"), field="name")
    if draft.email and not _is_deliverable(draft.email):
        raise InvalidError(
            mark_text("メールアドレスは「name@example.jp」のように入力してください。"), field="email"
        )
    if not (draft.email or draft.phone):
        raise InvalidError(
            mark_text("メールアドレスか電話番号の、少なくとも一方を入力してください。"), field="email"
        )


def _is_deliverable(address: str) -> bool:
    """Ask what the outbox will ask: an address it refuses would stop the mails of a whole meeting."""
    try:
        check_address(address)
    except InvalidError:
        return False
    return True
