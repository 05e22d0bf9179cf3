"""Many processes change one timetable at once: nothing is booked twice, lost, or above a limit."""

import multiprocessing
import random
from collections import Counter

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from sme_match.core.errors import DomainError
from sme_match.db.session import Database
from sme_match.events.models import Event, Placement, TimetableChange
from sme_match.events.queries import get_event
from sme_match.events.queries.timetable import load_timetable
from sme_match.events.services.publication import check_publication, publish
from sme_match.events.services.timetable import place, unplace
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import BookingCell, Meeting
from sme_match.meetings.slots import cells_of
from tests.conftest import NOW
from tests.events.scenes import EventScene, make_event
from tests.meetings.scenes import SITE

PROCESSES = 16
STEPS = 6
LIMIT = 2


def work(url: str, scene: EventScene, seed: int) -> None:
    """Place, move, call off and publish at random, as one of many coordinators."""
    chance = random.Random(seed)
    database = Database(url)
    for step in range(STEPS):
        pair = chance.choice(scene.candidates)
        try:
            with database.unit_of_work() as session:
                placed = session.get(Placement, pair.id)
                seen = placed.slot_id if placed else None
                if step == STEPS // 2 and seed % 4 == 0:
                    event = session.get_one(Event, scene.event.id)
                    publish(session, scene.actor, event.id, revision=event.revision, now=NOW, site=SITE)
                elif seen is not None and chance.random() < 0.3:
                    unplace(
                        session, scene.actor, scene.event.id, pair.id,
                        seen_slot=seen, now=NOW, site=SITE,
                    )  # fmt: skip
                else:
                    place(
                        session, scene.actor, scene.event.id, pair.id,
                        slot_id=chance.choice(scene.slots).id, seen_slot=seen, now=NOW, site=SITE,
                    )  # fmt: skip
        except DomainError:
            # Refused in words: what the rules are for.
            continue
        except OperationalError:
            # SQLite lets one write at a time; whoever waits too long is told so and tries again.
            continue
    database.dispose()


def test_sixteen_processes_leave_a_timetable_that_keeps_every_rule(
    database: Database, database_url: str
) -> None:
    with database.unit_of_work() as session:
        scene = make_event(session, buyers=4, smes=6, slots=5, rooms=3, sme_limit=LIMIT)
    started = multiprocessing.get_context("fork")
    workers = [
        started.Process(target=work, args=(database_url, scene, seed)) for seed in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0] * PROCESSES
    with database.reading() as session:
        event = get_event(session, scene.actor, scene.event.id, now=NOW)
        timetable = load_timetable(session, event)
        assert check_publication(timetable).faults == []
        placed = timetable.placements
        assert max(Counter(each.sme_id for each in placed.values()).values(), default=0) <= LIMIT
        # Zero lost moves: the log, step by step, leads to what stands.
        stands: dict[int, int] = {}
        for change in session.scalars(select(TimetableChange).order_by(TimetableChange.id)):
            for step in change.steps:
                before = step["from"]["slot"] if step["from"] else None
                assert stands.pop(step["candidate"], None) == before
                if step["to"]:
                    stands[step["candidate"]] = step["to"]["slot"]
        assert stands == {key: each.slot_id for key, each in placed.items()}
        assert stands
        if event.published_at is not None:
            held = session.scalars(select(Meeting).where(Meeting.state == MeetingState.CONFIRMED))
            meetings = {meeting.id: meeting for meeting in held}
            assert {each.meeting_id for each in placed.values()} == set(meetings)
            for each in placed.values():
                starts_at = meetings[each.meeting_id or 0].starts_at
                assert starts_at == timetable.slots[each.slot_id].starts_at
            cells = session.scalar(select(func.count()).select_from(BookingCell))
            slot = scene.slots[0]
            assert cells == len(placed) * 2 * len(cells_of(slot.starts_at, slot.ends_at))
