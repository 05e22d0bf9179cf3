"""Two companies, a need, an accepted proposal, and requests about times: what most tests begin with."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.accounts.models import User
from sme_match.companies.models import Company, Contact
from sme_match.core.actor import Actor, Role
from sme_match.core.clock import from_jst, jst_date
from sme_match.matching.enums import ProposalState
from sme_match.matching.models import MatchRun, Proposal
from sme_match.meetings.enums import Answer, MeetingChannel, Origin, Party, ReplyKind
from sme_match.meetings.messages import Site
from sme_match.meetings.models import BookingCell, Meeting
from sme_match.meetings.offers import OfferPlan
from sme_match.meetings.queries import get_meeting
from sme_match.meetings.services.opening import MeetingDraft, PlaceDraft, open_meeting
from sme_match.meetings.services.replying import ReplyDraft, ReplyResult, open_offers, reply_to_request
from sme_match.needs.models import Need
from sme_match.notifications.models import OutboxMail
from sme_match.support_bodies.models import SupportBody
from tests.conftest import NOW
from tests.factories import (
    make_body,
    make_buyer,
    make_company,
    make_contact,
    make_need,
    make_user,
)

SITE = Site(base_url="https://match.example.jp", room_base_url="https://meet.example.jp")
TODAY = jst_date(NOW)


def at(days: int, hour: int, minute: int = 0) -> datetime:
    """An instant some days from today, by the clock of Japan."""
    day = TODAY + timedelta(days=days)
    return from_jst(day, datetime(2026, 1, 1, hour, minute).time())  # noqa: DTZ001 -- only its time


@dataclass(frozen=True)
class Scene:
    """One body with both sides of a proposal."""

    body: SupportBody
    coordinator: User
    manager: User
    company: Company
    person: Contact
    buyer: Company
    purchaser: Contact
    need: Need
    proposal: Proposal

    @property
    def actor(self) -> Actor:
        return self.coordinator.as_actor()

    def side(self, party: Party) -> Actor:
        company = self.company if party is Party.SME else self.buyer
        return Actor(role=Role.BUYER, name=f"{party}の人", company_id=company.id)


def make_scene(
    session: Session,
    *,
    body: SupportBody | None = None,
    company: Company | None = None,
    buyer: Company | None = None,
    **need: Any,
) -> Scene:
    body = body or make_body(session)
    company, buyer = company or make_company(session, body), buyer or make_buyer(session, body)
    wanted = make_need(session, buyer, **need)
    return Scene(
        body=body,
        coordinator=make_user(session, body),
        manager=make_user(
            session, session.get_one(SupportBody, company.body_id), Role.SME, company_id=company.id
        ),
        company=company,
        person=make_contact(session, company),
        buyer=buyer,
        purchaser=make_contact(session, buyer),
        need=wanted,
        proposal=make_proposal(session, wanted, company),
    )


def make_proposal(session: Session, need: Need, company: Company, **values: Any) -> Proposal:
    run = MatchRun(
        body_id=need.body_id, need_id=need.id, need_version=1, engine_version="1", settings={},
        index_size=1, excluded={}, near_misses=[], ran_at=NOW,
    )  # fmt: skip
    session.add(run)
    session.flush()
    defaults: dict[str, Any] = {
        "body_id": need.body_id,
        "need_id": need.id,
        "company_id": company.id,
        "run_id": run.id,
        "rank": 1,
        "score": Decimal("70.0"),
        "confidence": Decimal("0.5"),
        "explanation": {},
        "state": ProposalState.ACCEPTED,
        "decided_at": NOW,
        "created_at": NOW,
    }
    proposal = Proposal(**(defaults | values))
    session.add(proposal)
    session.flush()
    return proposal


def plan(*starts: datetime, minutes: int = 30, answer_on: date | None = None) -> OfferPlan:
    return OfferPlan(
        starts=starts or (at(7, 10), at(8, 14)),
        minutes=minutes,
        answer_on=answer_on or TODAY + timedelta(days=5),
    )


def draft(
    *starts: datetime, minutes: int = 30, place: PlaceDraft | None = None, **values: Any
) -> MeetingDraft:
    defaults: dict[str, Any] = {
        "place": place or PlaceDraft(channel=MeetingChannel.WEB),
        "offers": plan(*starts, minutes=minutes),
        "origin": Origin.SYSTEM,
        "company_contact_id": None,
        "buyer_contact_id": None,
    }
    return MeetingDraft(**(defaults | values))


def request(
    session: Session, scene: Scene, *starts: datetime, minutes: int = 30, now: datetime = NOW
) -> Meeting:
    """A meeting whose two sides have been asked."""
    return open_meeting(
        session,
        scene.actor,
        scene.proposal.id,
        draft(*starts, minutes=minutes),
        now=now,
        site=SITE,
    )


def reply(
    session: Session,
    scene: Scene,
    meeting: Meeting,
    party: Party,
    *yes: datetime,
    actor: Actor | None = None,
    now: datetime = NOW,
) -> ReplyResult:
    """One side says yes to the given times and no to the others."""
    actor = actor or scene.side(party)
    current = get_meeting(session, actor, meeting.id)
    answers = {
        offer.id: Answer.YES if offer.starts_at in yes else Answer.NO for offer in open_offers(current)
    }
    return reply_to_request(
        session,
        actor,
        meeting.id,
        ReplyDraft(kind=ReplyKind.TIMES, answers=answers, said_by=actor.name),
        party=party,
        now=now,
        site=SITE,
    )


def confirm(session: Session, scene: Scene, starts_at: datetime, *, minutes: int = 30) -> Meeting:
    """A meeting that both sides have agreed to."""
    meeting = request(session, scene, starts_at, minutes=minutes)
    reply(session, scene, meeting, Party.SME, starts_at)
    assert reply(session, scene, meeting, Party.BUYER, starts_at) is ReplyResult.CONFIRMED
    return meeting


def cells(session: Session) -> set[tuple[int, int, int]]:
    rows = session.execute(select(BookingCell.company_id, BookingCell.cell, BookingCell.meeting_id))
    return {tuple(row) for row in rows}  # type: ignore[misc]  # rows of three


def mails(session: Session, *, about: str = "") -> list[OutboxMail]:
    """What would be sent now, in the order of queuing."""
    query = select(OutboxMail).where(OutboxMail.void_at.is_(None)).order_by(OutboxMail.id)
    return [mail for mail in session.scalars(query) if f":{about}" in mail.key]


def entry_of(text: str | None) -> tuple[str, Any]:
    """The method and the only event of a calendar text; its type names thirty kinds of value."""
    calendar = Calendar.from_ical(text or "")
    (event,) = calendar.walk("VEVENT")
    return str(calendar["method"]), event
