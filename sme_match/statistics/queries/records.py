"""Reading the records of one support body as plain rows for the figures.

Columns instead of objects: a year of a body is thousands of pairs and none of them is changed.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    null,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from sme_match.companies.models import Company
from sme_match.core.actor import Actor
from sme_match.core.clock import jst_date
from sme_match.matching.enums import ProposalState
from sme_match.matching.models import MatchRun, Proposal
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import Meeting
from sme_match.needs.enums import NeedState
from sme_match.needs.models import Need
from sme_match.outcomes.enums import End, Reporter, Stage
from sme_match.outcomes.models import Outcome, OutcomeReport
from sme_match.statistics.evaluation import JudgedRow
from sme_match.statistics.facts import Records
from sme_match.statistics.past import companies_then, day_of, need_then, pair_then, read_past
from sme_match.statistics.publishing import Companies
from sme_match.statistics.rows import AnswerRow, NeedRow, PairRow, RefusalRow

Columns = Select[*tuple[Any, ...]]
Line = tuple[Any, ...]
_SME = aliased(Company, name="sme")
_BUYER = aliased(Company, name="buyer")
_BODY: BindParameter[int] = bindparam("body", type_=Integer)
_SIDES = (Reporter.SME, Reporter.BUYER)
_OUTCOME_COLUMNS = (
    Meeting.id,
    Meeting.state,
    Meeting.starts_at,
    Outcome.stage,
    Outcome.end,
    Outcome.first_order_yen,
    Outcome.total_yen,
    Outcome.expected_year_yen,
    Outcome.deal_on,
    Outcome.amount_source,
)


def load_records(
    session: Session,
    actor: Actor,
    *,
    known_at: datetime | None = None,
    need_ids: Collection[int] | None = None,
) -> Records:
    """Return what the figures of the actor's body are counted from, with five queries.

    Given a moment, records are those known before it, as they stood then; see `past`. Given needs,
    only these and what belongs to them are read, and the companies, which belong to none, are not.
    """
    body_id = actor.body_id or 0

    # What is read as plain rows, past the session, has to be written first.
    session.flush()
    given = {"body": body_id, "needs": list(need_ids or ()), "known_at": known_at}

    def read(select_all: Callable[[], Columns]) -> Sequence[Line]:
        statement = _statement(select_all, is_narrow=need_ids is not None)
        return session.connection().execute(statement, given).all()

    needs, rows = read(_select_needs), [*read(_select_proposed), *read(_select_unproposed)]
    companies = count_companies(session, actor) if need_ids is None else {}
    opened = [(_need(row), row[-1]) for row in needs]
    reports = read(_select_reports if known_at is None else _select_reports_then)
    seen = _deals_seen(reports)
    pairs = [_pair(row, seen) for row in rows]
    if known_at is not None:
        past = read_past(session, body_id, known_at)
        opened = [
            (need_then(need, past), past.field("need", need.need_id, "state", state))
            for need, state in opened
            if need.created_on < jst_date(known_at)
        ]
        companies = companies_then(session, body_id, past)
        pairs = [pair for row in pairs if (pair := pair_then(row, past)) is not None]
    # Drafts are no needs yet; but one taken back to draft does not take back what was held for it.
    listed = {need.need_id: need for need, state in opened if state != NeedState.DRAFT}
    return Records(
        needs=tuple(listed.values()),
        pairs=tuple(row for row in pairs if row.meeting_id is not None or row.need_id in listed),
        companies=companies,
        refusals=_refusals(reports),
        answers=_answers(reports),
    )


def _select_reports() -> Columns:
    """Return what was said about meetings, the earliest words first."""
    return (
        select(
            OutcomeReport.meeting_id,
            OutcomeReport.reporter,
            OutcomeReport.reported_at,
            OutcomeReport.stage,
            OutcomeReport.end,
            OutcomeReport.reasons,
            OutcomeReport.satisfaction,
        )
        .join(Meeting, Meeting.id == OutcomeReport.meeting_id)
        .join(Need, Need.id == Meeting.need_id)
        .where(Meeting.body_id == _BODY)
        .order_by(OutcomeReport.reported_at, OutcomeReport.id)
    )


def _select_reports_then() -> Columns:
    return _select_reports().where(OutcomeReport.reported_at < bindparam("known_at"))


def _deals_seen(reports: Iterable[Line]) -> dict[int, date]:
    """Return by meeting the day on which a deal was first reported."""
    found: dict[int, date] = {}
    for meeting_id, _reporter, reported_at, stage, *_rest in reports:
        if stage is not None and stage >= Stage.DEAL:
            found.setdefault(meeting_id, jst_date(reported_at))
    return found


@cache
def _statement(select_all: Callable[[], Columns], *, is_narrow: bool) -> Columns:
    """Return a statement, made once: to put it together takes longer than to read a few records."""
    query = select_all()
    return query.where(Need.id.in_(bindparam("needs", expanding=True))) if is_narrow else query


def _refusals(reports: Iterable[Line]) -> tuple[RefusalRow, ...]:
    """Return the reasons that the latest words of each reporter name, where these say it is over."""
    latest = {row[:2]: row for row in reports}
    found = {
        RefusalRow(meeting_id, reason)
        for meeting_id, _reporter, _at, _stage, end, reasons, _grade in latest.values()
        if end is End.NO_DEAL
        for reason in reasons
    }
    return tuple(sorted(found, key=lambda row: (row.meeting_id, row.reason)))


def _answers(reports: Iterable[Line]) -> tuple[AnswerRow, ...]:
    """Return what the two sides said, the latest grade of each."""
    grades: dict[tuple[int, Reporter], int | None] = {}
    for meeting_id, reporter, *_rest, grade in reports:
        if reporter in _SIDES:
            key = meeting_id, reporter
            grades[key] = grade if grade is not None else grades.get(key)
    return tuple(AnswerRow(meeting_id, side, grade) for (meeting_id, side), grade in grades.items())


def list_judged(session: Session, actor: Actor) -> list[JudgedRow]:
    """Return the decided proposals of the actor's body, the latest decision first."""
    of_proposal = exists().where(Meeting.proposal_id == Proposal.id, Meeting.state == MeetingState.HELD)
    dealt = of_proposal.where(Outcome.meeting_id == Meeting.id, Outcome.stage >= int(Stage.DEAL))
    rows = session.execute(
        select(
            Proposal.id,
            Proposal.need_id,
            Proposal.rank,
            Proposal.state,
            Proposal.reason,
            Proposal.decided_at,
            MatchRun.engine_version,
            of_proposal.label("met"),
            dealt.label("dealt"),
        )
        .join(MatchRun, MatchRun.id == Proposal.run_id)
        .where(
            Proposal.body_id == (actor.body_id or 0),
            Proposal.state != ProposalState.NEW,
            Proposal.decided_at.is_not(None),
        )
        .order_by(Proposal.decided_at.desc(), Proposal.id.desc())
    )
    return [
        JudgedRow(number, need, rank, state, reason, jst_date(at), engine, bool(met), bool(deal))
        for number, need, rank, state, reason, at, engine, met, deal in rows
        if at is not None
    ]


