"""Reading outcomes. Every query is limited to the meetings that the actor may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased, joinedload, undefer

from sme_match.companies.models import Company
from sme_match.core.actor import Actor
from sme_match.core.clock import jst_date
from sme_match.core.errors import NotFoundError
from sme_match.core.text import mark_text
from sme_match.db.paging import KEPT_STATEMENTS, Columns, Listing, Page, fetch_lines, select_listing
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import Meeting
from sme_match.meetings.policy import visible_to
from sme_match.meetings.queries import MeetingFilter, narrowed
from sme_match.needs.models import Need
from sme_match.outcomes.advice import Refusal
from sme_match.outcomes.enums import End, FollowUpState, NoDealReason, OutcomeTab, Reporter
from sme_match.outcomes.models import FollowUp, Outcome, OutcomeEvidence, OutcomeReport

Day = date | BindParameter[date]
"""A day, or its place in a statement that is kept and run again later."""
_TODAY: BindParameter[date] = bindparam("today")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeFilter:
    """What the list of outcomes shows; every field comes from the URL."""

    tab: OutcomeTab = OutcomeTab.DUE
    text: str = ""
    need: str = ""
    from_on: date | None = None
    to_on: date | None = None

    @property
    def of_meetings(self) -> MeetingFilter:
        """Return the part that is about the meeting."""
        return MeetingFilter(text=self.text, need=self.need, from_on=self.from_on, to_on=self.to_on)


def _held(actor: Actor) -> ColumnElement[bool]:
    return and_(visible_to(actor), Meeting.state == MeetingState.HELD)


def _reported(*reporters: Reporter) -> ColumnElement[bool]:
    return exists().where(OutcomeReport.meeting_id == Meeting.id, OutcomeReport.reporter.in_(reporters))


def _report_missing(actor: Actor, today: Day) -> ColumnElement[bool]:
    """A report is missing: for staff of either side, for a company its own, in the current round."""
    if actor.is_staff:
        return and_(
            _held(actor),
            ~_reported(Reporter.COORDINATOR),
            or_(~_reported(Reporter.SME), ~_reported(Reporter.BUYER)),
        )
    own = actor.company_id or 0
    missing = []
    for column, reporter in ((Meeting.company_id, Reporter.SME), (Meeting.buyer_id, Reporter.BUYER)):
        answered = exists().where(
            OutcomeReport.meeting_id == Meeting.id,
            OutcomeReport.reporter == reporter,
            OutcomeReport.months_after >= FollowUp.months_after,
        )
        asked_again = exists().where(
            FollowUp.meeting_id == Meeting.id,
            FollowUp.state == FollowUpState.DUE,
            FollowUp.due_on <= today,
            ~answered,
        )
        missing.append(and_(column == own, or_(~_reported(reporter), asked_again)))
    return and_(_held(actor), or_(*missing))


def _disagreeing(actor: Actor) -> ColumnElement[bool]:
    disputed = exists().where(Outcome.meeting_id == Meeting.id, Outcome.disagreement)
    # The list has outcomes of its own beside the meetings.
    return and_(_held(actor), disputed.correlate(Meeting))


_LATEST_FIRST = (Meeting.starts_at.desc(), Meeting.id.desc())


def select_outcomes(actor: Actor, filters: OutcomeFilter, *, today: Day) -> Select[Meeting]:
    """Return the query behind the lists of meetings (all tabs but that of follow-ups)."""
    tabs = {
        OutcomeTab.DUE: _report_missing(actor, today),
        OutcomeTab.DISAGREEMENT: _disagreeing(actor),
    }
    query = select(Meeting).where(tabs.get(filters.tab, _held(actor)))
    query = query.where(*narrowed(actor, filters.of_meetings))
    return query.order_by(*_LATEST_FIRST)


class OutcomeLine(NamedTuple):
    """What the lists show of a held meeting; the last five are set in the list of follow-ups."""

    meeting_id: int
    company_id: int
    buyer_id: int
    company_name: str
    buyer_name: str
    buyer_anonymous: bool
    confirmed_at: datetime | None
    need_title: str
    starts_at: datetime | None
    stage: int | None
    """None while nobody has reported."""
    end: End | None
    disagreement: bool | None
    sme_told: bool
    buyer_told: bool
    follow_up_id: int | None = None
    due_on: date | None = None
    months_after: int | None = None
    asked_at: datetime | None = None
    chased_at: datetime | None = None

    @property
    def told(self) -> list[Reporter]:
        """Return the sides that have reported."""
        sides = ((Reporter.SME, self.sme_told), (Reporter.BUYER, self.buyer_told))
        return [reporter for reporter, has_told in sides if has_told]


_SME = aliased(Company, name="sme")
_BUYER = aliased(Company, name="buyer")
_LINE = (
    Meeting.id,
    Meeting.company_id,
    Meeting.buyer_id,
    _SME.name,
    _BUYER.name,
    Need.buyer_anonymous,
    Meeting.confirmed_at,
    Need.title,
    Meeting.starts_at,
    Outcome.stage,
    Outcome.end,
    Outcome.disagreement,
    _reported(Reporter.SME),
    _reported(Reporter.BUYER),
)


def list_outcomes(
    session: Session, actor: Actor, filters: OutcomeFilter, *, page: int, now: datetime
) -> Page[OutcomeLine]:
    """Return one page of the held meetings that match."""
    listing = _select_lines(actor, filters)
    values = {"today": jst_date(now)}
    return fetch_lines(session, listing, OutcomeLine, number=page, values=values)


@lru_cache(KEPT_STATEMENTS)
def _select_lines(actor: Actor, filters: OutcomeFilter) -> Listing:
    shown = _with_sides(select(*_LINE).select_from(Meeting)).order_by(*_LATEST_FIRST)
    return select_listing(select_outcomes(actor, filters, today=_TODAY), shown, Meeting.id)


def _with_sides(query: Columns) -> Columns:
    """Return the query with what each meeting is about and where it stands beside it."""
    return (
        query.join(Need, Need.id == Meeting.need_id)
        .join(_SME, _SME.id == Meeting.company_id)
        .join(_BUYER, _BUYER.id == Meeting.buyer_id)
        .outerjoin(Outcome, Outcome.meeting_id == Meeting.id)
    )


def list_due_follow_ups(
    session: Session,
    actor: Actor,
    *,
    now: datetime,
    page: int = 1,
    filters: OutcomeFilter | None = None,
) -> Page[OutcomeLine]:
    """Return one page of the follow-ups that are due, the oldest first."""
    listing = _select_follow_ups(actor, filters or OutcomeFilter())
    values = {"today": jst_date(now)}
    return fetch_lines(session, listing, OutcomeLine, number=page, values=values)


@lru_cache(KEPT_STATEMENTS)
def _select_follow_ups(actor: Actor, filters: OutcomeFilter) -> Listing:
    order = (FollowUp.due_on, FollowUp.id)
    query = (
        select(FollowUp)
        .join(FollowUp.meeting)
        .where(_held(actor), _due(_TODAY), *narrowed(actor, filters.of_meetings))
        .order_by(*order)
    )
    columns = (
        *_LINE,
        FollowUp.id,
        FollowUp.due_on,
        FollowUp.months_after,
        FollowUp.asked_at,
        FollowUp.chased_at,
    )
    shown = _with_sides(select(*columns).select_from(FollowUp).join(FollowUp.meeting)).order_by(*order)
    return select_listing(query, shown, FollowUp.id)


def _due(today: Day) -> ColumnElement[bool]:
    return and_(FollowUp.state == FollowUpState.DUE, FollowUp.due_on <= today)


def count_by_tab(session: Session, actor: Actor, *, now: datetime) -> dict[OutcomeTab, int]:
    """Return how much stands in each tab, without filters, in one query."""
    row = session.connection().execute(_count_tabs(actor), {"today": jst_date(now)}).one()
    return dict(zip(OutcomeTab, (int(value) for value in row), strict=True))


@lru_cache(KEPT_STATEMENTS)
def _count_tabs(actor: Actor) -> Columns:
    meetings = select(func.count()).select_from(Meeting)
    follow_ups = select(func.count(FollowUp.id)).join(FollowUp.meeting)
    return select(
        meetings.where(_report_missing(actor, _TODAY)).scalar_subquery(),
        meetings.where(_disagreeing(actor)).scalar_subquery(),
        follow_ups.where(_held(actor), _due(_TODAY)).scalar_subquery(),
        meetings.where(_held(actor)).scalar_subquery(),
    )


def find_outcome(session: Session, meeting_id: int) -> Outcome | None:
    """Return where a meeting stands; None while nobody has reported."""
    return session.scalar(select(Outcome).where(Outcome.meeting_id == meeting_id))


def list_reports(session: Session, meeting_id: int) -> list[OutcomeReport]:
    """Return everything that was reported about a meeting, newest first."""
    query = (
        select(OutcomeReport)
        .where(OutcomeReport.meeting_id == meeting_id)
        .order_by(OutcomeReport.reported_at.desc(), OutcomeReport.id.desc())
    )
    return list(session.scalars(query))


def list_follow_ups(session: Session, meeting_id: int) -> list[FollowUp]:
    """Return the follow-ups of a meeting in their order."""
    query = select(FollowUp).where(FollowUp.meeting_id == meeting_id).order_by(FollowUp.months_after)
    return list(session.scalars(query))


def get_follow_up(session: Session, actor: Actor, follow_up_id: int) -> FollowUp:
    """Return a follow-up with its meeting and companies.

    Raises:
        NotFoundError: when it does not exist, or not for this actor.
    """
    follow_up = session.scalar(
        select(FollowUp)
        .join(FollowUp.meeting)
        .where(FollowUp.id == follow_up_id, visible_to(actor))
        .options(
            joinedload(FollowUp.meeting).joinedload(Meeting.need),
            joinedload(FollowUp.meeting).joinedload(Meeting.company),
            joinedload(FollowUp.meeting).joinedload(Meeting.buyer),
        )
    )
    if follow_up is None:
        raise NotFoundError(mark_text("この追跡は見つかりませんでした。"))
    return follow_up


def list_refusals(session: Session, actor: Actor, company_id: int) -> list[Refusal]:
    """Return the meetings of an SME that came to nothing, with the reasons that others gave.

    What the SME itself said is no news to it. Of each reporter the latest words count.
    """
    query = (
        select(
            Meeting.id,
            Meeting.buyer_id,
            Need.process_code,
            OutcomeReport.reporter,
            OutcomeReport.end,
            OutcomeReport.reasons,
        )
        .join(Meeting, Meeting.id == OutcomeReport.meeting_id)
        .join(Need, Need.id == Meeting.need_id)
        .where(
            Meeting.company_id == company_id,
            _held(actor),
            OutcomeReport.reporter != Reporter.SME,
        )
        .order_by(OutcomeReport.reported_at, OutcomeReport.id)
    )
    latest = {(row.id, row.reporter): row for row in session.execute(query)}
    refusals: dict[int, Refusal] = {}
    for row in latest.values():
        if row.end is not End.NO_DEAL:
            continue
        before = refusals.get(row.id, Refusal(row.buyer_id, row.process_code, frozenset()))
        given = before.reasons | {NoDealReason(code) for code in row.reasons}
        refusals[row.id] = before._replace(reasons=given)
    return list(refusals.values())


def list_evidence(session: Session, actor: Actor, meeting_id: int) -> Sequence[OutcomeEvidence]:
    """Return what shows the amounts of a meeting, newest first; the companies never see it."""
    query = (
        select(OutcomeEvidence)
        .join(Meeting, Meeting.id == OutcomeEvidence.meeting_id)
        .where(OutcomeEvidence.meeting_id == meeting_id, _documents_visible_to(actor))
        .order_by(OutcomeEvidence.id.desc())
    )
    return session.scalars(query).all()


def get_document(session: Session, actor: Actor, evidence_id: int) -> OutcomeEvidence:
    """Return one document with its content.

    Raises:
        NotFoundError: when it does not exist, or not for this actor, or is a note alone.
    """
    found = session.scalar(
        select(OutcomeEvidence)
        .options(undefer(OutcomeEvidence.content))
        .join(Meeting, Meeting.id == OutcomeEvidence.meeting_id)
        .where(OutcomeEvidence.id == evidence_id, _documents_visible_to(actor))
    )
    if found is None or found.content is None:
        raise NotFoundError(mark_text("この書類は見つかりませんでした。"))
    return found


def _documents_visible_to(actor: Actor) -> ColumnElement[bool]:
    """The staff of the body whose meeting it is: a document of one side is nothing for the other."""
    own = OutcomeEvidence.body_id == (actor.body_id or 0)
    return and_(visible_to(actor), own) if actor.is_staff else false()
