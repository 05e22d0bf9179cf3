"""Reading meetings. Every query is limited to what the actor may see."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased, joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.interfaces import ORMOption

from sme_match.companies.models import Company, Contact
from sme_match.core.actor import Actor
from sme_match.core.clock import jst_midnight
from sme_match.core.errors import InvalidError, NotFoundError
from sme_match.core.text import fold_for_search, mark_text, normalize_width
from sme_match.db.paging import (
    KEPT_STATEMENTS,
    Columns,
    Listing,
    Page,
    fetch_lines,
    fetch_page,
    select_listing,
)
from sme_match.db.parts import load_parts
from sme_match.db.search import holds
from sme_match.matching.enums import ProposalState
from sme_match.matching.models import Proposal
from sme_match.matching.policy import visible_to as proposals_visible_to
from sme_match.meetings.enums import MeetingChannel, MeetingState, MeetingTab, Party
from sme_match.meetings.models import BookingCell, Meeting, MeetingOffer, MeetingReply
from sme_match.meetings.policy import visible_to
from sme_match.meetings.slots import cells_of
from sme_match.needs.models import Need

NOT_FOUND = mark_text("この商談は見つかりませんでした。")
WAITING = frozenset({MeetingState.PROPOSED, MeetingState.ASKED, MeetingState.CARRIED_OVER})
ENDED = frozenset(MeetingState) - WAITING - {MeetingState.CONFIRMED}
Instant = datetime | BindParameter[datetime]
"""An instant, or its place in a statement that is kept and run again later."""
_NOW: BindParameter[datetime] = bindparam("now")
_SME, _BUYER = aliased(Company, name="sme"), aliased(Company, name="buyer")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingFilter:
    """What the list of meetings shows; every field comes from the URL."""

    tab: MeetingTab = MeetingTab.WAITING
    text: str = ""
    """Words of either company's name."""
    need: str = ""
    """The number or words of the title of the need."""
    from_on: date | None = None
    to_on: date | None = None


def get_meeting(session: Session, actor: Actor, meeting_id: int) -> Meeting:
    """Return a meeting with both sides, the need, the offered times and the replies.

    Raises:
        NotFoundError: when it does not exist, or not for this actor.
    """
    meeting = session.scalar(_select_whole(actor), {"meeting": meeting_id})
    if meeting is None:
        raise NotFoundError(NOT_FOUND)
    load_parts(session, [meeting.company, meeting.buyer], Company.contacts)
    load_parts(session, [meeting], Meeting.offers, Meeting.replies)
    load_parts(session, meeting.offers, MeetingOffer.answers)
    people = {each.id: each for each in (*meeting.company.contacts, *meeting.buyer.contacts)}
    for relation, contact_id in (
        (Meeting.company_contact, meeting.company_contact_id),
        (Meeting.buyer_contact, meeting.buyer_contact_id),
    ):
        set_committed_value(meeting, relation.key, people.get(contact_id or 0))
    return meeting


@lru_cache(KEPT_STATEMENTS)
def _select_whole(actor: Actor) -> Select[Meeting]:
    return (
        select(Meeting)
        .where(Meeting.id == bindparam("meeting"), visible_to(actor))
        .options(
            joinedload(Meeting.need),
            joinedload(Meeting.body),
            joinedload(Meeting.company),
            joinedload(Meeting.buyer),
        )
    )


