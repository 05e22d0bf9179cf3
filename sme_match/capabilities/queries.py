"""Reading capabilities."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from sme_match.capabilities.models import Capability
from sme_match.companies.models import Company
from sme_match.companies.policy import visible_to
from sme_match.core.actor import Actor
from sme_match.core.errors import NotFoundError
from sme_match.core.text import mark_text
from sme_match.db.paging import portions


def get_capability(session: Session, actor: Actor, capability_id: int) -> Capability:
    """Return a capability with its company.

    Raises:
        NotFoundError: when it does not exist, or not for this actor.
    """
    capability = session.scalar(
        select(Capability)
        .join(Capability.company)
        .where(Capability.id == capability_id, visible_to(actor))
        .options(joinedload(Capability.company))
    )
    if capability is None:
        raise NotFoundError(mark_text("この加工能力は見つかりませんでした。"))
    return capability


def list_capabilities(session: Session, company_ids: Collection[int]) -> dict[int, list[Capability]]:
    """Return the active rows of each company in the order they were stated.

    The caller hands over ids of companies that it may see. A company without rows has an empty list.
    """
    found: dict[int, list[Capability]] = {company_id: [] for company_id in company_ids}
    for ids in portions(list(found)):
        query = (
            select(Capability)
            .where(Capability.company_id.in_(ids), Capability.archived_at.is_(None))
            .order_by(Capability.company_id, Capability.id)
        )
        for capability in session.scalars(query):
            found[capability.company_id].append(capability)
    return found


def list_archived_capabilities(session: Session, company: Company) -> list[Capability]:
    """Return the rows that were taken out of the profile, newest first."""
    query = (
        select(Capability)
        .where(Capability.company_id == company.id, Capability.archived_at.is_not(None))
        .order_by(Capability.archived_at.desc(), Capability.id)
    )
    return list(session.scalars(query))
