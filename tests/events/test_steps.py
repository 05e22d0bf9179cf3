"""Whatever is done to a timetable in whatever order: the rules hold, and meetings follow it.

A machine draws the steps, the services carry them out on the database, and the independent checker
looks at what is stored after each. `make steps` draws many more.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sme_match.core.errors import DomainError
from sme_match.db.session import Database
from sme_match.events.enums import EventState, RunKind
from sme_match.events.models import Event, Participant, Placement, TimetableChange, TimetableRun
from sme_match.events.problems import key_of, problem_of
from sme_match.events.queries import get_event
from sme_match.events.queries.timetable import Timetable, list_changes, load_timetable
from sme_match.events.services import timetable as service
from sme_match.events.services.changing import Place, place_of
from sme_match.events.services.deciding import accept, withdraw
from sme_match.events.services.desk import Way, switch_way
from sme_match.events.services.publication import publish
from sme_match.events.services.runs import NOTHING_NEW, Wish, apply_run, wish_run
from sme_match.events.tasks import solve_waiting
from sme_match.events.timetable.check import violations
from sme_match.events.timetable.problem import Key, Problem
from sme_match.events.timetable.solution import CauseKind, Placed
from sme_match.meetings.enums import MeetingChannel, MeetingState
from sme_match.meetings.models import BookingCell, Meeting
from sme_match.meetings.policy import is_of_timetable
from sme_match.meetings.services.changing import DayRecord, record_day
from sme_match.meetings.slots import cells_of
from tests.conftest import NOW
from tests.events.scenes import EventScene, make_event
from tests.machines import take_steps
from tests.meetings.scenes import SITE

BUYERS, SMES, SLOTS = 2, 3, 4
PAIRS = st.integers(0, BUYERS * SMES - 1)
WAYS = (
    Way(MeetingChannel.PHONE, "委託側からかける"),
    Way(MeetingChannel.IN_PERSON, "産業会館"),
    Way(MeetingChannel.WEB),
)

Places = Mapping[int, Place]
"""Where each candidate stands."""
Faults = Mapping[tuple[CauseKind, Key | None, Key | None], int]
"""How many meetings break a rule, by rule, subject and slot."""


class Steps(RuleBasedStateMachine):
    """One event, and what stood in its timetable before the latest step."""

    database: ClassVar[Database]

    @initialize(rooms=st.sampled_from([None, 1, 2]), lanes=st.integers(1, 2))
    def prepare(self, rooms: int | None, lanes: int) -> None:
        with self.database.unit_of_work() as session:
            self.scene: EventScene = make_event(
                session, buyers=BUYERS, smes=SMES, slots=SLOTS, rooms=rooms, sme_limit=2
            )
            session.get_one(Participant, self.scene.buyers[0].id).lanes = lanes
        self.by, self.event = self.scene.actor, self.scene.event.id
        self.now, self.step = NOW, "prepare"
        self.before: Places = {}
        self.was_published = False
        self.around: dict[int, tuple[Places, Places]] = {}

    def read(self, session: Session) -> Timetable:
        return load_timetable(session, get_event(session, self.by, self.event, now=self.now))

    def places(self) -> Places:
        with self.database.reading() as session:
            return places_in(self.read(session))

    def do(self, step: str, act: Callable[[Session], object]) -> bool:
        """Take a step in a transaction of its own and tell whether it was allowed."""
        self.step, self.before = step, self.places()
        with self.database.reading() as session:
            event = session.get_one(Event, self.event)
            self.was_published = event.state is EventState.PUBLISHED
        latest = self.latest_change()
        try:
            with self.database.unit_of_work() as session:
                act(session)
        except DomainError as error:
            refused = error.message
        else:
            refused = ""
        if refused:
            assert self.places() == self.before, "a refusal changes nothing"
            assert step != "apply" or refused == NOTHING_NEW, "a solution keeps all rules"
        elif (change := self.latest_change()) != latest:
            self.around[change] = (self.before, self.places())
        return not refused

    def latest_change(self) -> int:
        with self.database.reading() as session:
            of_event = TimetableChange.event_id == self.event
            return session.scalar(select(func.max(TimetableChange.id)).where(of_event)) or 0

    def seen(self, session: Session, pair: int) -> tuple[int, int | None]:
        """The candidate and where somebody who looks at the board sees it."""
        candidate = self.scene.candidates[pair].id
        placed = session.get(Placement, candidate)
        return candidate, placed.slot_id if placed else None

    def meeting_of(self, session: Session, pair: int) -> Meeting | None:
        placed = session.get(Placement, self.scene.candidates[pair].id)
        return session.get(Meeting, placed.meeting_id) if placed and placed.meeting_id else None

    @rule(moves=st.lists(st.tuples(PAIRS, st.integers(0, SLOTS - 1)), min_size=1, max_size=4))
    def place_some(self, moves: list[tuple[int, int]]) -> None:
        for pair, slot in moves:
            self.place(pair, slot)

    def place(self, pair: int, slot: int) -> None:
        def act(session: Session) -> None:
            candidate, seen = self.seen(session, pair)
            service.place(
                session, self.by, self.event, candidate,
                slot_id=self.scene.slots[slot].id, seen_slot=seen, now=self.now, site=SITE,
            )  # fmt: skip

        self.do("place", act)

    @rule(pair=PAIRS)
    def take_out(self, pair: int) -> None:
        def act(session: Session) -> None:
            candidate, seen = self.seen(session, pair)
            service.unplace(
                session, self.by, self.event, candidate, seen_slot=seen, now=self.now, site=SITE
            )

        self.do("take out", act)

    @rule(pair=PAIRS, other=PAIRS)
    def swap(self, pair: int, other: int) -> None:
        def act(session: Session) -> None:
            (one, here), (two, there) = self.seen(session, pair), self.seen(session, other)
            service.swap(
                session, self.by, self.event, (one, two),
                seen_slots=(here, there), now=self.now, site=SITE,
            )  # fmt: skip

        self.do("swap", act)

    @rule(pair=PAIRS, locked=st.booleans())
    def lock(self, pair: int, locked: bool) -> None:  # noqa: FBT001 -- drawn by name
        def act(session: Session) -> None:
            candidate, seen = self.seen(session, pair)
            service.set_locked(
                session, self.by, self.event, candidate,
                locked=locked, seen_slot=seen, now=self.now, site=SITE,
            )  # fmt: skip

        self.do("lock", act)

    @rule()
    def undo(self) -> None:
        self._take_back(again=False)

    @rule()
    def redo(self) -> None:
        self._take_back(again=True)

    def _take_back(self, *, again: bool) -> None:
        with self.database.reading() as session:
            change = list_changes(session, session.get_one(Event, self.event))[again]
        act = service.redo if again else service.undo
        change_id = change.id if change else 0
        if self.do(
            "back",
            lambda session: act(
                session, self.by, self.event, change_id=change_id, now=self.now, site=SITE
            ),
        ):
            assert self.places() == self.around[change_id][0], "what was taken back stands as before"

    @rule(kind=st.sampled_from(RunKind))
    def run_and_apply(self, kind: RunKind) -> None:
        with self.database.unit_of_work() as session:
            wished = session.scalar(
                select(TimetableRun.id).where(
                    TimetableRun.event_id == self.event, TimetableRun.started_at.is_(None)
                )
            )
            run_id = wished or wish_run(session, self.by, self.event, Wish(kind), now=self.now).id
        solve_waiting(self.database, owner="worker", now_of=lambda: self.now)
        with self.database.reading() as session:
            run, event = session.get_one(TimetableRun, run_id), session.get_one(Event, self.event)
            is_locked = any(place.locked for place in self.places().values())
            assert run.best["status"] != "infeasible" or is_locked, "only locks can ask too much"
            found, revision = run.meetings, event.revision
        if found:
            self.do(
                "apply",
                lambda session: apply_run(
                    session, self.by, self.event, run_id, revision=revision, now=self.now, site=SITE
                ),
            )

    @rule()
    def publish(self) -> None:
        def act(session: Session) -> None:
            revision = session.get_one(Event, self.event).revision
            publish(session, self.by, self.event, revision=revision, now=self.now, site=SITE)

        self.do("publish", act)

    @rule(pair=PAIRS)
    def put_off(self, pair: int) -> None:
        put_off = DayRecord(result=MeetingState.CARRIED_OVER, reason="停電")

        def act(session: Session) -> None:
            meeting = self.meeting_of(session, pair)
            if meeting is not None:
                record_day(session, self.by, meeting.id, put_off, version=meeting.version, now=self.now)

        self.do("put off", act)

    @rule(pair=PAIRS, way=st.sampled_from(WAYS))
    def switch(self, pair: int, way: Way) -> None:
        def act(session: Session) -> None:
            meeting = self.meeting_of(session, pair)
            if meeting is not None:
                switch_way(
                    session, self.by, self.event, meeting.id, way,
                    version=meeting.version, now=self.now, site=SITE,
                )  # fmt: skip

        self.do("switch", act)

    @rule(member=st.integers(0, BUYERS + SMES - 1), back=st.booleans())
    def fall_out(self, member: int, back: bool) -> None:  # noqa: FBT001 -- drawn by name
        part = [*self.scene.buyers, *self.scene.smes][member].id

        def act(session: Session) -> None:
            if back:
                accept(session, self.by, part, now=self.now)
            else:
                withdraw(session, self.by, part, reason="急病", now=self.now, site=SITE)

        self.do("fall out", act)

    @rule(rooms=st.integers(1, 2), sme_limit=st.integers(1, 3), lanes=st.integers(1, 2))
    def change_limits(self, rooms: int, sme_limit: int, lanes: int) -> None:
        def act(session: Session) -> None:
            event = session.get_one(Event, self.event)
            event.rooms, event.sme_limit = rooms, sme_limit
            session.get_one(Participant, self.scene.buyers[0].id).lanes = lanes

        self.do("limits", act)

    @rule(minutes=st.sampled_from([5, 25]))
    def let_time_pass(self, minutes: int) -> None:
        """Go to the day, and on in it once the timetable is published."""
        day = self.scene.slots[0].starts_at
        with self.database.reading() as session:
            if session.get_one(Event, self.event).state is EventState.PUBLISHED:
                self.now = max(self.now + timedelta(minutes=minutes), day)

    @invariant()
    def no_rule_is_broken_that_was_kept(self) -> None:
        with self.database.reading() as session:
            timetable = self.read(session)
            after = places_in(timetable)
            problem = problem_of(timetable, also={*self.before, *after})
            broken = faults(problem_of(timetable, also={*after}), after)
            before = faults(problem, self.before) if self.step != "limits" else broken
        assert not [rule for rule in broken if broken[rule] > before.get(rule, 0)]

    @invariant()
    def locks_are_kept(self) -> None:
        after = self.places()
        for key, place in self.before.items():
            if place.locked and self.step not in {"lock", "back", "fall out"}:
                assert after.get(key) == place

    @invariant()
    def what_has_begun_stays(self) -> None:
        begun = {slot.id for slot in self.scene.slots if slot.starts_at <= self.now}
        if self.was_published:
            for key, place in self.before.items():
                if place.slot in begun:
                    assert self.places()[key].slot == place.slot

    @invariant()
    def published_meetings_follow_their_places(self) -> None:
        with self.database.reading() as session:
            timetable = self.read(session)
            meetings = session.scalars(select(Meeting).where(Meeting.event_id == self.event)).all()
            standing = {
                meeting.id: (meeting.starts_at, meeting.buyer_lane, meeting.company_lane)
                for meeting in meetings
                if meeting.state is MeetingState.CONFIRMED and is_of_timetable(meeting)
            }
            recorded = {
                meeting.id for meeting in meetings if meeting.state is MeetingState.CARRIED_OVER
            }
            placed = {
                each.meeting_id: (
                    timetable.slots[each.slot_id].starts_at, each.buyer_lane, each.sme_lane,
                )
                for each in timetable.placements.values()
            }  # fmt: skip
            if timetable.event.state is EventState.PREPARING:
                assert not meetings
            else:
                assert {key: at for key, at in placed.items() if key not in recorded} == standing

    @invariant()
    def calendars_hold_what_stands_and_nothing_else(self) -> None:
        with self.database.reading() as session:
            meetings = session.scalars(
                select(Meeting).where(
                    Meeting.event_id == self.event, Meeting.state == MeetingState.CONFIRMED
                )
            )
            wanted = {
                (company, lane, cell, meeting.id)
                for meeting in meetings
                if meeting.starts_at and meeting.ends_at
                for company, lane in (
                    (meeting.company_id, meeting.company_lane),
                    (meeting.buyer_id, meeting.buyer_lane),
                )
                for cell in cells_of(meeting.starts_at, meeting.ends_at)
            }
            held = session.scalars(
                select(BookingCell)
                .join(Meeting, Meeting.id == BookingCell.meeting_id)
                .where(Meeting.event_id == self.event)
            )
            assert wanted == {(each.company_id, each.lane, each.cell, each.meeting_id) for each in held}


def places_in(timetable: Timetable) -> Places:
    found = {key: place_of(placed) for key, placed in timetable.placements.items()}
    return {key: place for key, place in found.items() if place is not None}


def faults(problem: Problem, places: Places) -> Faults:
    placed = [
        Placed(key_of(key, place.sme_lane), place.slot, place.buyer_lane - 1)
        for key, place in places.items()
    ]
    return Counter(
        {
            (fault.rule, fault.subject, fault.slot): len(fault.candidates)
            for fault in violations(problem, placed)
        }
    )


def test_every_order_of_steps_keeps_the_rules(database: Database) -> None:
    take_steps(Steps, database, examples=5, steps=12)
