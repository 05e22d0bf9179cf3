"""Events of the region: one that is over, one in preparation by all bodies, one under way today."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from sme_match.companies.models import Company, Contact
from sme_match.core.clock import jst_midnight
from sme_match.demo.world import World, next_business_day
from sme_match.events.enums import (
    BuyerAnswer,
    CandidateOrigin,
    Equipment,
    EventState,
    ParticipantState,
    Side,
)
from sme_match.events.models import (
    Candidate,
    Event,
    EventDay,
    EventHost,
    EventSlot,
    Participant,
    Placement,
    UnavailableSlot,
)
from sme_match.events.slots import Break, DayRule, cut_slots
from sme_match.matching.enums import ProposalState
from sme_match.matching.models import Proposal
from sme_match.meetings.enums import AbsentSide, MeetingChannel, MeetingState, Origin, RoomKind
from sme_match.meetings.models import BookingCell, Meeting
from sme_match.meetings.rooms import generated_room_url
from sme_match.meetings.slots import cells_of
from sme_match.needs.enums import NeedState
from sme_match.needs.models import Need

BUYERS, SMES = 20, 100
BUYERS_PAST, SMES_PAST = 10, 40
BUYERS_TODAY, SMES_TODAY = 6, 24
PER_NEED = 10
SME_LIMIT = 4
WISHING = 0.6
"""Share of the pairs that the SME wishes for."""
REASONS = (
    "同じ材質の加工を長く続けています。",
    "試作から量産までお受けできます。",
    "短納期の案件に慣れています。",
    "図面を見て、工程の提案ができます。",
)
BECAME = {
    MeetingState.HELD: 76,
    MeetingState.ABSENT: 14,
    MeetingState.BROKEN_OFF: 4,
    MeetingState.CARRIED_OVER: 6,
}
LUNCH = Break(time(12), time(13))


@dataclass(slots=True)
class Events:
    """Makes the events out of registers and proposals."""

    world: World
    room_base_url: str
    taken: set[tuple[int, int]] = field(default_factory=set)
    """Booked five minutes by company."""

    def make(self) -> list[Meeting]:
        """Add the events; return the meetings of the one that is over."""
        today = self.world.today
        session = self.world.session
        self.taken = {
            (company_id, cell)
            for company_id, cell in session.execute(select(BookingCell.company_id, BookingCell.cell))
        }
        bodies = sorted(set(session.scalars(select(Company.body_id))))
        if not bodies:
            return []
        gone = next_business_day(today - timedelta(days=120))
        past = self._event("夏のものづくりWeb商談会", bodies[:2], gone, EventState.ENDED)
        pairs = self._fill(past, bodies[:2], buyers=BUYERS_PAST, smes=SMES_PAST)
        meetings = self._place(past, pairs)
        coming = next_business_day(today + timedelta(days=35))
        event = self._event("広域ものづくりWeb商談会", bodies, coming, EventState.PREPARING)
        pairs = self._fill(event, bodies, buyers=BUYERS, smes=SMES)
        self._wish(pairs)
        self._place(event, pairs)
        running = self._event("秋のものづくりWeb商談会", bodies[:1], today, EventState.PUBLISHED)
        pairs = self._fill(running, bodies[:1], buyers=BUYERS_TODAY, smes=SMES_TODAY)
        self._place(running, pairs)
        session.flush()
        return meetings

    def _event(self, name: str, bodies: list[int], on: date, state: EventState) -> Event:
        now, is_coming = self.world.now, state is EventState.PREPARING
        opened = (self.world.today if is_coming else on) - timedelta(days=10 if is_coming else 70)
        published = jst_midnight(on - timedelta(days=20)) if state is EventState.ENDED else now
        event = Event(
            body_id=bodies[0], name=name, name_en="Monozukuri Online Business Meetings", state=state,
            summary="多品種少量の加工を得意とする企業と、発注企業との1対1のWeb商談会です。",
            desk_phone="0120-000-123", sme_call_from=jst_midnight(opened),
            sme_call_until=jst_midnight(opened + timedelta(days=24)),
            buyer_answer_until=jst_midnight(on - timedelta(days=10)), hosted_rooms=3, helpers=2,
            sme_limit=SME_LIMIT, rooms=None, buyer_limit=None,
            published_at=None if is_coming else published,
            created_at=jst_midnight(opened), updated_at=now,
        )  # fmt: skip
        rule = DayRule(
            date=on, opens_at=time(10), closes_at=time(16), slot_minutes=20, change_over_minutes=5,
            breaks=(LUNCH,),
        )  # fmt: skip
        event.hosts = [EventHost(body_id=body_id, added_at=event.created_at) for body_id in bodies]
        event.days = [
            EventDay(
                date=on, opens_at=rule.opens_at, closes_at=rule.closes_at, slot_minutes=20,
                change_over_minutes=5, breaks=[{"from": "12:00", "until": "13:00"}],
            )
        ]  # fmt: skip
        event.slots = [
            EventSlot(starts_at=slot.starts_at, ends_at=slot.ends_at, block=slot.block)
            for slot in cut_slots([rule])
        ]
        self.world.session.add(event)
        self.world.session.flush()
        return event

    def _fill(self, event: Event, bodies: list[int], *, buyers: int, smes: int) -> list[Candidate]:
        """Let companies take part whom matching brings together, and make the pairs candidates."""
        session = self.world.session
        stage = NeedState.CLOSED if event.state is EventState.ENDED else NeedState.OPEN
        rows = session.execute(
            select(Proposal, Need.buyer_id, Need.body_id, Company.body_id)
            .join(Need, Need.id == Proposal.need_id)
            .join(Company, Company.id == Proposal.company_id)
            .where(
                Need.body_id.in_(bodies), Company.body_id.in_(bodies), Need.state == stage,
                Proposal.musts_failed == 0, Proposal.state != ProposalState.REJECTED,
                Need.buyer_id != Proposal.company_id,
            )
            .order_by(Proposal.need_id, Proposal.score.desc(), Proposal.id)
        ).all()  # fmt: skip
        parts: dict[tuple[Side, int], Participant] = {}
        counts: dict[Side, int] = defaultdict(int)
        limits = {Side.BUYER: buyers, Side.SME: smes}
        per_need: dict[int, int] = defaultdict(int)
        pairs: dict[tuple[int, int], Candidate] = {}
        for proposal, buyer_id, buyer_body, sme_body in rows:
            sides = ((Side.BUYER, buyer_id, buyer_body), (Side.SME, proposal.company_id, sme_body))
            if per_need[proposal.need_id] >= PER_NEED or (buyer_id, proposal.company_id) in pairs:
                continue
            if any(
                (side, company) not in parts
                and (counts[side] >= limits[side] or (_other(side), company) in parts)
                for side, company, _ in sides
            ):
                continue
            for side, company, body in sides:
                if (side, company) not in parts:
                    parts[side, company] = self._part(event, side, company, body)
                    counts[side] += 1
            per_need[proposal.need_id] += 1
            pairs[buyer_id, proposal.company_id] = self._pair(
                event, proposal, parts[Side.BUYER, buyer_id], parts[Side.SME, proposal.company_id]
            )
        session.flush()
        return list(pairs.values())

    def _part(self, event: Event, side: Side, company_id: int, body_id: int) -> Participant:
        session, rng = self.world.session, self.world.chance("event", event.name, company_id)
        contact = session.scalar(
            select(Contact).where(Contact.company_id == company_id).order_by(Contact.id).limit(1)
        )
        is_coming = event.state is EventState.PREPARING
        waits = is_coming and rng.random() < 0.4
        waiting = ParticipantState.INVITED if side is Side.BUYER else ParticipantState.APPLIED
        part = Participant(
            event_id=event.id, company_id=company_id, body_id=body_id, side=side,
            state=waiting if waits else ParticipantState.ACCEPTED,
            lanes=2 if side is Side.BUYER and rng.random() < 0.15 else 1,
            contact_id=contact.id if contact else None, attendee=contact.name if contact else "",
            day_phone=contact.phone if contact else "", applied_at=event.created_at,
            equipment=Equipment.HOSTED_ROOM if rng.random() < 0.1 else Equipment.OWN,
            answered_at=None if waits or side is Side.SME else event.created_at,
            confirmed_at=event.published_at if rng.random() < 0.8 else None,
            checked_in_at=event.slots[0].starts_at if event.state is EventState.ENDED else None,
        )  # fmt: skip
        part.unavailable = [
            UnavailableSlot(slot_id=slot.id)
            for slot in event.slots
            if is_coming and rng.random() < 0.12
        ]
        session.add(part)
        session.flush()
        return part

    def _pair(
        self, event: Event, proposal: Proposal, buyer: Participant, sme: Participant
    ) -> Candidate:
        rng = self.world.chance("pair", event.name, buyer.company_id, sme.company_id)
        answers = (BuyerAnswer.MUST, BuyerAnswer.WANT, BuyerAnswer.WANT, BuyerAnswer.NO)
        answer = rng.choice(answers) if buyer.answered_at else None
        pair = Candidate(
            event_id=event.id, buyer_id=buyer.id, sme_id=sme.id, need_id=proposal.need_id,
            proposal_id=proposal.id, origin=CandidateOrigin.MATCHING, similarity=proposal.score,
            answer=answer, answered_at=buyer.answered_at, created_at=event.created_at,
        )  # fmt: skip
        self.world.session.add(pair)
        return pair

    def _wish(self, pairs: list[Candidate]) -> None:
        """Let SMEs rank some of the buyers that matching brings them together with."""
        said: dict[int, list[Candidate]] = defaultdict(list)
        for pair in pairs:
            if self.world.chance("wish", pair.buyer_id, pair.sme_id).random() < WISHING:
                said[pair.sme_id].append(pair)
        for sme_id, wished in said.items():
            for rank, pair in enumerate(wished, start=1):
                pair.sme_rank, pair.sme_reason = rank, REASONS[(pair.id + rank) % len(REASONS)]
            part = self.world.session.get_one(Participant, sme_id)
            part.wishes = [{"need": pair.need_id, "reason": pair.sme_reason} for pair in wished]

    def _place(self, event: Event, pairs: list[Candidate]) -> list[Meeting]:
        """Give each wanted pair the first slot that is free for both; published ones a meeting."""
        session = self.world.session
        query = select(Participant).where(Participant.event_id == event.id)
        query = query.options(selectinload(Participant.unavailable))
        parts = {part.id: part for part in session.scalars(query)}
        counts: dict[int, int] = defaultdict(int)
        meetings = []
        blocked = {slot.id: cells_of(slot.starts_at, slot.ends_at) for slot in event.slots}
        for pair in pairs:
            sides = (parts[pair.sme_id], parts[pair.buyer_id])
            coming = all(side.state is ParticipantState.ACCEPTED for side in sides)
            wanted = coming and pair.answer in {BuyerAnswer.MUST, BuyerAnswer.WANT}
            if not wanted or counts[pair.sme_id] >= SME_LIMIT:
                continue
            away = {row.slot_id for side in sides for row in side.unavailable}
            both = (sides[0].company_id, sides[1].company_id)
            open_slots = (slot for slot in event.slots if slot.id not in away)
            slot = next((each for each in open_slots if self._is_free(both, blocked[each.id])), None)
            if slot is None:
                continue
            counts[pair.sme_id] += 1
            self.taken.update((company, cell) for company in both for cell in blocked[slot.id])
            meeting = None
            if event.state is not EventState.PREPARING:
                meeting = self._meet(event, pair, slot, both)
                meetings.append(meeting)
            session.add(
                Placement(
                    candidate_id=pair.id, event_id=event.id, slot_id=slot.id, buyer_id=pair.buyer_id,
                    sme_id=pair.sme_id, meeting_id=meeting.id if meeting else None,
                    placed_at=event.created_at,
                )
            )  # fmt: skip
        return meetings

    def _is_free(self, companies: tuple[int, int], cells: range) -> bool:
        return not any((company, cell) in self.taken for company in companies for cell in cells)

    def _meet(self, event: Event, pair: Candidate, slot: EventSlot, both: tuple[int, int]) -> Meeting:
        session = self.world.session
        rng = self.world.chance("event meeting", event.name, *both)
        token = "".join(rng.choices("abcdefghjkmnpqrstuvwxyz23456789", k=24))
        meeting = Meeting(
            body_id=event.body_id, event_id=event.id, need_id=pair.need_id, company_id=both[0],
            buyer_id=both[1], state=MeetingState.CONFIRMED, channel=MeetingChannel.WEB,
            origin=Origin.BODY, room_kind=RoomKind.GENERATED,
            room_url=generated_room_url(self.room_base_url, token), starts_at=slot.starts_at,
            ends_at=slot.ends_at, calendar_uid=f"{token}@demo.example.jp",
            created_at=event.created_at, updated_at=event.created_at, confirmed_at=event.created_at,
        )  # fmt: skip
        over = event.state is EventState.ENDED
        if over:
            self._hold(meeting, slot)
        session.add(meeting)
        session.flush()
        if not over:
            session.add_all(
                BookingCell(company_id=company, cell=cell, meeting_id=meeting.id)
                for company in both
                for cell in cells_of(slot.starts_at, slot.ends_at)
            )
        return meeting

    def _hold(self, meeting: Meeting, slot: EventSlot) -> None:
        """Record what became of a meeting of the past; about one in four was not held."""
        rng = self.world.chance("event day", meeting.calendar_uid)
        (meeting.state,) = rng.choices(tuple(BECAME), tuple(BECAME.values()))
        meeting.updated_at = slot.ends_at
        if meeting.state is MeetingState.ABSENT:
            meeting.absent_side = rng.choice((AbsentSide.SME, AbsentSide.SME, AbsentSide.BUYER))
            meeting.absence_told = rng.random() < 0.5
        elif meeting.state is not MeetingState.HELD:
            meeting.reason = "通信が安定しなかったため"


def _other(side: Side) -> Side:
    return Side.SME if side is Side.BUYER else Side.BUYER
