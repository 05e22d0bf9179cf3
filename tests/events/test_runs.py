"""Runs of the solver: wished for, solved by a job, taken over, compared, applied and rolled back."""

from collections import Counter
from dataclasses import asdict
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from sme_match.companies.models import Company
from sme_match.core.errors import ConflictError
from sme_match.db.session import Database
from sme_match.events.cause_words import OF_ATTENDEE, OF_COMPANY, OF_EVENT, OF_PAIR
from sme_match.events.enums import Equipment, ParticipantState, RunKind, RunState
from sme_match.events.models import Avoidance, Event, Participant, Placement, TimetableRun
from sme_match.events.queries.timetable import list_changes
from sme_match.events.services.runs import Wish, apply_run, stop_run, wish_run
from sme_match.events.services.timetable import undo
from sme_match.events.tasks import solve_waiting
from sme_match.events.timetable.solution import Cause, CauseKind
from sme_match.meetings.enums import MeetingState
from tests.client import Client
from tests.conftest import NOW
from tests.events.published import publish
from tests.events.scenes import EventScene, make_event, make_placement
from tests.meetings.scenes import SITE


@pytest.fixture
def scene(database: Database) -> EventScene:
    with database.unit_of_work() as session:
        return make_event(session)


def wish(database: Database, scene: EventScene, kind: RunKind = RunKind.FRESH) -> int:
    with database.unit_of_work() as session:
        return wish_run(session, scene.actor, scene.event.id, Wish(kind=kind), now=NOW).id


def work(database: Database, now: datetime = NOW) -> int:
    return solve_waiting(database, owner="worker", now_of=lambda: now)


def run_of(database: Database, run_id: int) -> TimetableRun:
    with database.reading() as session:
        return session.get_one(TimetableRun, run_id)


def stands(database: Database) -> int:
    with database.reading() as session:
        return len(session.scalars(select(Placement)).all())


def test_a_run_is_solved_applied_in_one_change_and_rolled_back(
    database: Database, scene: EventScene
) -> None:
    run_id = wish(database, scene)
    assert work(database) == 1
    run = run_of(database, run_id)
    assert (run.state, run.label, run.best["meetings"]) == (RunState.DONE, "A", 6)
    assert stands(database) == 0
    with database.unit_of_work() as session:
        apply_run(session, scene.actor, scene.event.id, run_id, revision=0, now=NOW, site=SITE)
    assert stands(database) == 6
    with database.unit_of_work() as session:
        change, _ = list_changes(session, scene.event)
        assert change is not None
        undo(session, scene.actor, scene.event.id, change_id=change.id, now=NOW, site=SITE)
    assert stands(database) == 0


def test_a_run_is_not_applied_to_a_timetable_that_changed_meanwhile(
    database: Database, scene: EventScene
) -> None:
    run_id = wish(database, scene)
    work(database)
    with database.unit_of_work() as session, pytest.raises(ConflictError):
        apply_run(session, scene.actor, scene.event.id, run_id, revision=3, now=NOW, site=SITE)
    assert stands(database) == 0


def test_one_run_at_a_time_and_a_waiting_one_can_be_taken_back(
    database: Database, scene: EventScene
) -> None:
    run_id = wish(database, scene)
    with pytest.raises(ConflictError):
        wish(database, scene)
    with database.unit_of_work() as session:
        stop_run(session, scene.actor, scene.event.id, run_id, now=NOW)
    assert work(database) == 0
    assert run_of(database, run_id).state is RunState.STOPPED


def test_a_run_whose_worker_was_killed_is_taken_over(database: Database, scene: EventScene) -> None:
    run_id = wish(database, scene)
    with database.unit_of_work() as session:
        run = session.get_one(TimetableRun, run_id)
        run.state, run.worker = RunState.RUNNING, "dead"
        run.lease_until = NOW + timedelta(seconds=1)
    assert work(database) == 0
    with database.unit_of_work() as session:
        session.get_one(TimetableRun, run_id).lease_until = NOW - timedelta(seconds=1)
    assert work(database) == 1
    assert run_of(database, run_id).state is RunState.DONE


def test_a_repair_moves_only_what_has_to_move(database: Database, scene: EventScene) -> None:
    with database.unit_of_work() as session:
        for buyer, sme, slot in ((0, 0, 0), (0, 1, 1), (1, 2, 3)):
            make_placement(session, scene.pair(buyer, sme), scene.slots[slot])
        session.get_one(Participant, scene.smes[0].id).state = ParticipantState.WITHDRAWN
    run_id = wish(database, scene, RunKind.REPAIR)
    work(database)
    places = {each["candidate"]: each["slot"] for each in run_of(database, run_id).meetings}
    assert places[scene.pair(0, 1).id] == scene.slots[1].id
    assert places[scene.pair(1, 2).id] == scene.slots[3].id
    assert scene.pair(0, 0).id not in places


