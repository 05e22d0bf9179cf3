"""A plain stand-in for the matching service: companies of the body by process, best fit first."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.capabilities.models import Capability
from sme_match.companies.models import Company
from sme_match.demo.build import MatchNeed
from sme_match.matching.models import MatchRun, Proposal
from sme_match.needs.models import Need

PROPOSALS_PER_NEED = 8


def match_by_process(now: datetime) -> MatchNeed:
    """Return a matching step that proposes those with the process first, then the others."""

    def match_need(session: Session, need: Need) -> None:
        rows = session.execute(
            select(Company.id, Capability.process_code)
            .join(Capability, Capability.company_id == Company.id)
            .where(Company.body_id == need.body_id, Company.is_sme)
            .order_by(Capability.process_code != need.process_code, Company.id)
        ).all()
        ids = list(dict.fromkeys(company_id for company_id, _ in rows))
        # Companies take turns, as they do where texts differ.
        start = need.id % 7
        run = MatchRun(
            body_id=need.body_id,
            need_id=need.id,
            need_version=need.version,
            engine_version="by-process",
            settings={},
            index_size=len(ids),
            excluded={},
            near_misses=[],
            ran_at=now,
        )
        session.add(run)
        session.flush()
        session.add_all(
            Proposal(
                body_id=need.body_id,
                need_id=need.id,
                company_id=company_id,
                run_id=run.id,
                rank=rank,
                score=Decimal(90 - 5 * rank),
                confidence=Decimal("0.8"),
                explanation={},
                created_at=now,
            )
            for rank, company_id in enumerate(ids[start : start + PROPOSALS_PER_NEED], start=1)
        )
        session.flush()

    return match_need
