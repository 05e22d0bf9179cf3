"""The waiting records as lines of a list, whatever domain they belong to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from sme_match.accounts.models import User
from sme_match.companies.models import Company
from sme_match.core.actor import Actor, Role
from sme_match.db.paging import PAGE_SIZE, Page
from sme_match.events.models import Event, Participant
from sme_match.home.enums import Subject, Waiting
from sme_match.home.queries.waiting import Columns, Since, select_waiting, subject_of
from sme_match.matching.models import Proposal, WordEntry
from sme_match.meetings.models import Meeting
from sme_match.needs.models import Need
from sme_match.notifications.models import OutboxMail
from sme_match.outcomes.models import FollowUp
from sme_match.support_bodies.models import SupportBody

_SME = aliased(Company, name="sme")
_BUYER = aliased(Company, name="buyer")


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLine:
    """One waiting record: `target_id` is the record whose page it leads to."""

    subject: Subject
    target_id: int
    since: Since | None
    title: str
    number: str = ""
    sme: str = ""
    buyer: str = ""
    note: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    answer_by: datetime | None = None
    months_after: int | None = None


def list_waiting(
    session: Session,
    actor: Actor,
    waiting: Waiting,
    *,
    now: datetime,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> Page[WaitingLine]:
    """Return one page of what waits, the oldest first, with at most three queries."""
    found = select_waiting(actor, waiting, now=now).subquery()
    total = session.scalar(select(func.count()).select_from(found)) or 0
    if not total:
        return Page((), 1, size, 0)
    number = min(max(1, page), max(1, -(-total // size)))
    rows = session.execute(
        select(found.c.id, found.c.since)
        .order_by(found.c.since, found.c.id)
        .limit(size)
        .offset((number - 1) * size)
    ).all()
    since: dict[int, Since | None] = {row[0]: row[1] for row in rows}
    query, line = _LINES[subject_of(waiting)]
    lines = {row[0]: line(actor, row, since[row[0]]) for row in session.execute(query(list(since)))}
    return Page([lines[key] for key in since if key in lines], number, size, total)


def _needs(ids: Sequence[int]) -> Columns:
    return (
        select(Need.id, Need.number, Need.title, _BUYER.name)
        .join(_BUYER, _BUYER.id == Need.buyer_id)
        .where(Need.id.in_(ids))
    )


def _need(actor: Actor, row: Any, since: Since | None) -> WaitingLine:  # noqa: ANN401 -- a row of columns
    del actor
    need_id, number, title, buyer = row
    return WaitingLine(
        subject=Subject.NEED, target_id=need_id, since=since, number=number, title=title, buyer=buyer
    )


def _proposals(ids: Sequence[int]) -> Columns:
    return (
        select(Proposal.id, Need.id, Need.number, Need.title, _SME.name, _BUYER.name)
        .select_from(Proposal)
        .join(Need, Need.id == Proposal.need_id)
        .join(_SME, _SME.id == Proposal.company_id)
        .join(_BUYER, _BUYER.id == Need.buyer_id)
        .where(Proposal.id.in_(ids))
    )


def _proposal(actor: Actor, row: Any, since: Since | None) -> WaitingLine:  # noqa: ANN401 -- a row of columns
    del actor
    proposal_id, _need_id, number, title, sme, buyer = row
    return WaitingLine(
        subject=Subject.PROPOSAL,
        target_id=proposal_id,
        since=since,
        number=number,
        title=title,
        sme=sme,
        buyer=buyer,
    )


_MEETING = (
    Meeting.id,
    Need.number,
    Need.title,
    _SME.name,
    _BUYER.name,
    Need.buyer_anonymous,
    Meeting.confirmed_at,
    Meeting.starts_at,
    Meeting.ends_at,
    Meeting.answer_by,
)


def _meetings(ids: Sequence[int]) -> Columns:
    return (
        select(*_MEETING)
        .select_from(Meeting)
        .join(Need, Need.id == Meeting.need_id)
        .join(_SME, _SME.id == Meeting.company_id)
        .join(_BUYER, _BUYER.id == Meeting.buyer_id)
        .where(Meeting.id.in_(ids))
    )


def _meeting(actor: Actor, row: Any, since: Since | None) -> WaitingLine:  # noqa: ANN401 -- a row of columns
    (meeting_id, number, title, sme, buyer, anonymous, confirmed_at, *times) = row[:10]
    # The name stays hidden from the SME until both sides have agreed on a time.
    hidden = actor.role is Role.SME and anonymous and confirmed_at is None
    starts_at, ends_at, answer_by = times
    return WaitingLine(
        subject=Subject.MEETING,
        target_id=meeting_id,
        since=since,
        number=number,
        title=title,
        sme=sme,
        buyer="" if hidden else buyer,
        starts_at=starts_at,
        ends_at=ends_at,
        answer_by=answer_by,
    )


def _follow_ups(ids: Sequence[int]) -> Columns:
    return (
        select(
            FollowUp.id,
            Meeting.id,
            Need.number,
            Need.title,
            _SME.name,
            _BUYER.name,
            FollowUp.months_after,
        )
        .select_from(FollowUp)
        .join(Meeting, Meeting.id == FollowUp.meeting_id)
        .join(Need, Need.id == Meeting.need_id)
        .join(_SME, _SME.id == Meeting.company_id)
        .join(_BUYER, _BUYER.id == Meeting.buyer_id)
        .where(FollowUp.id.in_(ids))
    )


def _follow_up(actor: Actor, row: Any, since: Since | None) -> WaitingLine:  # noqa: ANN401 -- a row of columns
    del actor
    _follow_up_id, meeting_id, number, title, sme, buyer, months = row
    return WaitingLine(
        subject=Subject.FOLLOW_UP,
        target_id=meeting_id,
        since=since,
        number=number,
        title=title,
        sme=sme,
        buyer=buyer,
        months_after=months,
    )


def _companies(ids: Sequence[int]) -> Columns:
    return select(Company.id, Company.name).where(Company.id.in_(ids))


def _company(actor: Actor, row: Any, since: Since | None) -> WaitingLine:  # noqa: ANN401 -- a row of columns
    del actor
    company_id, name = row
    return WaitingLine(subject=Subject.COMPANY, target_id=company_id, since=since, title=name)


def _words(ids: Sequence[int]) -> Columns:
    return (
        select(WordEntry.id, WordEntry.ja, WordEntry.en, WordEntry.reason, SupportBody.name)
        .join(SupportBody, SupportBody.id == WordEntry.body_id)
        .where(WordEntry.id.in_(ids))
    )


def _word(actor: Actor, row: Any, since: Since | None) -> WaitingLine:  # noqa: ANN401 -- a row of columns
    del actor
    entry_id, ja, en, reason, body = row
    title = "、".join([*ja, *en]) or reason
    return WaitingLine(subject=Subject.WORD, target_id=entry_id, since=since, title=title, note=body)


def _users(ids: Sequence[int]) -> Columns:
    return (
        select(User.id, User.name, User.email, SupportBody.name)
        .outerjoin(SupportBody, SupportBody.id == User.body_id)
        .where(User.id.in_(ids))
    )


def _user(actor: Actor, row: Any, since: Since | None) -> WaitingLine:  # noqa: ANN401 -- a row of columns
    del actor
    user_id, name, email, body = row
    return WaitingLine(
        subject=Subject.USER, target_id=user_id, since=since, title=name, number=email, note=body or ""
    )


def _mails(ids: Sequence[int]) -> Columns:
    """Return what an administrator needs to repair delivery: addresses and errors, no contents."""
    return (
        select(OutboxMail.id, OutboxMail.to_address, OutboxMail.last_error, SupportBody.name)
        .outerjoin(SupportBody, SupportBody.id == OutboxMail.body_id)
        .where(OutboxMail.id.in_(ids))
    )


def _mail(actor: Actor, row: Any, since: Since | None) -> WaitingLine:  # noqa: ANN401 -- a row of columns
    del actor
    mail_id, address, error, body = row
    return WaitingLine(
        subject=Subject.MAIL,
        target_id=mail_id,
        since=since,
        title=address,
        number=body or "",
        note=error,
    )


def _events(ids: Sequence[int]) -> Columns:
    return select(Event.id, Event.name).where(Event.id.in_(ids))


def _event(actor: Actor, row: Any, since: Since | None) -> WaitingLine:  # noqa: ANN401 -- a row of columns
    del actor
    event_id, name = row
    return WaitingLine(subject=Subject.EVENT, target_id=event_id, since=since, title=name)


def _participants(ids: Sequence[int]) -> Columns:
    return (
        select(Participant.id, Event.id, Event.name, Company.name, Participant.objection)
        .join(Event, Event.id == Participant.event_id)
        .join(Company, Company.id == Participant.company_id)
        .where(Participant.id.in_(ids))
    )


def _participant(actor: Actor, row: Any, since: Since | None) -> WaitingLine:  # noqa: ANN401 -- a row of columns
    del actor
    _id, event_id, event, company, words = row
    return WaitingLine(
        subject=Subject.PARTICIPANT,
        target_id=event_id,
        since=since,
        title=company,
        number=event,
        note=words,
    )


_Query = Callable[[Sequence[int]], Columns]
_Line = Callable[[Actor, Any, Since | None], WaitingLine]
_LINES: Mapping[Subject, tuple[_Query, _Line]] = MappingProxyType(
    {
        Subject.NEED: (_needs, _need),
        Subject.PROPOSAL: (_proposals, _proposal),
        Subject.MEETING: (_meetings, _meeting),
        Subject.FOLLOW_UP: (_follow_ups, _follow_up),
        Subject.EVENT: (_events, _event),
        Subject.PARTICIPANT: (_participants, _participant),
        Subject.COMPANY: (_companies, _company),
        Subject.WORD: (_words, _word),
        Subject.USER: (_users, _user),
        Subject.MAIL: (_mails, _mail),
    }
)
