"""Changing the timetable: what binds every change, who sees what of others, undo and redo."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.companies.models import Company
from sme_match.core.actor import Role
from sme_match.core.clock import from_jst
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError
from sme_match.events.enums import (
    BuyerAnswer,
    ChangeKind,
    Equipment,
    EventMode,
    EventState,
    ParticipantState,
    Side,
)
from sme_match.events.models import Avoidance, Candidate, Placement, UnavailableSlot
from sme_match.events.queries.timetable import list_changes
from sme_match.events.services import timetable as service
from sme_match.matching.models import Exclusion
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import BookingCell, Meeting
from tests.conftest import NOW
from tests.events.scenes import (
    DAY,
    EventScene,
    make_candidate,
    make_event,
    make_participant,
    make_placement,
)
from tests.factories import make_actor, make_body
from tests.meetings.scenes import SITE, confirm, mails, make_scene


def put(
    session: Session, scene: EventScene, pair: Candidate, slot: int, seen: int | None = None
) -> None:
    service.place(
        session, scene.actor, scene.event.id, pair.id,
        slot_id=scene.slots[slot].id, seen_slot=None if seen is None else scene.slots[seen].id,
        now=NOW, site=SITE,
    )  # fmt: skip


def take_out(session: Session, scene: EventScene, pair: Candidate, seen: int) -> None:
    service.unplace(
        session, scene.actor, scene.event.id, pair.id,
        seen_slot=scene.slots[seen].id, now=NOW, site=SITE,
    )  # fmt: skip


def table(session: Session, scene: EventScene) -> dict[tuple[int, int], int]:
    """Slot by buyer and SME, all counted from 0."""
    slots = {slot.id: index for index, slot in enumerate(scene.slots)}
    buyers = {buyer.id: index for index, buyer in enumerate(scene.buyers)}
    smes = {sme.id: index for index, sme in enumerate(scene.smes)}
    rows = session.execute(select(Placement.buyer_id, Placement.sme_id, Placement.slot_id))
    return {(buyers[buyer], smes[sme]): slots[slot] for buyer, sme, slot in rows}


def test_a_pair_is_placed_moved_and_taken_out(session: Session) -> None:
    scene = make_event(session)
    put(session, scene, scene.pair(0, 0), 1)
    put(session, scene, scene.pair(0, 0), 3, seen=1)
    assert table(session, scene) == {(0, 0): 3}
    take_out(session, scene, scene.pair(0, 0), 3)
    assert table(session, scene) == {}
    assert scene.event.revision == 3


def test_what_a_coordinator_did_not_see_is_never_overwritten(session: Session) -> None:
    scene = make_event(session)
    put(session, scene, scene.pair(0, 0), 1)
    with pytest.raises(ConflictError, match="10:25"):
        put(session, scene, scene.pair(0, 0), 2)
    take_out(session, scene, scene.pair(0, 0), 1)
    with pytest.raises(ConflictError, match="未割り当て"):
        put(session, scene, scene.pair(0, 0), 2, seen=1)
    assert table(session, scene) == {}


def refuse(session: Session, scene: EventScene, slot: int, words: str, *, sme: int = 0) -> None:
    with pytest.raises(InvalidError, match=words):
        put(session, scene, scene.pair(0, sme), slot)


def test_neither_side_is_in_two_places(session: Session) -> None:
    scene = make_event(session)
    put(session, scene, scene.pair(0, 0), 0)
    refuse(session, scene, 0, "10:00 に2件", sme=1)
    with pytest.raises(InvalidError, match="10:00 に2件"):
        put(session, scene, scene.pair(1, 0), 0)


def test_a_buyer_with_two_desks_meets_two_at_once(session: Session) -> None:
    scene = make_event(session, smes=3)
    scene.buyers[0].lanes = 2
    for sme in (0, 1):
        put(session, scene, scene.pair(0, sme), 0)
    refuse(session, scene, 0, "2件", sme=2)
    lanes = session.scalars(select(Placement.buyer_lane).order_by(Placement.buyer_lane))
    assert list(lanes) == [1, 2]


def test_an_sme_with_two_attendees_meets_two_buyers_at_once(session: Session) -> None:
    scene = make_event(session, buyers=3, smes=1)
    scene.smes[0].lanes = 2
    put(session, scene, scene.pair(0, 0), 0)
    put(session, scene, scene.pair(1, 0), 0)
    with pytest.raises(InvalidError):
        put(session, scene, scene.pair(2, 0), 0)


@pytest.mark.parametrize("side", [Side.BUYER, Side.SME])
def test_nobody_is_placed_where_they_cannot_come(session: Session, side: Side) -> None:
    scene = make_event(session)
    participant = scene.buyers[0] if side is Side.BUYER else scene.smes[0]
    session.add(UnavailableSlot(participant_id=participant.id, slot_id=scene.slots[2].id))
    refuse(session, scene, 2, "10:50 の都合が悪い")


def test_a_meeting_outside_the_event_takes_its_time(session: Session) -> None:
    scene = make_event(session)
    other = make_scene(
        session, body=scene.body, company=session.get_one(Company, scene.smes[0].company_id)
    )
    hour = from_jst(DAY, scene.event.days[0].opens_at)
    confirm(session, other, hour + timedelta(minutes=20))
    refuse(session, scene, 1, "商談会の外の商談")
    put(session, scene, scene.pair(0, 0), 2)


@pytest.mark.parametrize("limited", ["sme_limit", "buyer_limit", "own"])
def test_limits_of_either_side_bind(session: Session, limited: str) -> None:
    scene = make_event(session)
    if limited == "own":
        scene.smes[0].meeting_limit = 1
    else:
        setattr(scene.event, limited, 1)
    session.flush()
    put(session, scene, scene.pair(0, 0), 0)
    buyer, sme = (0, 1) if limited == "buyer_limit" else (1, 0)
    with pytest.raises(InvalidError, match="上限の1件"):
        put(session, scene, scene.pair(buyer, sme), 1)
    put(session, scene, scene.pair(0, 0), 2, seen=0)


def test_rooms_hosted_rooms_and_helpers_are_counted_per_slot(session: Session) -> None:
    scene = make_event(session, buyers=3, rooms=2, hosted_rooms=1, helpers=1)
    for sme in scene.smes[:2]:
        sme.equipment = Equipment.HOSTED_ROOM
    scene.smes[2].needs_helper = scene.buyers[0].needs_helper = True
    session.flush()
    put(session, scene, scene.pair(1, 0), 0)
    with pytest.raises(InvalidError, match="支援機関の部屋"):
        put(session, scene, scene.pair(2, 1), 0)
    put(session, scene, scene.pair(1, 2), 1)
    refuse(session, scene, 1, "付き添い", sme=1)
    put(session, scene, scene.pair(2, 1), 1)
    scene.event.rooms = 1
    refuse(session, scene, 0, "会議室（1室）", sme=2)


def test_each_side_without_equipment_takes_a_room_unless_they_meet_in_person(session: Session) -> None:
    scene = make_event(session, hosted_rooms=1, helpers=1)
    pair = scene.pair(0, 0)
    both = (scene.buyers[0], scene.smes[0])
    for side in both:
        side.equipment = Equipment.HOSTED_ROOM
    session.flush()
    refuse(session, scene, 0, "支援機関の部屋（1室）")
    for side in both:
        side.needs_helper = True
    scene.event.mode = EventMode.IN_PERSON
    session.flush()
    refuse(session, scene, 0, "付き添いの人（1人）")
    scene.event.helpers = 2
    put(session, scene, pair, 0)


def test_pairs_that_must_not_meet_are_refused_without_saying_who_said_so(session: Session) -> None:
    scene = make_event(session)
    session.add(Avoidance(participant_id=scene.smes[0].id, company_id=scene.buyers[0].company_id))
    need = scene.pair(0, 1).need_id
    session.add(
        Exclusion(
            body_id=scene.body.id, company_id=scene.smes[1].company_id, need_id=need, reason="競合",
            written_at=NOW,
        )
    )  # fmt: skip
    session.flush()
    for sme in (0, 1):
        refuse(session, scene, 0, "会わない組み合わせ", sme=sme)
    put(session, scene, scene.pair(1, 0), 0)


def test_who_said_no_fell_out_or_was_taken_out_is_not_placed(session: Session) -> None:
    scene = make_event(session)
    scene.pair(0, 0).answer = BuyerAnswer.NO
    scene.smes[1].state = ParticipantState.WITHDRAWN
    session.flush()
    refuse(session, scene, 0, "会わない")
    refuse(session, scene, 0, "参加していません", sme=1)


def test_a_broken_timetable_is_mended_step_by_step(session: Session) -> None:
    scene = make_event(session, buyers=3, sme_limit=1)
    for buyer in range(3):
        make_placement(session, scene.pair(buyer, 0), scene.slots[buyer])
    put(session, scene, scene.pair(0, 0), 3, seen=0)
    take_out(session, scene, scene.pair(1, 0), 1)
    with pytest.raises(InvalidError):
        put(session, scene, scene.pair(1, 0), 1)


def test_two_meetings_change_places(session: Session) -> None:
    scene = make_event(session)
    put(session, scene, scene.pair(0, 0), 0)
    put(session, scene, scene.pair(0, 1), 1)
    service.swap(
        session, scene.actor, scene.event.id, (scene.pair(0, 0).id, scene.pair(0, 1).id),
        seen_slots=(scene.slots[0].id, scene.slots[1].id), now=NOW, site=SITE,
    )  # fmt: skip
    assert table(session, scene) == {(0, 0): 1, (0, 1): 0}


def test_a_locked_meeting_stays_until_it_is_let_go(session: Session) -> None:
    scene = make_event(session)
    pair = scene.pair(0, 0)
    put(session, scene, pair, 0)

    def lock(*, locked: bool) -> None:
        service.set_locked(
            session, scene.actor, scene.event.id, pair.id,
            locked=locked, seen_slot=scene.slots[0].id, now=NOW, site=SITE,
        )  # fmt: skip

    lock(locked=True)
    with pytest.raises(ConflictError, match="固定"):
        put(session, scene, pair, 1, seen=0)
    lock(locked=False)
    put(session, scene, pair, 1, seen=0)


def take_back(session: Session, scene: EventScene, *, again: bool = False) -> ChangeKind:
    undoable, redoable = list_changes(session, scene.event)
    latest, act = (redoable, service.redo) if again else (undoable, service.undo)
    return act(
        session, scene.actor, scene.event.id,
        change_id=latest.id if latest else 0, now=NOW, site=SITE,
    ).kind  # fmt: skip


def test_undo_and_redo_go_back_and_forth_through_the_log(session: Session) -> None:
    scene = make_event(session)
    put(session, scene, scene.pair(0, 0), 0)
    put(session, scene, scene.pair(0, 0), 1, seen=0)
    put(session, scene, scene.pair(1, 1), 0)
    states = [{}, {(0, 0): 0}, {(0, 0): 1}, {(0, 0): 1, (1, 1): 0}]
    for state in reversed(states[:-1]):
        take_back(session, scene)
        assert table(session, scene) == state
    with pytest.raises(ConflictError, match="元に戻す変更はありません"):
        take_back(session, scene)
    for state in states[1:]:
        take_back(session, scene, again=True)
        assert table(session, scene) == state
    take_back(session, scene)
    assert table(session, scene) == states[2]
    put(session, scene, scene.pair(1, 2), 3)
    with pytest.raises(ConflictError, match="やり直す変更はありません"):
        take_back(session, scene, again=True)


def test_undo_refuses_to_take_back_what_the_coordinator_did_not_see(session: Session) -> None:
    scene = make_event(session)
    put(session, scene, scene.pair(0, 0), 0)
    undoable, _ = list_changes(session, scene.event)
    put(session, scene, scene.pair(1, 1), 0)
    with pytest.raises(ConflictError, match="ほかの人"):
        service.undo(
            session, scene.actor, scene.event.id,
            change_id=undoable.id if undoable else 0, now=NOW, site=SITE,
        )  # fmt: skip


def test_only_coordinators_of_the_running_body_change_it_while_it_is_open(session: Session) -> None:
    scene = make_event(session)
    lead = make_actor(session, scene.body, Role.LEAD)
    guest = make_body(session)
    scene.event.hosts.append(type(scene.event.hosts[0])(body_id=guest.id, added_at=NOW))
    session.flush()
    for actor in (lead, make_actor(session, guest)):
        with pytest.raises(NotAllowedError):
            service.place(
                session, actor, scene.event.id, scene.pair(0, 0).id,
                slot_id=scene.slots[0].id, seen_slot=None, now=NOW, site=SITE,
            )  # fmt: skip
    scene.event.state = EventState.ENDED
    with pytest.raises(ConflictError, match="終わった"):
        put(session, scene, scene.pair(0, 0), 0)


def published(session: Session, scene: EventScene) -> None:
    scene.event.state, scene.event.published_at = EventState.PUBLISHED, NOW
    session.flush()


def test_after_publication_each_change_changes_the_meeting_and_tells_both_sides(
    session: Session,
) -> None:
    scene = make_event(session)
    published(session, scene)
    put(session, scene, scene.pair(0, 0), 0)
    meeting = session.scalars(select(Meeting)).one()
    assert (meeting.state, meeting.starts_at) == (MeetingState.CONFIRMED, scene.slots[0].starts_at)
    assert meeting.room_url.startswith(SITE.room_base_url)
    assert len(mails(session, about="confirmation")) == 2
    put(session, scene, scene.pair(0, 0), 1, seen=0)
    assert (meeting.starts_at, meeting.calendar_sequence) == (scene.slots[1].starts_at, 1)
    assert [mail.calendar_method for mail in mails(session, about="change")] == ["REQUEST"] * 2
    take_out(session, scene, scene.pair(0, 0), 1)
    assert meeting.state is MeetingState.CANCELLED
    assert [mail.calendar_method for mail in mails(session)] == ["CANCEL"] * 2
    assert session.scalars(select(BookingCell)).all() == []


def test_published_meetings_change_places_at_once(session: Session) -> None:
    scene = make_event(session)
    published(session, scene)
    put(session, scene, scene.pair(0, 0), 0)
    put(session, scene, scene.pair(0, 1), 1)
    service.swap(
        session, scene.actor, scene.event.id, (scene.pair(0, 0).id, scene.pair(0, 1).id),
        seen_slots=(scene.slots[0].id, scene.slots[1].id), now=NOW, site=SITE,
    )  # fmt: skip
    starts = session.scalars(select(Meeting.starts_at).order_by(Meeting.id))
    assert list(starts) == [scene.slots[1].starts_at, scene.slots[0].starts_at]
    take_back(session, scene)
    assert table(session, scene) == {(0, 0): 0, (0, 1): 1}


def test_a_published_slot_that_began_does_not_change(session: Session) -> None:
    scene = make_event(session)
    published(session, scene)
    put(session, scene, scene.pair(0, 0), 0)
    with pytest.raises(ConflictError, match="もう始まった"):
        service.unplace(
            session, scene.actor, scene.event.id, scene.pair(0, 0).id,
            seen_slot=scene.slots[0].id, now=scene.slots[0].starts_at, site=SITE,
        )  # fmt: skip


def test_a_latecomer_is_placed_like_everybody_else(session: Session) -> None:
    scene = make_event(session)
    late = make_participant(session, scene.event, Side.SME)
    put(session, scene, make_candidate(session, scene.buyers[0], late), 0)
    assert session.scalars(select(Placement.sme_id)).all() == [late.id]
