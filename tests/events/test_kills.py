"""A process killed while it applies or publishes a timetable: all or nothing, and mails match."""

import multiprocessing
import os
import random
import signal
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import event as listening
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sme_match.audit.models import AuditEntry
from sme_match.db.scope import EVERY_BODY
from sme_match.db.session import Database
from sme_match.events.enums import EventState, RunState
from sme_match.events.models import Event, Placement, TimetableChange, TimetableRun
from sme_match.events.services.publication import publish
from sme_match.events.services.runs import apply_run
from sme_match.meetings.models import BookingCell, Meeting
from sme_match.meetings.slots import cells_of
from sme_match.notifications.models import OutboxMail
from tests.conftest import NOW
from tests.events.scenes import EventScene, make_event, make_placement
from tests.meetings.scenes import SITE

KILLS = 6
PLACES = ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 2, 0))
FORK = multiprocessing.get_context("fork")
Work = Callable[[Session], object]


def work_until(url: str, work: Work, point: int, steps: Any) -> None:
    """Do the work, and be killed before the statement or commit of this number; -1: take it back."""
    database = Database(url)

    def step(*_: object) -> None:
        if steps.value == point:
            os.kill(os.getpid(), signal.SIGKILL)
        steps.value += 1

    listening.listen(database.engine, "before_cursor_execute", step)
    listening.listen(database.engine, "commit", step)
    if point < 0:
        with database.open_session(write=True, scope=EVERY_BODY) as session:
            work(session)
            session.rollback()
        os._exit(0)
    with database.unit_of_work() as session:
        work(session)
    # Committed: whoever waits for the answer does not get it.
    os.kill(os.getpid(), signal.SIGKILL)


def do(url: str, work: Work, point: int) -> int:
    """Let a process of its own do the work until the point; return how many steps it took."""
    steps = FORK.Value("i", 0)
    process = FORK.Process(target=work_until, args=(url, work, point, steps))
    process.start()
    process.join(60)
    assert process.exitcode == (0 if point < 0 else -signal.SIGKILL)
    return int(steps.value)


def make_drafted(database: Database) -> EventScene:
    with database.unit_of_work() as session:
        scene = make_event(session)
        for buyer, sme, slot in PLACES:
            make_placement(session, scene.pair(buyer, sme), scene.slots[slot])
        return scene


def publish_it(scene: EventScene, session: Session) -> None:
    event = session.get_one(Event, scene.event.id)
    publish(session, scene.actor, event.id, revision=event.revision, now=NOW, site=SITE)


def apply_it(scene: EventScene, run_id: int, session: Session) -> None:
    event = session.get_one(Event, scene.event.id)
    apply_run(session, scene.actor, event.id, run_id, revision=event.revision, now=NOW, site=SITE)


def make_run(session: Session, scene: EventScene, later: int) -> int:
    """A run that puts every meeting so many slots later."""
    run = TimetableRun(
        event_id=scene.event.id, label="A", state=RunState.DONE, settings={}, wished_at=NOW,
        meetings=[
            {
                "candidate": scene.pair(buyer, sme).id, "slot": scene.slots[slot + later].id,
                "buyer_lane": 1, "sme_lane": 1,
            }
            for buyer, sme, slot in PLACES
        ],
    )  # fmt: skip
    session.add(run)
    session.flush()
    return run.id


def slots_of(session: Session) -> dict[int, int]:
    return {each.candidate_id: each.slot_id for each in session.scalars(select(Placement))}


def check_whole(session: Session, scene: EventScene) -> bool:
    """Check that meetings, held time and mails are those of the placements; tell whether published."""
    event = session.get_one(Event, scene.event.id)
    published = event.state is EventState.PUBLISHED
    placements = session.scalars(select(Placement)).all()
    meetings = {meeting.id: meeting for meeting in session.scalars(select(Meeting))}
    assert len(placements) == len(PLACES)
    assert {each.meeting_id for each in placements} == (set(meetings) if published else {None})
    starts = {slot.id: slot.starts_at for slot in scene.slots}
    for each in placements if published else ():
        assert meetings[each.meeting_id or 0].starts_at == starts[each.slot_id]
    held = len(cells_of(scene.slots[0].starts_at, scene.slots[0].ends_at)) * 2 * len(meetings)
    assert session.scalar(select(func.count()).select_from(BookingCell)) == held
    logged = session.scalars(select(AuditEntry).where(AuditEntry.action == "event.publish")).all()
    assert len(logged) == int(published)
    check_mails(session, meetings)
    return published


def check_mails(session: Session, meetings: dict[int, Meeting]) -> None:
    """The last that both sides would read of each meeting is what is stored of it."""
    told: dict[str, list[tuple[int, object]]] = {}
    for text in session.scalars(select(OutboxMail.calendar).order_by(OutboxMail.id)):
        latest: dict[str, tuple[int, object]] = {}
        entries: list[Any] = Calendar.from_ical(text or "").walk("VEVENT")
        for entry in entries:
            latest[str(entry["uid"])] = (int(entry["sequence"]), entry["dtstart"].dt)
        for uid, fact in latest.items():
            told.setdefault(uid, []).append(fact)
    stored = {
        meeting.calendar_uid: (meeting.calendar_sequence, meeting.starts_at)
        for meeting in meetings.values()
    }
    assert set(told) == set(stored)
    for uid, facts in told.items():
        assert [fact for fact in facts if fact == stored[uid]] == [stored[uid]] * 2
        assert max(facts, key=lambda fact: fact[0]) == stored[uid]


def test_publishing_is_done_wholly_or_not_at_all(database: Database, database_url: str) -> None:
    scene = make_drafted(database)
    work = partial(publish_it, scene)
    total = do(database_url, work, -1)
    for point in [*sorted(random.Random(1).sample(range(total), KILLS)), total]:
        do(database_url, work, point)
        with database.reading() as session:
            assert not check_whole(session, scene)
    assert do(database_url, work, total + 9) > total, "killed after the commit"
    with database.reading() as session:
        assert check_whole(session, scene)


@pytest.mark.parametrize("published", [True, False])
def test_a_run_is_applied_wholly_or_not_at_all(
    database: Database, database_url: str, *, published: bool
) -> None:
    scene = make_drafted(database)
    with database.unit_of_work() as session:
        if published:
            publish_it(scene, session)
        run_id = make_run(session, scene, later=2)
    work = partial(apply_it, scene, run_id)
    with database.reading() as session:
        before = slots_of(session)
    total = do(database_url, work, -1)
    for point in [*sorted(random.Random(2).sample(range(total), KILLS)), total]:
        do(database_url, work, point)
        with database.reading() as session:
            assert check_whole(session, scene) is published
            assert slots_of(session) == before
            assert session.scalars(select(TimetableChange)).all() == []
    do(database_url, work, total + 9)
    with database.reading() as session:
        assert check_whole(session, scene) is published
        run = session.get_one(TimetableRun, run_id)
        assert slots_of(session) == {each["candidate"]: each["slot"] for each in run.meetings}
        assert run.change_id is not None
