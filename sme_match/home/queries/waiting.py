"""What waits for somebody: each kind is one condition, used for its count and for its list.

So a number on a home page and the list behind it cannot differ.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from sme_match.accounts.models import User
from sme_match.audit.kept import KeptFigures
from sme_match.companies.models import Company
from sme_match.core.actor import Actor
from sme_match.core.clock import jst_date
from sme_match.home.enums import Subject, Waiting
from sme_match.home.queries import events
from sme_match.matching.enums import ProposalState, WordState
from sme_match.matching.models import Proposal, WordEntry
from sme_match.matching.policy import visible_to as proposals_visible_to
from sme_match.meetings.enums import MeetingState, Party
from sme_match.meetings.models import Meeting, MeetingReply
from sme_match.needs.enums import NeedState
from sme_match.needs.models import Need
from sme_match.notifications.models import OutboxMail
from sme_match.outcomes.enums import FollowUpState, OutcomeTab
from sme_match.outcomes.models import FollowUp
from sme_match.outcomes.queries import OutcomeFilter, select_outcomes

Columns = Select[*tuple[Any, ...]]
Since = datetime | date

WITHOUT_PROPOSAL_AFTER = timedelta(days=10)
REPORT_OVERDUE_AFTER = timedelta(days=7)
STALE_AFTER = timedelta(days=365)
_KEPT: KeptFigures[list["WaitingCount"]] = KeptFigures()


@dataclass(frozen=True, slots=True)
class WaitingCount:
    """How much of one kind waits, and since when the oldest does."""

    waiting: Waiting
    count: int
    oldest: Since | None


def subject_of(waiting: Waiting) -> Subject:
    """Return what the records of a kind are."""
    return _KINDS[waiting][0]


def select_waiting(actor: Actor, waiting: Waiting, *, now: datetime) -> Columns:
    """Return the records of a kind that wait in the actor's reach: columns id and since."""
    return _KINDS[waiting][1](actor, now)


def count_waiting(
    session: Session, actor: Actor, kinds: Sequence[Waiting], *, now: datetime
) -> list[WaitingCount]:
    """Return count and age of each kind, in the given order, with one query."""
    if not kinds:
        return []
    columns: list[Any] = []
    for waiting in kinds:
        found = select_waiting(actor, waiting, now=now).subquery()
        columns += [
            select(func.count()).select_from(found).scalar_subquery(),
            select(func.min(found.c.since)).scalar_subquery(),
        ]
    row = session.execute(select(*columns)).one()
    return [
        WaitingCount(waiting, row[2 * place] or 0, row[2 * place + 1])
        for place, waiting in enumerate(kinds)
    ]


def recall_waiting(
    session: Session, actor: Actor, kinds: Sequence[Waiting], *, now: datetime
) -> list[WaitingCount]:
    """Return what `count_waiting` does, kept while nothing changes: every page shows these counts."""
    key = (actor.role, actor.user_id, actor.body_id, actor.company_id, tuple(kinds))
    return _KEPT.get(session, key, lambda: count_waiting(session, actor, kinds, now=now), now=now)


def _waits(record_id: Any, since: Any, *conditions: ColumnElement[bool]) -> Columns:  # noqa: ANN401 -- any mapped column
    return select(record_id.label("id"), since.label("since")).where(*conditions)


def _own_needs(actor: Actor) -> ColumnElement[bool]:
    return and_(Need.body_id == (actor.body_id or 0), Need.state == NeedState.OPEN)


def _own_meetings(actor: Actor, state: MeetingState) -> ColumnElement[bool]:
    return and_(Meeting.body_id == (actor.body_id or 0), Meeting.state == state)


def _replied(party: Party) -> ColumnElement[bool]:
    return exists().where(MeetingReply.meeting_id == Meeting.id, MeetingReply.party == party)


_BOTH_REPLIED = and_(*(_replied(party) for party in Party))


