"""Meetings over some fiscal years, those of the coming weeks, and the requests still waiting."""

import random
import string
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import TypeVar

from sqlalchemy import func, select

from sme_match.accounts.models import User
from sme_match.companies.enums import ContactKind
from sme_match.companies.models import Contact
from sme_match.core.actor import Role
from sme_match.core.clock import from_jst, jst_date
from sme_match.demo.decisions import review_on
from sme_match.demo.diary import Diary, Look
from sme_match.demo.words import sentences
from sme_match.demo.world import World, business_days
from sme_match.matching.models import Exclusion, Proposal
from sme_match.matching.services.holding import hold_for_meeting
from sme_match.meetings.enums import (
    AbsentSide,
    Answer,
    MeetingChannel,
    MeetingState,
    Origin,
    Party,
    ReplyKind,
    RoomKind,
)
from sme_match.meetings.models import (
    BookingCell,
    Meeting,
    MeetingOffer,
    MeetingReply,
    OfferAnswer,
)
from sme_match.meetings.rooms import ROOM_ALPHABET, ROOM_LENGTH, generated_room_url
from sme_match.meetings.slots import cells_of
from sme_match.meetings.states import HOLDING_TIME, OPEN
from sme_match.needs.enums import NeedState
from sme_match.needs.models import Need

Drawn = TypeVar("Drawn")

UPCOMING = 25
ASKED = 15
NOT_YET_ASKED = 4
TODAY_AND_NEXT = 4
"""Confirmed meetings on today (or the next business day) and again on the business day after it."""
WEEKS_AHEAD = 3
DECLINED_SHARE = 0.06
NOT_HELD_SHARE = 0.25
TAKEN_UP_AGAIN = 0.6
"""Share of carried-over meetings that were held some weeks later."""
ANSWERED_SHARE = 0.45
REFUSED = 5
"""Meetings that a body arranged for the SME with the first account, and that came to nothing."""
REFUSED_DAYS_AGO = 150
NOT_HELD = (
    (MeetingState.ABSENT, 35),
    (MeetingState.CANCELLED, 35),
    (MeetingState.CARRIED_OVER, 20),
    (MeetingState.BROKEN_OFF, 10),
)
CHANNELS = ((MeetingChannel.WEB, 82), (MeetingChannel.IN_PERSON, 12), (MeetingChannel.PHONE, 6))
ORIGINS = ((Origin.SYSTEM, 72), (Origin.BODY, 14), (Origin.BUYER, 8), (Origin.BOTH, 4), (Origin.SME, 2))


