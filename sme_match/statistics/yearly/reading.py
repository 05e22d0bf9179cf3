"""Reading what a yearly report is counted from, and what was kept of earlier ones."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.statistics.models import ClosedYear, YearTarget
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