def _needs_to_review(actor: Actor, now: datetime) -> Columns:
    del now
    new = exists().where(
        Proposal.need_id == Need.id,
        Proposal.state == ProposalState.NEW,
        proposals_visible_to(actor),
    )
    return _waits(Need.id, Need.created_at, _own_needs(actor), new)


def _needs_without_proposal(actor: Actor, now: datetime) -> Columns:
    old = Need.created_at < now - WITHOUT_PROPOSAL_AFTER
    proposed = exists().where(Proposal.need_id == Need.id)
    return _waits(Need.id, Need.created_at, _own_needs(actor), old, ~proposed)


def _proposals_to_arrange(actor: Actor, now: datetime) -> Columns:
    del now
    return _waits(
        Proposal.id,
        func.coalesce(Proposal.decided_at, Proposal.created_at),
        Proposal.body_id == (actor.body_id or 0),
        Proposal.state == ProposalState.ACCEPTED,
        ~exists().where(Meeting.proposal_id == Proposal.id),
    )


def _meetings_unanswered(actor: Actor, now: datetime) -> Columns:
    asked = _own_meetings(actor, MeetingState.ASKED)
    return _waits(Meeting.id, Meeting.updated_at, asked, Meeting.answer_by > now, ~_BOTH_REPLIED)


def _meetings_expired(actor: Actor, now: datetime) -> Columns:
    asked = _own_meetings(actor, MeetingState.ASKED)
    return _waits(Meeting.id, Meeting.answer_by, asked, Meeting.answer_by <= now, ~_BOTH_REPLIED)


def _meetings_without_time(actor: Actor, now: datetime) -> Columns:
    """Both replied and nothing was confirmed, or the meeting was put off: new times are needed.

    One that was put off until a day waits from that day on.
    """
    no_common = and_(_own_meetings(actor, MeetingState.ASKED), _BOTH_REPLIED)
    due = or_(Meeting.contact_on.is_(None), Meeting.contact_on <= jst_date(now))
    put_off = and_(_own_meetings(actor, MeetingState.CARRIED_OVER), due)
    return _waits(Meeting.id, Meeting.updated_at, or_(no_common, put_off))


def _meetings_awaiting_result(actor: Actor, now: datetime) -> Columns:
    confirmed = _own_meetings(actor, MeetingState.CONFIRMED)
    return _waits(Meeting.id, Meeting.ends_at, confirmed, Meeting.ends_at <= now)


def _in_tab(actor: Actor, tab: OutcomeTab, now: datetime) -> Columns:
    """Return the held meetings of a tab of the outcomes page: the same rule, the same number."""
    query = select_outcomes(actor, OutcomeFilter(tab=tab), today=jst_date(now)).order_by(None)
    return query.with_only_columns(Meeting.id.label("id"), Meeting.ends_at.label("since"))


def _reports_due(actor: Actor, now: datetime) -> Columns:
    return _in_tab(actor, OutcomeTab.DUE, now)


def _reports_overdue(actor: Actor, now: datetime) -> Columns:
    return _reports_due(actor, now).where(Meeting.ends_at <= now - REPORT_OVERDUE_AFTER)


def _disagreements(actor: Actor, now: datetime) -> Columns:
    return _in_tab(actor, OutcomeTab.DISAGREEMENT, now)


def _follow_ups_due(actor: Actor, now: datetime) -> Columns:
    due = and_(FollowUp.state == FollowUpState.DUE, FollowUp.due_on <= jst_date(now))
    return _waits(FollowUp.id, FollowUp.due_on, due).join(
        Meeting, and_(Meeting.id == FollowUp.meeting_id, _own_meetings(actor, MeetingState.HELD))
    )


def _stale_companies(actor: Actor, now: datetime) -> Columns:
    known = func.coalesce(Company.confirmed_at, Company.created_at)
    return _waits(
        Company.id,
        known,
        Company.body_id == (actor.body_id or 0),
        Company.archived_at.is_(None),
        or_(Company.confirmed_at.is_(None), Company.confirmed_at < now - STALE_AFTER),
    )


