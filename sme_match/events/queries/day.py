"""Reading the day of an event: meetings with both sides, who has come, who could fill in."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from sme_match.companies.models import Company
from sme_match.core.actor import Actor
from sme_match.core.errors import NotFoundError
from sme_match.core.text import mark_text
from sme_match.events.day import Pair, Presence, Standby, presence_of
from sme_match.events.enums import BuyerAnswer, ParticipantState, Side
from sme_match.events.models import Candidate, Event, EventSlot, Participant, Placement
from sme_match.events.policy import participants_of
from sme_match.events.queries.apart import kept_apart
from sme_match.events.queries.timetable import settled
from sme_match.meetings.enums import MeetingState, Party
from sme_match.meetings.models import Meeting
from sme_match.meetings.policy import has_left_event

NO_PARTICIPANT = mark_text("この商談会の参加企業は見つかりませんでした。")
NO_MEETING = mark_text("この商談会の商談は見つかりませんでした。")
FELL_AWAY = frozenset(
    {
        MeetingState.ABSENT,
        MeetingState.BROKEN_OFF,
        MeetingState.CARRIED_OVER,
        MeetingState.CANCELLED,
    }
)


@dataclass(frozen=True, slots=True)
class Sitting:
    """One meeting of the event with what the day knows of it."""

    meeting: Meeting
    starts_at: datetime
    ends_at: datetime
    buyer: Participant
    sme: Participant
    placement: Placement | None
    """None once another pair took the place."""

    @property
    def stands(self) -> bool:
        """Whether nobody has recorded yet what became of it."""
        return self.meeting.state is MeetingState.CONFIRMED

    def side(self, party: Party) -> Participant:
        """Return the participant of a side."""
        return self.sme if party is Party.SME else self.buyer

    def here_at(self, party: Party) -> datetime | None:
        """Return when a side came to the meeting."""
        if self.placement is None:
            return None
        sme = party is Party.SME
        return self.placement.sme_here_at if sme else self.placement.buyer_here_at

    def presence(self, party: Party, now: datetime) -> Presence:
        """Return where a side stands."""
        return presence_of(
            here=self.here_at(party) is not None,
            stands=self.stands,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            now=now,
        )


def list_taking_part(session: Session, event: Event) -> list[Participant]:
    """Return the accepted participants with their companies, buyers first."""
    rows = session.scalars(
        select(Participant)
        .where(Participant.event_id == event.id, Participant.state == ParticipantState.ACCEPTED)
        .options(
            joinedload(Participant.company),
            joinedload(Participant.body),
            selectinload(Participant.unavailable),
        )
        .order_by(Participant.side, Participant.id)
    )
    return list(rows)


def get_taking_part(session: Session, event: Event, participant_id: int) -> Participant:
    """Return an accepted participant of an event that the actor may see.

    Raises:
        NotFoundError: when the event has no such participant.
    """
    found = session.scalar(
        select(Participant)
        .where(
            Participant.id == participant_id,
            Participant.event_id == event.id,
            Participant.state == ParticipantState.ACCEPTED,
        )
        .options(
            joinedload(Participant.company).selectinload(Company.contacts),
            joinedload(Participant.body),
        )
    )
    if found is None:
        raise NotFoundError(NO_PARTICIPANT)
    return found


def find_own(session: Session, actor: Actor, event: Event) -> Participant | None:
    """Return the actor's own participation in an event, if it was accepted."""
    return session.scalar(
        select(Participant)
        .where(
            Participant.event_id == event.id,
            participants_of(actor),
            Participant.company_id == (actor.company_id or 0),
            Participant.state == ParticipantState.ACCEPTED,
        )
        .options(joinedload(Participant.company), joinedload(Participant.body))
    )


def list_sittings(session: Session, event: Event, *, own: Participant | None = None) -> list[Sitting]:
    """Return the published meetings of an event, or those of one participant, in order of time."""
    query = select(Meeting).where(
        Meeting.event_id == event.id,
        Meeting.confirmed_at.is_not(None),
        Meeting.starts_at.is_not(None),
        ~has_left_event(),
    )
    if own is not None:
        side = Meeting.buyer_id if own.side is Side.BUYER else Meeting.company_id
        query = query.where(side == own.company_id)
    meetings = session.scalars(
        query.options(
            joinedload(Meeting.need),
            joinedload(Meeting.company),
            joinedload(Meeting.buyer),
            joinedload(Meeting.body),
        )
        .order_by(Meeting.starts_at, Meeting.buyer_lane, Meeting.id)
        .execution_options(populate_existing=True)
    ).all()
    people = {
        (each.side, each.company_id): each
        for each in session.scalars(
            select(Participant)
            .where(Participant.event_id == event.id)
            .options(joinedload(Participant.company), joinedload(Participant.body))
        )
    }
    places = {
        each.meeting_id: each
        for each in session.scalars(select(Placement).where(Placement.event_id == event.id))
    }
    found = []
    for meeting in meetings:
        buyer = people.get((Side.BUYER, meeting.buyer_id))
        sme = people.get((Side.SME, meeting.company_id))
        if buyer and sme and meeting.starts_at and meeting.ends_at:
            place = places.get(meeting.id)
            found.append(Sitting(meeting, meeting.starts_at, meeting.ends_at, buyer, sme, place))
    return found


def get_sitting(
    session: Session, event: Event, meeting_id: int, *, own: Participant | None = None
) -> Sitting:
    """Return one published meeting of an event that the actor may see.

    Raises:
        NotFoundError: when it is none of the event, or not of this participant.
    """
    for sitting in list_sittings(session, event, own=own):
        if sitting.meeting.id == meeting_id:
            return sitting
    raise NotFoundError(NO_MEETING)


def list_open_pairs(session: Session, event: Event) -> list[Pair]:
    """Return the pairs that may still meet: kept, not declined or kept apart, not placed or met."""
    rows = session.scalars(
        select(Candidate)
        .outerjoin(Placement, Placement.candidate_id == Candidate.id)
        .where(
            Candidate.event_id == event.id,
            Candidate.kept,
            Placement.candidate_id.is_(None),
            Candidate.id.not_in(kept_apart(event.id)),
            Candidate.id.not_in(settled(event.id)),
        )
    )
    return [
        Pair(
            candidate=row.id,
            buyer=row.buyer_id,
            sme=row.sme_id,
            must=row.answer is BuyerAnswer.MUST,
            wanted=row.answer is BuyerAnswer.WANT,
            rank=row.sme_rank,
        )
        for row in rows
        if row.answer is not BuyerAnswer.NO
    ]


def standbys(
    event: Event,
    people: Sequence[Participant],
    sittings: Sequence[Sitting],
    slot: EventSlot,
) -> list[Standby]:
    """Return how each SME stands in a slot; `people` were read with what they cannot."""
    going = [each for each in sittings if each.meeting.state not in FELL_AWAY]
    total = Counter(each.sme.id for each in going)
    busy = Counter(each.sme.id for each in going if each.starts_at == slot.starts_at)
    return [
        Standby(
            sme=sme.id,
            checked_in=sme.checked_in_at is not None,
            available=slot.id not in {away.slot_id for away in sme.unavailable},
            meeting=busy[sme.id],
            lanes=sme.lanes,
            meetings=total[sme.id],
            limit=min(event.sme_limit, sme.meeting_limit or event.sme_limit),
        )
        for sme in people
        if sme.side is Side.SME
    ]
