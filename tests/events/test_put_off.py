"""A meeting that was put off and agreed on anew is none of the timetable's any more."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.core.errors import ConflictError, InvalidError
from sme_match.events.boards import board_of
from sme_match.events.enums import EventMode, ParticipantState
from sme_match.events.models import Participant, Placement
from sme_match.events.problems import is_wished
from sme_match.events.queries.day import list_sittings
from sme_match.events.queries.timetable import load_timetable
from sme_match.events.services.cancelling import cancel_event
from sme_match.events.services.deciding import withdraw
from sme_match.events.services.timetable import place, set_locked, undo, unplace
from sme_match.meetings.enums import Answer, MeetingChannel, MeetingState, Party, ReplyKind
from sme_match.meetings.models import Meeting
from sme_match.meetings.queries import get_meeting
from sme_match.meetings.services.changing import cancel_meeting
from sme_match.meetings.services.opening import offer_again
from sme_match.meetings.services.replying import ReplyDraft, open_offers, reply_to_request
from tests.conftest import NOW
from tests.events.published import publish
from tests.events.scenes import EventScene, make_event
from tests.events.test_after_publication import edit
from tests.meetings.scenes import SITE, at, mails, plan

ELSEWHEN = at(7, 15)


def put_off(
    session: Session, scene: EventScene, meeting: Meeting, to: datetime = ELSEWHEN, minutes: int = 30
) -> None:
    """Carry the meeting over, offer another time and let both sides agree to it."""
    meeting.state = MeetingState.CARRIED_OVER
    session.flush()
    offer_again(
        session, scene.actor, meeting.id, plan(to, minutes=minutes),
        version=meeting.version, now=NOW, site=SITE,
    )  # fmt: skip
    for party in Party:
        (offer,) = open_offers(get_meeting(session, scene.actor, meeting.id))
        said = ReplyDraft(kind=ReplyKind.TIMES, answers={offer.id: Answer.YES}, said_by="電話")
        reply_to_request(
            session, scene.actor, meeting.id, said, party=party, now=NOW, site=SITE
        )  # fmt: skip
    assert (meeting.state, meeting.starts_at) == (MeetingState.CONFIRMED, to)


@pytest.fixture
def scene(session: Session) -> EventScene:
    return make_event(session)


@pytest.fixture
def meeting(session: Session, scene: EventScene) -> Meeting:
    (made,) = publish(session, scene, (0, 0, 0))
    put_off(session, scene, made)
    return made


def unmoved(meeting: Meeting) -> bool:
    return (meeting.state, meeting.starts_at) == (MeetingState.CONFIRMED, ELSEWHEN)


def test_its_place_cannot_be_moved_but_given_up_and_the_meeting_stands(
    session: Session, scene: EventScene, meeting: Meeting
) -> None:
    by, event, pair = scene.actor, scene.event.id, scene.pair(0, 0).id
    seen = scene.slots[0].id
    told = len(mails(session))
    set_locked(session, by, event, pair, locked=True, seen_slot=seen, now=NOW, site=SITE)
    set_locked(session, by, event, pair, locked=False, seen_slot=seen, now=NOW, site=SITE)
    with pytest.raises(ConflictError, match="ほかのコマには移せません"):
        place(session, by, event, pair, slot_id=scene.slots[2].id, seen_slot=seen, now=NOW, site=SITE)
    unplace(session, by, event, pair, seen_slot=seen, now=NOW, site=SITE)
    assert session.get(Placement, pair) is None
    assert unmoved(meeting)
    assert len(mails(session)) == told


def test_it_outlives_what_happens_to_the_event(
    session: Session, scene: EventScene, meeting: Meeting
) -> None:
    assert list_sittings(session, scene.event) == [], "the day of the event does not show it"
    edit(session, scene, mode=EventMode.IN_PERSON, venue="産業会館")
    assert meeting.channel is MeetingChannel.WEB
    falls_out = scene.smes[0].id
    assert withdraw(session, scene.actor, falls_out, reason="急病", now=NOW, site=SITE) == 0
    assert session.get_one(Participant, falls_out).state is ParticipantState.WITHDRAWN
    cancel_event(
        session, scene.actor, scene.event.id, reason="台風", version=scene.event.version, now=NOW
    )
    assert unmoved(meeting)


def test_its_new_time_keeps_both_sides_from_meeting_others_in_the_event(
    session: Session, scene: EventScene
) -> None:
    (meeting,) = publish(session, scene, (0, 0, 0))
    slot = scene.slots[2]
    put_off(session, scene, meeting, slot.starts_at, minutes=20)
    for pair in (scene.pair(0, 1), scene.pair(1, 0)):
        with pytest.raises(InvalidError, match="この商談会の外の商談"):
            place(
                session, scene.actor, scene.event.id, pair.id,
                slot_id=slot.id, seen_slot=None, now=NOW, site=SITE,
            )  # fmt: skip


def test_it_is_not_made_again_when_its_place_was_given_up(
    session: Session, scene: EventScene, meeting: Meeting
) -> None:
    by, event, pair = scene.actor, scene.event.id, scene.pair(0, 0).id
    slot = scene.slots[0].id
    given_up = unplace(session, by, event, pair, seen_slot=slot, now=NOW, site=SITE)
    timetable = load_timetable(session, scene.event)
    assert not is_wished(timetable, scene.pair(0, 0)), "runs leave it alone"
    with pytest.raises(InvalidError, match="商談がもうあります"):
        place(session, by, event, pair, slot_id=slot, seen_slot=None, now=NOW, site=SITE)
    with pytest.raises(InvalidError, match="商談がもうあります"):
        undo(session, by, event, change_id=given_up.id, now=NOW, site=SITE)
    assert session.scalars(select(Meeting)).all() == [meeting]


def test_once_it_is_called_off_the_two_may_have_a_place_again(
    session: Session, scene: EventScene, meeting: Meeting
) -> None:
    by, event, pair = scene.actor, scene.event.id, scene.pair(0, 0).id
    slot = scene.slots[0].id
    unplace(session, by, event, pair, seen_slot=slot, now=NOW, site=SITE)
    cancel_meeting(session, by, meeting.id, reason="都合", version=meeting.version, now=NOW)
    place(session, by, event, pair, slot_id=slot, seen_slot=None, now=NOW, site=SITE)
    assert session.get_one(Placement, pair).meeting_id != meeting.id


def test_the_board_counts_no_room_for_it(session: Session, scene: EventScene, meeting: Meeting) -> None:
    (column, *_) = board_of(load_timetable(session, scene.event)).columns
    assert meeting.event_id == scene.event.id
    assert column.used == 0