def _words_to_review(actor: Actor, now: datetime) -> Columns:
    """Proposals of every body, for the list is shared; nobody decides their own."""
    del now
    return _waits(
        WordEntry.id,
        WordEntry.proposed_at,
        WordEntry.state == WordState.PROPOSED,
        WordEntry.proposed_by != (actor.user_id or 0),
    )


def _answers_due(actor: Actor, now: datetime) -> Columns:
    own = actor.company_id or 0
    sides = (
        and_(Meeting.company_id == own, ~_replied(Party.SME)),
        and_(Meeting.buyer_id == own, ~_replied(Party.BUYER)),
    )
    return _waits(
        Meeting.id,
        Meeting.answer_by,
        Meeting.state == MeetingState.ASKED,
        Meeting.answer_by > now,
        or_(*sides),
    )


def _users_never_signed_in(actor: Actor, now: datetime) -> Columns:
    del actor, now
    return _waits(User.id, User.created_at, User.active.is_(True), User.last_sign_in_at.is_(None))


def _failed_mails(actor: Actor, now: datetime) -> Columns:
    del actor, now
    return _waits(OutboxMail.id, OutboxMail.dead_at, OutboxMail.dead_at.is_not(None))


_Condition = Callable[[Actor, datetime], Columns]
_KINDS: Mapping[Waiting, tuple[Subject, _Condition]] = MappingProxyType(
    {
        Waiting.NEEDS_TO_REVIEW: (Subject.NEED, _needs_to_review),
        Waiting.NEEDS_WITHOUT_PROPOSAL: (Subject.NEED, _needs_without_proposal),
        Waiting.PROPOSALS_TO_ARRANGE: (Subject.PROPOSAL, _proposals_to_arrange),
        Waiting.MEETINGS_UNANSWERED: (Subject.MEETING, _meetings_unanswered),
        Waiting.MEETINGS_EXPIRED: (Subject.MEETING, _meetings_expired),
        Waiting.MEETINGS_WITHOUT_TIME: (Subject.MEETING, _meetings_without_time),
        Waiting.MEETINGS_AWAITING_RESULT: (Subject.MEETING, _meetings_awaiting_result),
        Waiting.REPORTS_OVERDUE: (Subject.MEETING, _reports_overdue),
        Waiting.DISAGREEMENTS: (Subject.MEETING, _disagreements),
        Waiting.FOLLOW_UPS_DUE: (Subject.FOLLOW_UP, _follow_ups_due),
        Waiting.EVENTS_TODAY: (Subject.EVENT, events.today),
        Waiting.EVENT_OBJECTIONS: (Subject.PARTICIPANT, events.objections),
        Waiting.EVENT_APPLICATIONS: (Subject.PARTICIPANT, events.applications),
        Waiting.EVENT_BUYERS_UNANSWERED: (Subject.PARTICIPANT, events.buyers_unanswered),
        Waiting.EVENTS_TO_PUBLISH: (Subject.EVENT, events.to_publish),
        Waiting.EVENTS_TO_APPLY: (Subject.EVENT, events.to_apply),
        Waiting.EVENTS_TO_CONFIRM: (Subject.EVENT, events.to_confirm),
        Waiting.STALE_COMPANIES: (Subject.COMPANY, _stale_companies),
        Waiting.WORDS_TO_REVIEW: (Subject.WORD, _words_to_review),
        Waiting.ANSWERS_DUE: (Subject.MEETING, _answers_due),
        Waiting.REPORTS_DUE: (Subject.MEETING, _reports_due),
        Waiting.USERS_NEVER_SIGNED_IN: (Subject.USER, _users_never_signed_in),
        Waiting.FAILED_MAILS: (Subject.MAIL, _failed_mails),
    }
)
