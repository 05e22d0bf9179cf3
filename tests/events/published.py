"""An event whose timetable is published: what the tests of the day begin with."""

import secrets
from collections import Counter

from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.audit.models import AuditEntry
from sme_match.companies.models import Company
from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.events.enums import EventState
from sme_match.events.models import Candidate, EventSlot, Participant, Placement
from sme_match.events.services.taking_part import create_page_link
from sme_match.meetings.enums import MeetingChannel, MeetingState, RoomKind
from sme_match.meetings.models import Meeting
from sme_match.meetings.services.booking import hold_cells
from tests.conftest import NOW
from tests.events.scenes import EventScene, make_event, make_placement
from tests.factories import make_user


def publish(session: Session, scene: EventScene, *places: tuple[int, int, int]) -> list[Meeting]:
    """Give (buyer, SME, slot), all counted from 0, a confirmed meeting and publish the event.

    A buyer that is named twice for a slot meets at its second desk, too.
    """
    scene.event.state, scene.event.published_at = EventState.PUBLISHED, NOW
    meetings = []
    desks: Counter[tuple[int, int]] = Counter()
    for buyer, sme, slot in places:
        pair, where = scene.pair(buyer, sme), scene.slots[slot]
        desks[buyer, slot] += 1
        placement = make_placement(session, pair, where, buyer_lane=desks[buyer, slot])
        meetings.append(_meet(session, scene, pair, where, placement))
    session.flush()
    return meetings


def _meet(
    session: Session, scene: EventScene, pair: Candidate, slot: EventSlot, placement: Placement
) -> Meeting:
    buyer, sme = (session.get_one(Participant, key) for key in (pair.buyer_id, pair.sme_id))
    assert pair.need_id is not None
    token = secrets.token_hex(12)
    meeting = Meeting(
        body_id=scene.body.id, event_id=scene.event.id, need_id=pair.need_id,
        company_id=sme.company_id, buyer_id=buyer.company_id, state=MeetingState.CONFIRMED,
        company_contact_id=sme.contact_id, buyer_contact_id=buyer.contact_id,
        buyer_lane=placement.buyer_lane,
        channel=MeetingChannel.WEB, starts_at=slot.starts_at, ends_at=slot.ends_at,
        room_kind=RoomKind.GENERATED, room_url=f"https://meet.example.jp/{token}",
        calendar_uid=f"{token}@example.jp", created_at=NOW, updated_at=NOW, confirmed_at=NOW,
    )  # fmt: skip
    session.add(meeting)
    session.flush()
    hold_cells(session, meeting, slot.starts_at, slot.ends_at)
    placement.meeting_id = meeting.id
    return meeting


class Day:
    """A published event: buyer 0 meets SME 0 in the first slot and SME 1 in the second."""

    def __init__(self, database: Database) -> None:
        with database.unit_of_work() as session:
            self.scene = make_event(session)
            first, second = publish(session, self.scene, (0, 0, 0), (0, 1, 1))
            self.first, self.second = first.id, second.id
            self.event_id = self.scene.event.id
            self.manager = make_user(
                session, self.scene.body, Role.SME, company_id=self.scene.smes[0].company_id
            )
            everybody = (*self.scene.buyers, *self.scene.smes)
            self.names = {part.id: session.get_one(Company, part.company_id).name for part in everybody}
            self._links = {
                part.id: create_page_link(session, self.scene.event, part, holder="当日 太郎", now=NOW)
                for part in everybody
            }
        self.database = database

    @property
    def board(self) -> str:
        return f"/events/{self.event_id}/day"

    def name(self, part: Participant) -> str:
        return self.names[part.id]

    def link(self, part: Participant) -> str:
        return f"/attend/{self._links[part.id]}"

    def part(self, part: Participant) -> Participant:
        """The participant as it is stored now."""
        with self.database.reading() as session:
            return session.get_one(Participant, part.id)

    def meeting(self, meeting_id: int) -> Meeting:
        with self.database.reading() as session:
            return session.get_one(Meeting, meeting_id)

    def placement(self, meeting_id: int) -> Placement:
        with self.database.reading() as session:
            query = select(Placement).where(Placement.meeting_id == meeting_id)
            return session.scalars(query).one()

    def actions(self) -> list[str]:
        """What the log says of the participants, in order."""
        with self.database.reading() as session:
            query = select(AuditEntry.action).order_by(AuditEntry.id)
            return [each for each in session.scalars(query) if each.startswith("participant.")]
