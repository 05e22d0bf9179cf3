"""Reading what a yearly report is counted from, and what was kept of earlier ones."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sme_match.companies.models import Company
from sme_match.core.actor import SYSTEM
from sme_match.statistics.columns import renumbered
from sme_match.statistics.kept_facts import recall_facts
from sme_match.statistics.models import ClosedYear, YearTarget
from sme_match.statistics.yearly.all_bodies import BodyRecords
from sme_match.statistics.yearly.editions import Edition
from sme_match.support_bodies.models import SupportBody


def find_target(session: Session, body_id: int, year: int) -> YearTarget | None:
    """Return what a body wants to reach in a fiscal year, if it said so."""
    return session.scalar(
        select(YearTarget).where(YearTarget.body_id == body_id, YearTarget.fiscal_year == year)
    )


def list_targets(session: Session, body_id: int, years: Sequence[int]) -> dict[int, dict[str, float]]:
    """Return the targets of some years by year."""
    rows = session.execute(
        select(YearTarget.fiscal_year, YearTarget.targets).where(
            YearTarget.body_id == body_id, YearTarget.fiscal_year.in_(years)
        )
    )
    return {year: dict(targets) for year, targets in rows}


def list_editions(session: Session, body_id: int, years: Sequence[int]) -> list[Edition]:
    """Return what a body reported about some years, the earliest edition of each year first."""
    rows = session.scalars(
        select(ClosedYear)
        .where(ClosedYear.body_id == body_id, ClosedYear.fiscal_year.in_(years))
        .order_by(ClosedYear.fiscal_year, ClosedYear.edition)
    )
    return [
        Edition(row.fiscal_year, row.edition, row.figures, row.closed_at, row.closed_by_name, row.note)
        for row in rows
    ]


def list_bodies(session: Session) -> list[tuple[int, str]]:
    """Return the active bodies with their names, from north to south."""
    query = select(SupportBody.id, SupportBody.name).where(SupportBody.active)
    rows = session.execute(query.order_by(SupportBody.prefecture_code, SupportBody.id))
    return [(number, name) for number, name in rows]


def read_bodies(
    session: Session, bodies: Sequence[tuple[int, str]], *, now: datetime
) -> list[BodyRecords]:
    """Return the records of bodies; companies with one corporate number get one company's number."""
    same = _same_companies(session)
    found = []
    for body_id, name in bodies:
        facts = recall_facts(session, replace(SYSTEM, body_id=body_id), now=now).facts
        columns = {side: renumbered(facts.pairs[side], same) for side in ("sme_id", "buyer_id")}
        found.append(BodyRecords(body_id, name, facts.pairs.marked(**columns), facts.answers))
    return found


def _same_companies(session: Session) -> dict[int, int]:
    """Return, for companies that several bodies have registered, the first record of each."""
    first = (
        select(Company.corporate_number, func.min(Company.id).label("id"))
        .where(Company.corporate_number.is_not(None), Company.corporate_number != "")
        .group_by(Company.corporate_number)
        .having(func.count() > 1)
        .subquery()
    )
    rows = session.execute(
        select(Company.id, first.c.id).join(first, Company.corporate_number == first.c.corporate_number)
    )
    return {row[0]: row[1] for row in rows}
