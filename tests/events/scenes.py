"""An event with buyers, SMEs, slots and candidates: what most tests of events begin with."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.accounts.models import User
from sme_match.companies.models import Company
from sme_match.core.actor import Actor
from sme_match.core.clock import from_jst
from sme_match.events.enums import BuyerAnswer, CandidateOrigin, ParticipantState, Side
from sme_match.events.models import (
    Candidate,
    Event,
    EventDay,
    EventHost,
    EventSlot,
    Participant,
    Placement,
)
from sme_match.needs.models import Need
from sme_match.support_bodies.models import SupportBody
from tests.conftest import NOW
from tests.factories import make_body, make_buyer, make_company, make_contact, make_need, make_user

DAY = date(2026, 12, 10)
"""A Thursday, three weeks after NOW."""
OPENS = time(10)


@dataclass(frozen=True)
class EventScene:
    """An event that a body runs, with everybody accepted."""

    event: Event
    body: SupportBody
    coordinator: User
    slots: list[EventSlot]
    buyers: list[Participant]
    smes: list[Participant]
    candidates: list[Candidate]

    @property
    def actor(self) -> Actor:
        return self.coordinator.as_actor()

    def pair(self, buyer: int, sme: int) -> Candidate:
        """The candidate of the nth buyer and the nth SME, counted from 0."""
        return next(
            candidate
            for candidate in self.candidates
            if candidate.buyer_id == self.buyers[buyer].id and candidate.sme_id == self.smes[sme].id
        )


def make_event(
    session: Session,
    *,
    buyers: int = 2,
    smes: int = 3,
    slots: int = 4,
    body: SupportBody | None = None,
    wanted: bool = True,
    **values: Any,
) -> EventScene:
    """An event of one day; with `wanted`, every pair is a candidate that its buyer wants to meet."""
    body = body or make_body(session)
    coordinator = make_user(session, body)
    event = Event(
        **{
            "body_id": body.id,
            "name": "ものづくり商談会",
            "desk_phone": "019-000-0099",
            "sme_call_from": NOW - timedelta(days=20),
            "sme_call_until": NOW - timedelta(days=10),
            "buyer_answer_until": NOW - timedelta(days=1),
            "created_by": coordinator.id,
            "created_at": NOW,
            "updated_at": NOW,
        }
        | values
    )
    event.hosts = [EventHost(body_id=body.id, added_at=NOW)]
    event.days = [
        EventDay(date=DAY, opens_at=OPENS, closes_at=time(18), slot_minutes=20, change_over_minutes=5)
    ]
    event.slots = [
        EventSlot(starts_at=start, ends_at=start + timedelta(minutes=20), block=1)
        for start in (slot_start(index) for index in range(slots))
    ]
    session.add(event)
    session.flush()
    made_buyers = [make_participant(session, event, Side.BUYER) for _ in range(buyers)]
    made_smes = [make_participant(session, event, Side.SME) for _ in range(smes)]
    candidates = [
        make_candidate(session, buyer, sme, sme_rank=rank)
        for sme in (made_smes if wanted else ())
        for rank, buyer in enumerate(made_buyers, start=1)
    ]
    return EventScene(
        event=event,
        body=body,
        coordinator=coordinator,
        slots=list(event.slots),
        buyers=made_buyers,
        smes=made_smes,
        candidates=candidates,
    )


def slot_start(index: int) -> datetime:
    """When the nth slot of the day begins, counted from 0."""
    return from_jst(DAY, OPENS) + index * timedelta(minutes=25)


def make_participant(
    session: Session, event: Event, side: Side, *, body: SupportBody | None = None, **values: Any
) -> Participant:
    """A new company of the side, with a contact, accepted."""
    home = body or session.get_one(SupportBody, event.body_id)
    _let_host(session, event.id, home)
    company_id = values.pop("company_id", None)
    if company_id is None:
        make = make_buyer if side is Side.BUYER else make_company
        company_id = make(session, home).id
        company = session.get_one(Company, company_id)
        values.setdefault("contact_id", make_contact(session, company).id)
    participant = Participant(
        **{
            "event_id": event.id,
            "company_id": company_id,
            "body_id": home.id,
            "side": side,
            "state": ParticipantState.ACCEPTED,
            "attendee": "当日 太郎",
            "day_phone": "090-0000-0000",
            "applied_at": NOW,
        }
        | values
    )
    session.add(participant)
    session.flush()
    return participant


def _let_host(session: Session, event_id: int, body: SupportBody) -> None:
    if session.get(EventHost, (event_id, body.id)) is None:
        session.add(EventHost(event_id=event_id, body_id=body.id, added_at=NOW))
        session.flush()


def bring(session: Session, host: SupportBody, part: Participant) -> Participant:
    """Let another host bring a company of that name in the place of the participant's."""
    _let_host(session, part.event_id, host)
    before = session.get_one(Company, part.company_id)
    company = make_company(
        session, host, name=before.name, is_sme=before.is_sme, is_buyer=before.is_buyer, short_name=""
    )
    found = session.get_one(Participant, part.id)
    found.company_id, found.body_id = company.id, host.id
    found.contact_id = make_contact(session, company).id
    session.flush()
    return found


def make_candidate(
    session: Session, buyer: Participant, sme: Participant, *, need: Need | None = None, **values: Any
) -> Candidate:
    """A pair that the buyer wants to meet, about the buyer's first need."""
    company = session.get_one(Company, buyer.company_id)
    about = (
        need
        or session.scalar(select(Need).where(Need.buyer_id == company.id).order_by(Need.id))
        or make_need(session, company)
    )
    candidate = Candidate(
        **{
            "event_id": buyer.event_id,
            "buyer_id": buyer.id,
            "sme_id": sme.id,
            "need_id": about.id,
            "origin": CandidateOrigin.MATCHING,
            "answer": BuyerAnswer.WANT,
            "answered_at": NOW,
            "created_at": NOW,
        }
        | values
    )
    session.add(candidate)
    session.flush()
    return candidate


def make_placement(session: Session, candidate: Candidate, slot: EventSlot, **values: Any) -> Placement:
    """Put the pair into a slot without asking any rule."""
    placement = Placement(
        **{
            "candidate_id": candidate.id,
            "event_id": candidate.event_id,
            "slot_id": slot.id,
            "buyer_id": candidate.buyer_id,
            "sme_id": candidate.sme_id,
            "placed_at": NOW,
        }
        | values
    )
    session.add(placement)
    session.flush()
    return placement
