"""Synthetic data for load tests: the asked size, in a body of its own."""

from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sme_match.accounts.models import User
from sme_match.capabilities.models import Capability
from sme_match.companies.models import Company
from sme_match.core.actor import Role
from sme_match.demo.synthetic import SyntheticProposal, build_synthetic
from sme_match.matching.models import MatchRun, Proposal
from sme_match.needs.models import Need, NeedCondition
from sme_match.reference.corporate_number import is_corporate_number

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def count(session: Session, of: type) -> int:
    return session.scalar(select(func.count()).select_from(of)) or 0


def test_it_makes_as_many_companies_and_needs_as_asked(session: Session) -> None:
    body_id = build_synthetic(session, companies=30, needs=8, now=NOW)
    smes = select(func.count()).where(Company.body_id == body_id, Company.is_sme.is_(True))
    assert session.scalar(smes) == 30
    assert (count(session, Need), count(session, NeedCondition)) == (8, 24)
    assert count(session, Capability) >= 30
    assert count(session, Proposal) == 0


def test_its_coordinator_can_sign_in(session: Session) -> None:
    body_id = build_synthetic(session, companies=1, needs=1, now=NOW, password_hash="hash")
    user = session.scalars(select(User)).one()
    assert (user.body_id, user.role, user.password_hash) == (body_id, Role.COORDINATOR, "hash")


def test_each_capability_belongs_to_the_company_it_was_written_for(session: Session) -> None:
    build_synthetic(session, companies=50, needs=0, now=NOW)
    rows = session.execute(
        select(Company.name, Capability.process_code)
        .join(Capability, Capability.company_id == Company.id)
        .where(Company.name.contains("鋳鉄鋳造"))
    ).all()
    assert {name for name, code in rows} == {name for name, code in rows if code == "casting_iron"}


def test_corporate_numbers_are_valid_and_unique(session: Session) -> None:
    build_synthetic(session, companies=40, needs=5, now=NOW)
    numbers = session.scalars(select(Company.corporate_number)).all()
    assert len(set(numbers)) == len(numbers) == 45
    assert all(number and is_corporate_number(number) for number in numbers)


def test_a_share_of_the_needs_gets_explained_proposals(session: Session) -> None:
    def explain(proposal: SyntheticProposal) -> dict[str, int]:
        return {"rank": proposal.rank}

    build_synthetic(session, companies=30, needs=8, now=NOW, explain=explain)
    assert count(session, MatchRun) == 2
    proposals = session.scalars(select(Proposal)).all()
    assert len(proposals) == 40
    assert {proposal.explanation["rank"] for proposal in proposals} == set(range(1, 21))
    runs = dict(session.execute(select(MatchRun.id, MatchRun.need_id)).all())
    assert all(runs[proposal.run_id] == proposal.need_id for proposal in proposals)


def test_the_same_seed_gives_the_same_names(session: Session) -> None:
    build_synthetic(session, companies=5, needs=2, now=NOW, seed=3)
    first = session.execute(select(Company.name, Company.municipality_code).order_by(Company.id)).all()
    session.rollback()
    build_synthetic(session, companies=5, needs=2, now=NOW, seed=3)
    second = session.execute(select(Company.name, Company.municipality_code).order_by(Company.id)).all()
    assert first == second