@dataclass(slots=True)
class Planner:
    """Makes meetings out of accepted proposals."""

    world: World
    room_base_url: str
    diary: Diary = field(default_factory=Diary)
    needs: dict[int, Need] = field(default_factory=dict)
    people: dict[int, str] = field(default_factory=dict)
    meetings: list[Meeting] = field(default_factory=list)
    refused: list[Meeting] = field(default_factory=list)

    def plan(self, accepted: list[Proposal]) -> list[Meeting]:
        """Add the meetings of accepted proposals, given in the order of their needs."""
        session = self.world.session
        self.needs = {need.id: need for need in session.scalars(select(Need))}
        main = select(Contact).where(Contact.kind == ContactKind.MAIN)
        self.people = {contact.company_id: contact.name for contact in session.scalars(main)}
        running = [p for p in accepted if self.needs[p.need_id].state is NeedState.OPEN]
        past = [p for p in accepted if self.needs[p.need_id].state is NeedState.CLOSED]
        surplus = max(0, len(running) - UPCOMING - ASKED - NOT_YET_ASKED)
        for proposal in past + running[:surplus]:
            self._add_past(proposal)
        if accepted:
            self._add_refused()
        running = running[surplus:]
        self._add_upcoming(running[:UPCOMING])
        for proposal in running[UPCOMING : UPCOMING + ASKED]:
            self._add_asked(proposal)
        for proposal in running[UPCOMING + ASKED :]:
            self._meeting(self._chance(proposal), proposal, state=MeetingState.PROPOSED)
        session.add_all(self.meetings)
        session.flush()
        for meeting in self.meetings:
            session.add_all(_cells(meeting))
            if meeting.proposal_id is not None and meeting.state in OPEN:
                hold_for_meeting(session, proposal_id=meeting.proposal_id, meeting_id=meeting.id)
        session.flush()
        return self.meetings

    def _chance(self, proposal: Proposal) -> random.Random:
        need = self.needs[proposal.need_id]
        return self.world.chance("meeting", need.body_id, need.number, proposal.company_id)

    def _meeting(self, rng: random.Random, proposal: Proposal, *, state: MeetingState) -> Meeting:
        """Return a meeting that was arranged a day after the proposal was accepted."""
        need = self.needs[proposal.need_id]
        decided_at = proposal.decided_at or need.created_at
        arranged_on = jst_date(decided_at) + timedelta(days=rng.randint(0, 1))
        created_at = max(decided_at, self.world.in_office(arranged_on, rng))
        letters = string.ascii_lowercase + string.digits
        meeting = Meeting(
            body_id=need.body_id,
            proposal_id=proposal.id,
            need_id=need.id,
            company_id=proposal.company_id,
            buyer_id=need.buyer_id,
            state=state,
            channel=_draw(rng, CHANNELS),
            origin=_draw(rng, ORIGINS),
            calendar_uid=f"{''.join(rng.choices(letters, k=20))}@demo.example.jp",
            created_by=proposal.decided_by,
            created_at=created_at,
            updated_at=created_at,
        )
        if meeting.channel is MeetingChannel.WEB:
            meeting.room_kind = RoomKind.GENERATED
            token = "".join(rng.choices(ROOM_ALPHABET, k=ROOM_LENGTH))
            meeting.room_url = generated_room_url(self.room_base_url, token)
        elif meeting.channel is MeetingChannel.IN_PERSON:
            meeting.venue = rng.choice(sentences("meeting", "venues"))
        self.meetings.append(meeting)
        return meeting

    def _agree(
        self, rng: random.Random, meeting: Meeting, day: date, *, look: Look = Look.AHEAD
    ) -> None:
        """Fix the time: the offer that both sides accepted, before it began."""
        both = (meeting.company_id, meeting.buyer_id)
        starts_at, ends_at = self.diary.find(rng, day, both, look=look)
        self.diary.book(starts_at, ends_at, both)
        asked_on = jst_date(meeting.created_at)
        answered_at = self.world.in_office(asked_on + timedelta(days=rng.randint(1, 3)), rng)
        confirmed_at = min(max(answered_at, meeting.created_at), starts_at - timedelta(hours=1))
        meeting.created_at = min(meeting.created_at, confirmed_at)
        meeting.confirmed_at = meeting.updated_at = confirmed_at
        meeting.starts_at, meeting.ends_at = starts_at, ends_at
        meeting.calendar_sequence = 1
        offer = MeetingOffer(starts_at=starts_at, ends_at=ends_at)
        for party in Party:
            offer.answers.append(self._answer(meeting, party, Answer.YES))
        meeting.offers.append(offer)

    def _answer(self, meeting: Meeting, party: Party, answer: Answer) -> OfferAnswer:
        company_id = meeting.company_id if party is Party.SME else meeting.buyer_id
        return OfferAnswer(
            party=party,
            answer=answer,
            answered_at=meeting.confirmed_at or meeting.updated_at,
            answered_by=self.people[company_id],
        )

    def _add_past(self, proposal: Proposal) -> None:
        rng = self._chance(proposal)
        if rng.random() < DECLINED_SHARE:
            meeting = self._meeting(rng, proposal, state=MeetingState.DECLINED)
            answered_on = jst_date(meeting.created_at) + timedelta(days=rng.randint(1, 4))
            meeting.updated_at = self.world.in_office(answered_on, rng)
            meeting.reason = rng.choice(sentences("meeting", "declined"))
            return
        held = rng.random() >= NOT_HELD_SHARE
        state = MeetingState.HELD if held else _draw(rng, NOT_HELD)
        meeting = self._meeting(rng, proposal, state=state)
        self._agree(
            rng, meeting, self._past_day(rng, jst_date(meeting.created_at), (8, 45)), look=Look.BACK
        )
        self._tell(rng, meeting)
        if state is MeetingState.CARRIED_OVER and rng.random() < TAKEN_UP_AGAIN:
            self._take_up_again(rng, proposal, meeting)

    def _add_refused(self) -> None:
        """Let a body bring the company of its first SME account together with some buyers by itself."""
        session = self.world.session
        proposed = set(map(tuple, session.execute(select(Proposal.need_id, Proposal.company_id))))
        kept_apart = set(map(tuple, session.execute(select(Exclusion.company_id, Exclusion.buyer_id))))
        latest = from_jst(self.world.today - timedelta(days=REFUSED_DAYS_AGO), time())
        first = (
            select(User.body_id, func.min(User.company_id))
            .where(User.role == Role.SME, User.password_hash.is_not(None))
            .group_by(User.body_id)
        )
        for body_id, company_id in session.execute(first.order_by(User.body_id)).all():
            by_buyer = {
                need.buyer_id: need
                for need in self.needs.values()
                if need.body_id == body_id
                and need.state is NeedState.CLOSED
                and need.created_at < latest
                and (need.id, company_id) not in proposed
                and (company_id, need.buyer_id) not in kept_apart
            }
            for need in list(by_buyer.values())[:REFUSED]:
                # Not stored: the body arranged the meeting without a proposal.
                wanted = Proposal(
                    need_id=need.id,
                    company_id=company_id,
                    decided_at=self.world.in_office(
                        review_on(need), self.world.chance("by hand", need.id)
                    ),
                    decided_by=need.owner_id,
                )
                rng = self._chance(wanted)
                meeting = self._meeting(rng, wanted, state=MeetingState.HELD)
                meeting.origin = Origin.BODY
                day = self._past_day(rng, jst_date(meeting.created_at), (8, 45))
                self._agree(rng, meeting, day, look=Look.BACK)
                self._tell(rng, meeting)
                self.refused.append(meeting)

    def _past_day(self, rng: random.Random, after: date, days: tuple[int, int]) -> date:
        """Return a day some weeks later that is over."""
        latest = self.world.today - timedelta(days=1)
        return min(latest, after + timedelta(days=rng.randint(*days)))

    def _take_up_again(self, rng: random.Random, proposal: Proposal, first: Meeting) -> None:
        carried_on = jst_date(first.updated_at)
        if carried_on > self.world.today - timedelta(days=40):
            return
        second = self._meeting(rng, proposal, state=MeetingState.HELD)
        second.created_at = second.updated_at = first.updated_at
        self._agree(rng, second, self._past_day(rng, carried_on, (9, 21)), look=Look.BACK)
        self._tell(rng, second)

    def _tell(self, rng: random.Random, meeting: Meeting) -> None:
        """Write down what happened on the day."""
        if meeting.ends_at is None:
            return
        meeting.updated_at = min(
            self.world.now, meeting.ends_at + timedelta(minutes=rng.randint(2, 90))
        )
        state = meeting.state
        if state is MeetingState.ABSENT:
            meeting.absent_side = rng.choice((AbsentSide.SME, AbsentSide.BUYER, AbsentSide.BUYER))
            meeting.absence_told = rng.random() < 0.6
        elif state is MeetingState.CANCELLED:
            cancelled_at = (meeting.starts_at or meeting.ends_at) - timedelta(days=rng.randint(1, 4))
            meeting.updated_at = max(meeting.confirmed_at or cancelled_at, cancelled_at)
            meeting.calendar_sequence = 2
        if state in {MeetingState.CANCELLED, MeetingState.CARRIED_OVER, MeetingState.BROKEN_OFF}:
            meeting.reason = rng.choice(sentences("meeting", str(state)))

    def _add_upcoming(self, proposals: list[Proposal]) -> None:
        """Confirm meetings on today and the days to come; some more on the first two days."""
        first, second, *later = [
            day
            for day in business_days(self.world.today, 5 * WEEKS_AHEAD)
            if day <= self.world.today + timedelta(weeks=WEEKS_AHEAD)
        ]
        days = [first] * TODAY_AND_NEXT + [second] * TODAY_AND_NEXT
        days += [later[place % len(later)] for place in range(len(proposals))]
        for proposal, day in zip(proposals, days, strict=False):
            rng = self._chance(proposal)
            self._agree(rng, self._meeting(rng, proposal, state=MeetingState.CONFIRMED), day)

    def _add_asked(self, proposal: Proposal) -> None:
        """Ask both sides about two to four times; some have answered already."""
        rng = self._chance(proposal)
        meeting = self._meeting(rng, proposal, state=MeetingState.ASKED)
        today = self.world.today
        asked_at = self.world.in_office(today - timedelta(days=rng.randint(1, 5)), rng)
        meeting.created_at = meeting.updated_at = max(meeting.created_at, asked_at)
        meeting.answer_by = self.world.now + timedelta(days=rng.randint(1, 6))
        both = (meeting.company_id, meeting.buyer_id)
        answering = rng.choice(tuple(Party)) if rng.random() < ANSWERED_SHARE else None
        for day in sorted(rng.sample(business_days(today + timedelta(days=7), 9), rng.randint(2, 4))):
            starts_at, ends_at = self.diary.find(rng, day, both)
            # The same day may come up twice when the first one is full.
            if any(offer.starts_at == starts_at for offer in meeting.offers):
                continue
            offer = MeetingOffer(starts_at=starts_at, ends_at=ends_at)
            if answering is not None:
                answer = Answer.YES if rng.random() < 0.6 else Answer.NO
                offer.answers.append(self._answer(meeting, answering, answer))
            meeting.offers.append(offer)
        if answering is not None:
            meeting.replies.append(self._reply(meeting, answering))

    def _reply(self, meeting: Meeting, party: Party) -> MeetingReply:
        company_id = meeting.company_id if party is Party.SME else meeting.buyer_id
        return MeetingReply(
            party=party,
            kind=ReplyKind.TIMES,
            said_by=self.people[company_id],
            replied_at=meeting.updated_at,
        )


def _cells(meeting: Meeting) -> list[BookingCell]:
    if meeting.state not in HOLDING_TIME or meeting.starts_at is None or meeting.ends_at is None:
        return []
    return [
        BookingCell(company_id=company_id, lane=1, cell=cell, meeting_id=meeting.id)
        for company_id in (meeting.company_id, meeting.buyer_id)
        for cell in cells_of(meeting.starts_at, meeting.ends_at)
    ]


def _draw(rng: random.Random, weighted: tuple[tuple[Drawn, int], ...]) -> Drawn:
    return rng.choices([value for value, _ in weighted], [weight for _, weight in weighted])[0]
