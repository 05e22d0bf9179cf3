"""Reading what a yearly report is counted from, and what was kept of earlier ones."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sme_match.companies.models import Company
from sme_match.core.actor import SYSTEM, Actor
from sme_match.meetings.models import Meeting
from sme_match.outcomes.enums import Reporter
from sme_match.outcomes.models import OutcomeReport
from sme_match.statistics.models import ClosedYear, YearTarget
from sme_match.statistics.queries import load_records
from sme_match.statistics.yearly.all_bodies import BodyRecords
from sme_match.statistics.yearly.editions import Edition
from sme_match.statistics.yearly.rows import AnswerRow
from sme_match.support_bodies.models import SupportBody

_SIDES = (Reporter.SME, Reporter.BUYER)


def list_answers(
    session: Session, actor: Actor, *, known_at: datetime | None = None
) -> list[AnswerRow]:
    """Return what the two sides said about meetings of the actor's body, the latest grade of each."""
    query = (
        select(OutcomeReport.meeting_id, OutcomeReport.reporter, OutcomeReport.satisfaction)
        .join(Meeting, Meeting.id == OutcomeReport.meeting_id)
        .where(Meeting.body_id == (actor.body_id or 0), OutcomeReport.reporter.in_(_SIDES))
        .order_by(OutcomeReport.reported_at, OutcomeReport.id)
    )
    if known_at is not None:
        query = query.where(OutcomeReport.reported_at < known_at)
    grades: dict[tuple[int, str], int | None] = {}
    for meeting_id, reporter, grade in session.execute(query):
        key = meeting_id, reporter.value
        grades[key] = grade if grade is not None else grades.get(key)
    return [AnswerRow(meeting_id, side, grade) for (meeting_id, side), grade in grades.items()]


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


def read_bodies(session: Session, bodies: Sequence[tuple[int, str]]) -> list[BodyRecords]:
    """Return the records of bodies; companies with one corporate number get one company's number."""
    same = _same_companies(session)
    found = []
    for body_id, name in bodies:
        actor = replace(SYSTEM, body_id=body_id)
        pairs = [
            replace(
                pair,
                sme_id=same.get(pair.sme_id, pair.sme_id),
                buyer_id=same.get(pair.buyer_id, pair.buyer_id),
            )
            for pair in load_records(session, actor).pairs
        ]
        found.append(BodyRecords(body_id, name, pairs, list_answers(session, actor)))
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
