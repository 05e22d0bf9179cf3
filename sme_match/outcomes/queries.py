"""Reading outcomes. Every query is limited to the meetings that the actor may see."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.interfaces import ORMOption

from sme_match.core.actor import Actor
from sme_match.core.clock import jst_date
from sme_match.core.errors import NotFoundError
from sme_match.core.text import mark_text
from sme_match.db.paging import Page, fetch_page
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import Meeting
from sme_match.meetings.policy import visible_to
from sme_match.meetings.queries import MeetingFilter, narrowed
from sme_match.outcomes.enums import FollowUpState, OutcomeTab, Reporter
from sme_match.outcomes.models import FollowUp, Outcome, OutcomeReport


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


def _report_missing(actor: Actor, now: datetime) -> ColumnElement[bool]:
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
            FollowUp.due_on <= jst_date(now),
            ~answered,
        )
        missing.append(and_(column == own, or_(~_reported(reporter), asked_again)))
    return and_(_held(actor), or_(*missing))


def _disagreeing(actor: Actor) -> ColumnElement[bool]:
    disputed = exists().where(Outcome.meeting_id == Meeting.id, Outcome.disagreement)
    return and_(_held(actor), disputed)


def select_outcomes(actor: Actor, filters: OutcomeFilter, *, now: datetime) -> Select[Meeting]:
    """Return the query behind the lists of meetings (all tabs but that of follow-ups)."""
    tabs = {
        OutcomeTab.DUE: _report_missing(actor, now),
        OutcomeTab.DISAGREEMENT: _disagreeing(actor),
    }
    query = select(Meeting).where(tabs.get(filters.tab, _held(actor)))
    query = query.where(*narrowed(actor, filters.of_meetings))
    return query.order_by(Meeting.starts_at.desc(), Meeting.id.desc())


def list_outcomes(
    session: Session, actor: Actor, filters: OutcomeFilter, *, page: int, now: datetime
) -> Page[Meeting]:
    """Return one page of the held meetings that match, with need and both companies."""
    query = select_outcomes(actor, filters, now=now).options(*_companies())
    return fetch_page(session, query, number=page)


def _companies() -> Sequence[ORMOption]:
    return (joinedload(Meeting.need), joinedload(Meeting.company), joinedload(Meeting.buyer))


def list_due_follow_ups(
    session: Session,
    actor: Actor,
    *,
    now: datetime,
    page: int = 1,
    filters: OutcomeFilter | None = None,
) -> Page[FollowUp]:
    """Return one page of the follow-ups that are due, the oldest first, with meeting and companies."""
    filters = filters or OutcomeFilter()
    query = (
        select(FollowUp)
        .join(FollowUp.meeting)
        .where(_held(actor), _due(now), *narrowed(actor, filters.of_meetings))
        .order_by(FollowUp.due_on, FollowUp.id)
        .options(
            joinedload(FollowUp.meeting).joinedload(Meeting.need),
            joinedload(FollowUp.meeting).joinedload(Meeting.company),
            joinedload(FollowUp.meeting).joinedload(Meeting.buyer),
        )
    )
    return fetch_page(session, query, number=page)


def _due(now: datetime) -> ColumnElement[bool]:
    return and_(FollowUp.state == FollowUpState.DUE, FollowUp.due_on <= jst_date(now))


def count_by_tab(session: Session, actor: Actor, *, now: datetime) -> dict[OutcomeTab, int]:
    """Return how much stands in each tab, without filters, in one query."""
    columns = [
        select(func.count()).select_from(Meeting).where(condition).scalar_subquery()
        for condition in (_report_missing(actor, now), _disagreeing(actor))
    ]
    columns.append(
        select(func.count(FollowUp.id))
        .join(FollowUp.meeting)
        .where(_held(actor), _due(now))
        .scalar_subquery()
    )
    columns.append(select(func.count()).select_from(Meeting).where(_held(actor)).scalar_subquery())
    row = session.execute(select(*columns)).one()
    return dict(zip(OutcomeTab, (int(value) for value in row), strict=True))


def outcomes_of(session: Session, meeting_ids: Collection[int]) -> dict[int, Outcome]:
    """Return where these meetings stand, by meeting; those without any report are left out."""
    query = select(Outcome).where(Outcome.meeting_id.in_(meeting_ids))
    return {outcome.meeting_id: outcome for outcome in session.scalars(query)}


def reporters_of(session: Session, meeting_ids: Collection[int]) -> dict[int, set[Reporter]]:
    """Return who has reported about these meetings."""
    query = (
        select(OutcomeReport.meeting_id, OutcomeReport.reporter)
        .where(OutcomeReport.meeting_id.in_(meeting_ids))
        .distinct()
    )
    found: dict[int, set[Reporter]] = {meeting_id: set() for meeting_id in meeting_ids}
    for meeting_id, reporter in session.execute(query):
        found[meeting_id].add(reporter)
    return found


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