def lock_meeting(session: Session, actor: Actor, meeting_id: int) -> Meeting:
    """Like `get_meeting`, as it stands now, and nobody else changes it before the transaction ends.

    Without the lock two sides that answer at the same moment would not see each other's yes.

    Raises:
        NotFoundError: when it does not exist, or not for this actor.
    """
    query = select(Meeting).where(Meeting.id == meeting_id, visible_to(actor))
    meeting = session.scalar(
        query.options(*_separately())
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if meeting is None:
        raise NotFoundError(NOT_FOUND)
    return meeting


def lock_meetings(session: Session, meeting_ids: Collection[int]) -> list[Meeting]:
    """Lock meetings whose change was decided elsewhere, in the order of their ids, and return them."""
    return list(
        session.scalars(
            select(Meeting)
            .where(Meeting.id.in_(meeting_ids))
            .order_by(Meeting.id)
            .options(*_separately())
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
    )


def _separately() -> Sequence[ORMOption]:
    # PostgreSQL locks no row through an outer join.
    return (
        selectinload(Meeting.need),
        selectinload(Meeting.body),
        selectinload(Meeting.company).selectinload(Company.contacts),
        selectinload(Meeting.buyer).selectinload(Company.contacts),
        selectinload(Meeting.company_contact),
        selectinload(Meeting.buyer_contact),
        selectinload(Meeting.offers).selectinload(MeetingOffer.answers),
        selectinload(Meeting.replies),
    )


def in_tab(tab: MeetingTab, *, now: Instant) -> ColumnElement[bool]:
    """Return the condition that a meeting stands in this tab at this moment."""
    confirmed = Meeting.state == MeetingState.CONFIRMED
    conditions = {
        MeetingTab.WAITING: Meeting.state.in_(WAITING),
        MeetingTab.COMING: and_(confirmed, Meeting.ends_at > now),
        MeetingTab.RESULT: and_(confirmed, Meeting.ends_at <= now),
        MeetingTab.ENDED: Meeting.state.in_(ENDED),
    }
    return conditions[tab]


_ORDERS: dict[MeetingTab, tuple[SQLColumnExpression[Any], ...]] = {
    MeetingTab.WAITING: (Meeting.answer_by, Meeting.id),
    **dict.fromkeys((MeetingTab.COMING, MeetingTab.RESULT), (Meeting.starts_at, Meeting.id)),
    MeetingTab.ENDED: (Meeting.updated_at.desc(), Meeting.id.desc()),
}


def select_meetings(actor: Actor, filters: MeetingFilter, *, now: Instant) -> Select[Meeting]:
    """Return the query behind the list."""
    query = select(Meeting).where(
        visible_to(actor), in_tab(filters.tab, now=now), *narrowed(actor, filters)
    )
    return query.order_by(*_ORDERS[filters.tab])


def narrowed(actor: Actor, filters: MeetingFilter) -> list[ColumnElement[bool]]:
    """Return the conditions of a filter apart from its tab."""
    conditions: list[ColumnElement[bool]] = []
    for word in filters.text.split():
        named = holds(Company.search_text, fold_for_search(word))
        found = Meeting.company.has(named)
        # An anonymous buyer must not be found out by searching for its name.
        conditions.append(or_(found, Meeting.buyer.has(named)) if actor.is_staff else found)
    for word in normalize_width(filters.need).split():
        titled = or_(
            Need.title.contains(word, autoescape=True), Need.number.contains(word, autoescape=True)
        )
        folded = holds(Need.search_text, fold_for_search(word))
        # The text that is searched holds the buyer's name, so it is for staff alone too.
        conditions.append(Meeting.need.has(or_(folded, titled) if actor.is_staff else titled))
    if filters.from_on is not None:
        conditions.append(Meeting.starts_at >= jst_midnight(filters.from_on))
    if filters.to_on is not None:
        conditions.append(Meeting.starts_at < jst_midnight(filters.to_on) + timedelta(days=1))
    return conditions


class MeetingLine(NamedTuple):
    """What the list shows of a meeting."""

    id: int
    state: MeetingState
    channel: MeetingChannel
    company_id: int
    buyer_id: int
    company_name: str
    buyer_name: str
    buyer_anonymous: bool
    need_title: str
    need_number: str
    starts_at: datetime | None
    ends_at: datetime | None
    answer_by: datetime | None
    expired_at: datetime | None
    confirmed_at: datetime | None
    updated_at: datetime
    sme_replied: bool
    buyer_replied: bool

    @property
    def replied(self) -> list[Party]:
        """Return the sides that have answered the present offers."""
        sides = ((Party.SME, self.sme_replied), (Party.BUYER, self.buyer_replied))
        return [party for party, has_replied in sides if has_replied]


_LINE = (
    Meeting.id,
    Meeting.state,
    Meeting.channel,
    Meeting.company_id,
    Meeting.buyer_id,
    _SME.name,
    _BUYER.name,
    Need.buyer_anonymous,
    Need.title,
    Need.number,
    Meeting.starts_at,
    Meeting.ends_at,
    Meeting.answer_by,
    Meeting.expired_at,
    Meeting.confirmed_at,
    Meeting.updated_at,
    *(
        exists().where(MeetingReply.meeting_id == Meeting.id, MeetingReply.party == party)
        for party in (Party.SME, Party.BUYER)
    ),
)


def list_meetings(
    session: Session, actor: Actor, filters: MeetingFilter, *, page: int, now: datetime
) -> Page[MeetingLine]:
    """Return one page of the meetings that match."""
    listing = _select_lines(actor, filters)
    return fetch_lines(session, listing, MeetingLine, number=page, values={"now": now})


@lru_cache(KEPT_STATEMENTS)
def _select_lines(actor: Actor, filters: MeetingFilter) -> Listing:
    shown = _with_sides(select(*_LINE).select_from(Meeting)).order_by(*_ORDERS[filters.tab])
    return select_listing(select_meetings(actor, filters, now=_NOW), shown, Meeting.id)


def _with_sides(query: Columns) -> Columns:
    """Return the query with the need, the SME and the buyer of each meeting beside it."""
    return (
        query.join(Need, Need.id == Meeting.need_id)
        .join(_SME, _SME.id == Meeting.company_id)
        .join(_BUYER, _BUYER.id == Meeting.buyer_id)
    )


def _row() -> Sequence[ORMOption]:
    return (
        joinedload(Meeting.need),
        joinedload(Meeting.company),
        joinedload(Meeting.buyer),
        selectinload(Meeting.replies),
    )


def count_by_tab(session: Session, actor: Actor, *, now: datetime) -> dict[MeetingTab, int]:
    """Return how many meetings stand in each tab, without filters."""
    row = session.connection().execute(_count_tabs(actor), {"now": now}).one()
    return dict(zip(MeetingTab, (int(value) for value in row), strict=True))


@lru_cache(KEPT_STATEMENTS)
def _count_tabs(actor: Actor) -> Columns:
    columns = [
        func.coalesce(func.sum(case((in_tab(tab, now=_NOW), 1), else_=0)), 0) for tab in MeetingTab
    ]
    return select(*columns).select_from(Meeting).where(visible_to(actor))


def list_upcoming(session: Session, actor: Actor, *, now: datetime, limit: int = 5) -> list[Meeting]:
    """Return the next confirmed meetings that are not over yet, with need and both companies."""
    query = select_meetings(actor, MeetingFilter(tab=MeetingTab.COMING), now=now)
    return list(session.scalars(query.options(*_row(), joinedload(Meeting.body)).limit(limit)))


def find_next_meeting(session: Session, actor: Actor, *, now: datetime) -> Meeting | None:
    """Return the meeting that comes next for the actor, or None."""
    return next(iter(list_upcoming(session, actor, now=now, limit=1)), None)


def get_accepted_proposal(session: Session, actor: Actor, proposal_id: int) -> Proposal:
    """Return an accepted proposal of the actor's body with its need and both companies.

    Raises:
        NotFoundError: when it does not exist, not for this actor, or is not accepted.
    """
    proposal = session.scalar(
        select(Proposal)
        .where(
            Proposal.id == proposal_id,
            proposals_visible_to(actor),
            Proposal.state == ProposalState.ACCEPTED,
        )
        .options(
            selectinload(Proposal.company).selectinload(Company.contacts),
            selectinload(Proposal.need).selectinload(Need.buyer).selectinload(Company.contacts),
        )
    )
    if proposal is None:
        raise NotFoundError(mark_text("採用した提案が見つかりませんでした。"))
    return proposal


def list_waiting_proposals(session: Session, actor: Actor, *, page: int) -> Page[Proposal]:
    """Return one page of the accepted proposals of the body for which nobody has been asked yet."""
    query = (
        select(Proposal)
        .where(
            Proposal.body_id == (actor.body_id or 0),
            Proposal.state == ProposalState.ACCEPTED,
            ~exists().where(Meeting.proposal_id == Proposal.id),
        )
        .order_by(Proposal.decided_at, Proposal.id)
        .options(joinedload(Proposal.company), joinedload(Proposal.need).joinedload(Need.buyer))
    )
    return fetch_page(session, query, number=page)


def find_sheet(session: Session, actor: Actor, meeting: Meeting) -> int | None:
    """Return the proposal of a meeting whose reason sheet the actor may open, or None."""
    if meeting.proposal_id is None or not actor.is_staff:
        return None
    return session.connection().scalar(_select_sheet(actor), {"proposal": meeting.proposal_id})


@lru_cache(KEPT_STATEMENTS)
def _select_sheet(actor: Actor) -> Select[int]:
    return select(Proposal.id).where(Proposal.id == bindparam("proposal"), proposals_visible_to(actor))


def booked_cells(
    session: Session,
    companies: Collection[int],
    spans: Iterable[tuple[datetime, datetime]],
    *,
    except_meeting_id: int | None = None,
) -> dict[int, frozenset[int]]:
    """Return for each company which cells of the given times are booked.

    Times that no meeting can have touch no cell; refusing them is `offers.check_offers`' task.
    """
    wanted = {cell for span in spans for cell in _cells_or_none(*span)}
    query = select(BookingCell.company_id, BookingCell.cell).where(
        BookingCell.company_id.in_(companies), BookingCell.cell.in_(wanted)
    )
    if except_meeting_id is not None:
        query = query.where(BookingCell.meeting_id != except_meeting_id)
    found: dict[int, set[int]] = {company_id: set() for company_id in companies}
    for company_id, cell in session.execute(query):
        found[company_id].add(cell)
    return {company_id: frozenset(cells) for company_id, cells in found.items()}


def find_contact(session: Session, company_id: int, contact_id: int | None) -> Contact | None:
    """Return the contact when it belongs to the company, else None."""
    if contact_id is None:
        return None
    belongs = (Contact.id == contact_id, Contact.company_id == company_id)
    return session.scalar(select(Contact).where(*belongs, Contact.use_stopped_at.is_(None)))


def _cells_or_none(starts_at: datetime, ends_at: datetime) -> Iterable[int]:
    try:
        return cells_of(starts_at, ends_at)
    except InvalidError:
        return ()