@pytest.mark.parametrize("kind", list(RunKind))
def test_what_has_begun_stays_and_nothing_new_begins_before(database: Database, kind: RunKind) -> None:
    with database.unit_of_work() as session:
        scene = make_event(session)
        # The first slot runs: buyer 0 with an SME that fell out since, buyer 1 beyond a new limit.
        publish(session, scene, (0, 0, 0), (1, 1, 0), (0, 1, 3))
        session.get_one(Participant, scene.smes[0].id).state = ParticipantState.WITHDRAWN
        session.get_one(Participant, scene.buyers[1].id).meeting_limit = 1
        session.add(Avoidance(participant_id=scene.smes[1].id, company_id=scene.buyers[1].company_id))
    begun = scene.slots[0].starts_at
    run_id = wish(database, scene, kind)
    work(database, begun)
    run = run_of(database, run_id)
    places = {each["candidate"]: each["slot"] for each in run.meetings}
    first = scene.slots[0].id
    assert {key for key, slot in places.items() if slot == first} == {
        scene.pair(0, 0).id, scene.pair(1, 1).id,
    }  # fmt: skip
    assert scene.pair(1, 2).id not in places, "buyer 1 has had its one meeting"
    with database.unit_of_work() as session:
        event = session.get_one(Event, scene.event.id)
        apply_run(session, scene.actor, event.id, run_id, revision=event.revision, now=begun, site=SITE)


def test_limits_that_were_lowered_bind_what_is_still_to_come(database: Database) -> None:
    with database.unit_of_work() as session:
        scene = make_event(session, smes=4, rooms=4, hosted_rooms=2, helpers=2)
        wide = session.get_one(Participant, scene.buyers[0].id)
        wide.lanes = 2
        for sme in scene.smes:
            sme.equipment, sme.needs_helper = Equipment.HOSTED_ROOM, True
        publish(session, scene, (0, 0, 0), (0, 1, 0), (1, 2, 0), (0, 2, 1), (1, 3, 1))
        event = session.get_one(Event, scene.event.id)
        event.rooms = event.hosted_rooms = event.helpers = wide.lanes = 1
    begun = scene.slots[0].starts_at
    run_id = wish(database, scene, RunKind.REPAIR)
    work(database, begun)
    run = run_of(database, run_id)
    assert run.best["status"] == "optimal"
    slots = {slot.id: index for index, slot in enumerate(scene.slots)}
    by_slot = Counter(slots[each["slot"]] for each in run.meetings)
    assert by_slot[0] == 3, "what runs is left alone"
    assert all(by_slot[index] <= 1 for index in (1, 2, 3))
    with database.unit_of_work() as session:
        event = session.get_one(Event, scene.event.id)
        apply_run(session, scene.actor, event.id, run_id, revision=event.revision, now=begun, site=SITE)
        assert session.get_one(Placement, scene.pair(0, 1).id).buyer_lane == 2


def test_a_meeting_that_was_put_off_keeps_its_place(database: Database) -> None:
    with database.unit_of_work() as session:
        scene = make_event(session)
        (meeting,) = publish(session, scene, (0, 0, 2))
        meeting.state = MeetingState.CARRIED_OVER
    run_id = wish(database, scene)
    work(database)
    places = {each["candidate"]: each["slot"] for each in run_of(database, run_id).meetings}
    assert places[scene.pair(0, 0).id] == scene.slots[2].id


def test_the_pages_wish_compare_and_apply(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        made = make_event(session, smes=6)
    client.sign_in(made.coordinator.id)
    address = f"/events/{made.event.id}/runs"
    assert "まだ計算していません" in client.get(address).text
    assert client.post(address, {"kind": "fresh", "seed": "1", "limit": "10"}).status_code == 302
    assert client.get(address).headers["Refresh"] == "2"
    work(database)
    with database.reading() as session:
        run_id = session.scalars(select(TimetableRun.id)).one()
    page = client.get(f"{address}/{run_id}").text
    assert "いまの時間割との違い" in page
    assert "割り当てられなかった希望" in page
    assert client.post(f"{address}/{run_id}/apply", {"revision": "0"}).status_code == 302
    assert "8 / 12" in client.get(address).text
    assert client.post(address, {"limit": "5"}).status_code == 422


def test_every_cause_has_words_that_name_the_rule(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        scene = make_event(session)
        pair, buyer, sme = scene.pair(0, 0), scene.buyers[0], scene.smes[0]
        subjects = {
            **dict.fromkeys(OF_PAIR, pair.id * 10 + 1), **dict.fromkeys(OF_COMPANY, buyer.id),
            **dict.fromkeys(OF_ATTENDEE, sme.id * 10 + 1), **dict.fromkeys(OF_EVENT, None),
        }  # fmt: skip
        causes = [asdict(Cause(kind, subjects[kind], number=2)) for kind in CauseKind]
        run = TimetableRun(
            event_id=scene.event.id, label="A", state=RunState.DONE, settings={}, wished_at=NOW,
            best={"status": "infeasible"}, causes=causes,
        )  # fmt: skip
        session.add(run)
        session.flush()
        names = [session.get_one(Company, part.company_id).name for part in (buyer, sme)]
        short = [session.get_one(Company, part.company_id).short_name for part in (buyer, sme)]
    page = client.sign_in(scene.coordinator.id).get(f"/events/{scene.event.id}/runs/{run.id}").text
    said = page.partition("次の決まりのどれか")[2].partition("</ul>")[0]
    assert said.count("<li>") == len(CauseKind)
    for name, other in zip(names, short, strict=True):
        assert (other or name) in said


def test_a_locked_meeting_that_cannot_be_is_said_in_words(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        scene = make_event(session)
        make_placement(session, scene.pair(0, 0), scene.slots[0], locked=True)
        session.get_one(Participant, scene.smes[0].id).state = ParticipantState.WITHDRAWN
    run_id = wish(database, scene)
    work(database)
    assert run_of(database, run_id).best["status"] == "infeasible"
    page = client.sign_in(scene.coordinator.id).get(f"/events/{scene.event.id}/runs/{run_id}").text
    assert "10:00 に固定されています" in page
    assert "どれかで、会えません" in page