def count_companies(session: Session, actor: Actor) -> dict[str, int]:
    """Return the registered SMEs of the actor's body by prefecture code."""
    query = (
        select(Company.prefecture_code, func.count())
        .where(Company.body_id == (actor.body_id or 0), Company.is_sme, Company.archived_at.is_(None))
        .group_by(Company.prefecture_code)
    )
    return {code: count for code, count in session.execute(query)}  # noqa: C416 -- rows are no pairs to mypy


def read_companies(session: Session, actor: Actor) -> Companies:
    """Return which company each record of the actor's body is counted for."""
    body_id = actor.body_id or 0
    needs = session.execute(select(Need.id, Need.buyer_id).where(Need.body_id == body_id))
    proposals = session.execute(
        select(Proposal.id, Proposal.company_id, Need.buyer_id)
        .join(Need, Need.id == Proposal.need_id)
        .where(Proposal.body_id == body_id)
    ).all()
    meetings = session.execute(
        select(Meeting.id, Meeting.company_id, Meeting.buyer_id).where(Meeting.body_id == body_id)
    ).all()
    return Companies(
        of_needs=({row[0]: row[1] for row in needs},),
        of_proposals=tuple({row[0]: row[side] for row in proposals} for side in (1, 2)),
        of_meetings=tuple({row[0]: row[side] for row in meetings} for side in (1, 2)),
    )


def _select_needs() -> Columns:
    return (
        select(
            Need.id,
            Need.created_at,
            Need.process_code,
            _BUYER.prefecture_code,
            _BUYER.jsic_code,
            Need.buyer_id,
            _BUYER.municipality_code,
            Need.lot_quantity,
            _passing(),
            Need.state,
        )
        .join(_BUYER, _BUYER.id == Need.buyer_id)
        .where(Need.body_id == _BODY)
    )


