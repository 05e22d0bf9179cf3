"""Reading capabilities."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session, joinedload

from sme_match.capabilities.models import Capability
from sme_match.companies.models import Company
from sme_match.companies.policy import visible_to
from sme_match.core.actor import Actor
from sme_match.core.errors import NotFoundError
from sme_match.core.text import mark_text
from sme_match.db.paging import portions

Rows = Sequence[Row[Any]]
"""Capabilities as they are stored, to be shown: whole records take twice as long to read."""


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


_ROWS = (
    select(*Capability.__table__.columns)
    .where(Capability.company_id == bindparam("company"))
    .order_by(Capability.archived_at.desc(), Capability.id)
)


def list_rows(session: Session, company: Company) -> tuple[Rows, Rows]:
    """Return the active rows of a company as they were stated, and those taken out, newest first."""
    rows = session.connection().execute(_ROWS, {"company": company.id}).all()
    active = [row for row in rows if row.archived_at is None]
    return active, [row for row in rows if row.archived_at is not None]
