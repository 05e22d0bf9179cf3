"""Reading who takes part, and whom an SME may wish to meet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from sme_match.companies.models import Company
from sme_match.core.actor import Actor
from sme_match.core.errors import NotFoundError
from sme_match.core.text import fold_for_search, mark_text
from sme_match.events.enums import ParticipantState, Side
from sme_match.events.models import Candidate, Event, Participant
from sme_match.events.policy import names_everybody, participants_of, visible_to
from sme_match.needs.enums import NeedState
from sme_match.needs.models import Need

LIVE = (ParticipantState.INVITED, ParticipantState.APPLIED, ParticipantState.ACCEPTED)
"""Those who may still come."""
COMPANIES_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishable:
    """A need that is on the table at an event; the buyer's name may be hidden."""

    buyer_id: int
    """The participant."""
    need: Need
    buyer_name: str
    """Empty while it is hidden."""

    @property
    def key(self) -> str:
        """Return what a form sends for it: nothing that tells whose need it is."""
        return str(self.need.id)


def get_participant(
    session: Session, actor: Actor, participant_id: int, *, now: datetime
) -> Participant:
    """Return a participant that the actor looks after, or is.

    Raises:
        NotFoundError: when it does not exist, or not for this actor.
    """
    query = _whole().where(
        Participant.id == participant_id,
        participants_of(actor),
        Participant.event.has(visible_to(actor, now)),
    )
    participant = session.scalar(query)
    if participant is None:
        raise NotFoundError(mark_text("この参加企業は見つかりませんでした。"))
    return participant


def list_participants(session: Session, event: Event, side: Side) -> list[Participant]:
    """Return all companies of a side; the caller has seen the event as one of its hosts' staff."""
    query = _whole().where(Participant.event_id == event.id, Participant.side == side)
    order = (Participant.state.in_(LIVE).desc(), Company.name_kana, Participant.id)
    return list(session.scalars(query.join(Participant.company).order_by(*order)))


def list_unnamed(session: Session, actor: Actor, event: Event) -> frozenset[int]:
    """Return the participants whose names the actor, staff of a host, does not read yet."""
    if names_everybody(actor, event):
        return frozenset()
    own = Participant.body_id == (actor.body_id or 0)
    offers = list_wishable(session, event)
    # Beside the name of a buyer, a need that it offers without one would be no secret.
    hidden = {each.buyer_id for each in offers if not each.buyer_name}
    open_buyers = {each.buyer_id for each in offers} - hidden
    buyer = aliased(Participant)
    asked = (
        select(Candidate.sme_id)
        .join(buyer, buyer.id == Candidate.buyer_id)
        .where(Candidate.event_id == event.id, buyer.body_id == (actor.body_id or 0))
    )
    return frozenset(
        session.scalars(
            select(Participant.id).where(
                Participant.event_id == event.id,
                ~own,
                Participant.id.not_in(open_buyers),
                Participant.id.not_in(asked),
            )
        )
    )


def find_part(session: Session, event: Event, company_id: int) -> Participant | None:
    """Return the part of a company in the event."""
    return session.scalar(
        _whole().where(Participant.event_id == event.id, Participant.company_id == company_id)
    )


def list_wishable(session: Session, event: Event) -> list[Wishable]:
    """Return the open needs of the buyers who may come, with names only where they are open."""
    rows = session.execute(
        select(Participant.id, Need, Company.name)
        .join(Company, Company.id == Participant.company_id)
        .join(Need, and_(Need.buyer_id == Company.id, Need.body_id == Participant.body_id))
        .where(
            Participant.event_id == event.id,
            Participant.side == Side.BUYER,
            Participant.state.in_(LIVE),
            Need.state == NeedState.OPEN,
        )
        .order_by(Need.number, Need.id)
    )
    return [
        Wishable(buyer_id=part, need=need, buyer_name="" if need.buyer_anonymous else name)
        for part, need, name in rows
    ]


def list_wishes(session: Session, sme: Participant) -> list[Candidate]:
    """Return the wishes of an SME, the strongest first."""
    query = (
        select(Candidate)
        .where(Candidate.sme_id == sme.id, Candidate.sme_rank.is_not(None))
        .options(
            joinedload(Candidate.need), joinedload(Candidate.buyer).joinedload(Participant.company)
        )
        .order_by(Candidate.sme_rank)
    )
    return list(session.scalars(query))


def find_own_companies(
    session: Session, actor: Actor, event: Event, text: str, *, side: Side
) -> list[Company]:
    """Return companies of the actor's body that do not take part yet, by words of their names."""
    kind = Company.is_buyer if side is Side.BUYER else Company.is_sme
    taking_part = exists(
        select(Participant.id).where(
            Participant.event_id == event.id, Participant.company_id == Company.id
        )
    )
    query = select(Company).where(
        Company.body_id == (actor.body_id or 0), kind, Company.archived_at.is_(None), ~taking_part
    )
    for word in text.split():
        query = query.where(Company.search_text.contains(fold_for_search(word), autoescape=True))
    return list(session.scalars(query.order_by(Company.name_kana, Company.id).limit(COMPANIES_SHOWN)))


def buyers_to_avoid(
    session: Session, wishable: Iterable[Wishable], part: Participant | None
) -> list[Company]:
    """Return the buyers that an SME can name as not to be met: those whose names are open.

    Whom it has named already stays on the list, also when that buyer has nothing on offer any more.
    """
    parts = {each.buyer_id for each in wishable if each.buyer_name}
    query = select(Company).where(
        or_(
            Company.id.in_(select(Participant.company_id).where(Participant.id.in_(parts))),
            Company.id.in_([row.company_id for row in part.avoids] if part else []),
        )
    )
    return list(session.scalars(query.order_by(Company.name_kana, Company.id)))


def smes_to_avoid(
    session: Session, actor: Actor, event: Event, part: Participant | None
) -> list[Company]:
    """Return the SMEs that a buyer can name as not to be met: those that may come, or are named.

    Only those that its body knows by name.
    """
    coming = select(Participant.company_id).where(
        Participant.event_id == event.id,
        Participant.side == Side.SME,
        Participant.state.in_(LIVE),
        Participant.id.not_in(list_unnamed(session, actor, event)),
    )
    named = [row.company_id for row in part.avoids] if part else []
    query = select(Company).where(or_(Company.id.in_(coming), Company.id.in_(named)))
    return list(session.scalars(query.order_by(Company.name_kana, Company.id)))


def _whole() -> Select[Participant]:
    return select(Participant).options(
        joinedload(Participant.company).selectinload(Company.contacts),
        joinedload(Participant.body),
        joinedload(Participant.event).selectinload(Event.slots),
        joinedload(Participant.event).selectinload(Event.days),
        joinedload(Participant.event).joinedload(Event.body),
        selectinload(Participant.unavailable),
        selectinload(Participant.avoids),
    )