def _passing() -> ColumnElement[int | None]:
    """Return how many companies passed every must in the latest run of a need; none without a run."""
    latest = (
        select(MatchRun.id)
        .where(MatchRun.need_id == Need.id)
        .order_by(MatchRun.id.desc())
        .limit(1)
        .correlate(Need)
        .scalar_subquery()
    )
    passed = select(func.count()).where(Proposal.run_id == latest, Proposal.musts_failed == 0)
    made = exists().where(MatchRun.need_id == Need.id)
    return case((made, passed.scalar_subquery())).label("passing")


def _select_proposed() -> Columns:
    """Return every proposal, with each of its meetings when there are any."""
    return (
        select(
            *_pair_columns(),
            Proposal.id,
            Proposal.state,
            Proposal.created_at,
            Proposal.decided_at,
            *_OUTCOME_COLUMNS,
        )
        .select_from(Proposal)
        .join(Need, Need.id == Proposal.need_id)
        .join(_SME, _SME.id == Proposal.company_id)
        .join(_BUYER, _BUYER.id == Need.buyer_id)
        .outerjoin(
            Meeting, and_(Meeting.proposal_id == Proposal.id, Meeting.body_id == Proposal.body_id)
        )
        .outerjoin(Outcome, Outcome.meeting_id == Meeting.id)
        .where(Proposal.body_id == _BODY)
    )


def _select_unproposed() -> Columns:
    """Return the meetings that no proposal of the body led to: at an event another host's may have."""
    nothing = (null(),) * 4
    return (
        select(*_pair_columns(), *nothing, *_OUTCOME_COLUMNS)
        .select_from(Meeting)
        .join(Need, Need.id == Meeting.need_id)
        .join(_SME, _SME.id == Meeting.company_id)
        .join(_BUYER, _BUYER.id == Meeting.buyer_id)
        .outerjoin(Proposal, Proposal.id == Meeting.proposal_id)
        .outerjoin(Outcome, Outcome.meeting_id == Meeting.id)
        .where(
            Meeting.body_id == _BODY,
            or_(Meeting.proposal_id.is_(None), Proposal.body_id != _BODY),
        )
    )


def _pair_columns() -> Sequence[Any]:
    return (
        Need.id,
        _SME.id,
        _BUYER.id,
        Need.body_id,
        _BUYER.prefecture_code,
        _SME.prefecture_code,
        Need.process_code,
        _BUYER.jsic_code,
        Need.lot_quantity,
        _BUYER.municipality_code,
        _SME.municipality_code,
        _SME.employees,
        _SME.agglomeration,
        _SME.corporate_number,
        _BUYER.corporate_number,
        Need.created_at,
    )


def _need(row: Line) -> NeedRow:
    need_id, created_at, *known, _state = row
    return NeedRow(need_id, jst_date(created_at), *known)


def _pair(row: Line, seen: Mapping[int, date]) -> PairRow:
    (need_id, sme_id, buyer_id, body_id, need_prefecture, sme_prefecture, process, jsic) = row[:8]
    lot, need_municipality, sme_municipality, employees, agglomeration = row[8:13]
    sme_number, buyer_number, created_at, proposal_id, proposal_state = row[13:18]
    proposed_at, decided_at, meeting_id, meeting_state, starts_at = row[18:23]
    stage, end, first_order, total, expected, deal_on, source = row[23:]
    return PairRow(
        need_id=need_id,
        sme_id=sme_id,
        buyer_id=buyer_id,
        body_id=body_id,
        need_prefecture=need_prefecture,
        sme_prefecture=sme_prefecture,
        process_code=process,
        jsic_code=jsic,
        need_created_on=jst_date(created_at),
        proposal_id=proposal_id,
        proposal_state=proposal_state,
        proposed_on=day_of(proposed_at),
        decided_on=day_of(decided_at),
        meeting_id=meeting_id,
        meeting_state=meeting_state,
        met_on=day_of(starts_at),
        outcome_stage=stage,
        outcome_end=end,
        first_order_yen=first_order,
        total_yen=total,
        expected_year_yen=expected,
        deal_on=deal_on,
        deal_seen_on=seen.get(meeting_id),
        amount_source=source,
        lot_quantity=lot,
        need_municipality=need_municipality,
        sme_municipality=sme_municipality,
        sme_employees=employees,
        agglomeration=agglomeration,
        sme_number=int(sme_number) if sme_number else None,
        buyer_number=int(buyer_number) if buyer_number else None,
    )
