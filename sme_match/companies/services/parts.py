"""What adding, changing and removing a contact or a certificate of a company have in common."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from sme_match.audit.services import record
from sme_match.companies.models import Certificate, Company, Contact
from sme_match.companies.policy import may_edit_company
from sme_match.companies.queries import get_company
from sme_match.companies.services.facts import touch_company
from sme_match.core.actor import Actor
from sme_match.core.errors import NotAllowedError
from sme_match.db.versions import check_version

Part = TypeVar("Part", Contact, Certificate)


def company_to_change(session: Session, actor: Actor, company_id: int) -> Company:
    """Return a company whose parts the actor may change.

    Raises:
        NotFoundError: when the actor may not see it.
        NotAllowedError: when the actor may see but not change it.
    """
    company = get_company(session, actor, company_id)
    if not may_edit_company(actor, company):
        raise NotAllowedError
    return company


def check_part(actor: Actor, part: Part, version: int) -> Part:
    """Return a part that the actor may change as it was when the form was opened.

    Raises:
        NotAllowedError: when the actor may see but not change it.
        StaleVersionError: when it changed since the form was opened.
    """
    if not may_edit_company(actor, part.company):
        raise NotAllowedError
    check_version(part, version)
    return part


def stated(values: Mapping[str, object]) -> dict[str, tuple[object, object]]:
    """Return the filled fields of a new part as changes, for the history."""
    return {name: ("", value) for name, value in values.items() if value}


def note_change(
    session: Session,
    actor: Actor,
    company: Company,
    action: str,
    *,
    name: str,
    now: datetime,
    changes: Mapping[str, tuple[object, object]] | None = None,
) -> None:
    """Write the change of a part into the history of its company; `name` is what people call it."""
    touch_company(session, company.id, now=now)
    record(
        session,
        actor,
        action=action,
        subject=("company", company.id),
        body_id=company.body_id,
        now=now,
        changes=changes,
        note=name,
    )
