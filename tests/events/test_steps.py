"""Whatever coordinators do in whatever order: rules hold, and meetings follow the timetable."""

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.core.errors import DomainError
from sme_match.events.enums import EventState
from sme_match.events.models import Placement
from sme_match.events.queries.timetable import list_changes, load_timetable
from sme_match.events.services.publication import check_publication, publish
from sme_match.events.services.timetable import place, redo, swap, undo, unplace
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import Meeting
from tests.conftest import NOW
from tests.events.scenes import EventScene, make_event
from tests.meetings.scenes import SITE

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["place", "place", "place", "unplace", "swap", "undo", "redo", "publish"]),
        st.integers(0, 3),
        st.integers(0, 2),
    ),
    max_size=12,
)
FEW = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def act(session: Session, scene: EventScene, what: str, pair: int, slot: int) -> None:
    """Do one step as somebody who sees the timetable as it stands."""
    candidate, other = scene.candidates[pair].id, scene.candidates[(pair + 1) % 4].id
    stands = {each.candidate_id: each.slot_id for each in session.scalars(select(Placement))}
    seen = stands.get(candidate)
    by, to = scene.actor, scene.event.id
    done, undone = list_changes(session, scene.event)
    if what == "place":
        slot_id = scene.slots[slot].id
        place(session, by, to, candidate, slot_id=slot_id, seen_slot=seen, now=NOW, site=SITE)
    elif what == "unplace":
        unplace(session, by, to, candidate, seen_slot=seen, now=NOW, site=SITE)
    elif what == "swap":
        both = (seen, stands.get(other))
        swap(session, by, to, (candidate, other), seen_slots=both, now=NOW, site=SITE)
    elif what == "undo":
        undo(session, by, to, change_id=done.id if done else 0, now=NOW, site=SITE)
    elif what == "redo":
        redo(session, by, to, change_id=undone.id if undone else 0, now=NOW, site=SITE)
    else:
        publish(session, by, to, revision=scene.event.revision, now=NOW, site=SITE)


def check(session: Session, scene: EventScene) -> None:
    timetable = load_timetable(session, scene.event)
    assert check_publication(timetable).faults == []
    meetings = session.scalars(
        select(Meeting).where(
            Meeting.event_id == scene.event.id, Meeting.state == MeetingState.CONFIRMED
        )
    )
    held = {meeting.id: meeting.starts_at for meeting in meetings}
    published = scene.event.state is EventState.PUBLISHED
    assert held == {
        placed.meeting_id: timetable.slots[placed.slot_id].starts_at
        for placed in timetable.placements.values()
        if published
    }


PUBLISHED = [
    ("place", 0, 0), ("place", 1, 1), ("publish", 0, 0), ("swap", 0, 0), ("undo", 0, 0),
    ("redo", 0, 0), ("place", 0, 2), ("unplace", 1, 0), ("undo", 0, 0),
]  # fmt: skip


@FEW
@example(steps=PUBLISHED)
@given(steps=STEPS)
def test_every_order_of_steps_keeps_the_rules(
    session: Session, steps: list[tuple[str, int, int]]
) -> None:
    with session.begin_nested() as saved:
        scene = make_event(session, buyers=2, smes=2, slots=3, rooms=1)
        for what, pair, slot in steps:
            try:
                with session.begin_nested():
                    act(session, scene, what, pair, slot)
            except DomainError:
                # Refused in words: nothing may have changed.
                session.expire_all()
            check(session, scene)
        saved.rollback()
    session.expunge_all()
