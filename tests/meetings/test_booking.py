"""No double booking can be stored: not by races, and not by any order of steps."""

import atexit
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.companies.models import Company
from sme_match.core.errors import DomainError
from sme_match.db.scope import EVERY_BODY
from sme_match.db.session import Database
from sme_match.matching.enums import ProposalState, RejectionReason
from sme_match.matching.services.deciding import Decision, decide_proposal
from sme_match.meetings.enums import AbsentSide, MeetingState, Party
from sme_match.meetings.errors import SlotTakenError
from sme_match.meetings.models import BookingCell, Meeting
from sme_match.meetings.queries import booked_cells
from sme_match.meetings.services.booking import hold_cells
from sme_match.meetings.services.changing import DayRecord, cancel_meeting, move_meeting, record_day
from sme_match.meetings.services.opening import offer_again
from sme_match.meetings.slots import cells_of
from sme_match.meetings.states import OPEN
from sme_match.schema import METADATA
from tests.conftest import NOW
from tests.factories import make_body, make_buyer, make_company
from tests.meetings.scenes import (
    SITE,
    Scene,
    at,
    cells,
    confirm,
    make_scene,
    plan,
    reply,
    request,
)

RACERS = 4


def race(*acts: Callable[[], None]) -> list[Exception]:
    """Run all acts at the same moment and return what they raised."""
    barrier, raised = threading.Barrier(len(acts)), list[Exception]()

    def run(act: Callable[[], None]) -> None:
        barrier.wait()
        try:
            act()
        except Exception as error:  # noqa: BLE001 -- the test looks at whatever was raised
            raised.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def check_cells(session: Session) -> None:
    """Cells are the quarters of confirmed meetings, of both companies, and of nothing else."""
    confirmed = session.scalars(select(Meeting).where(Meeting.state == MeetingState.CONFIRMED)).all()
    expected = {
        (company_id, cell, meeting.id)
        for meeting in confirmed
        if meeting.starts_at and meeting.ends_at
        for company_id in (meeting.company_id, meeting.buyer_id)
        for cell in cells_of(meeting.starts_at, meeting.ends_at)
    }
    assert cells(session) == expected


def test_of_many_agreements_at_once_one_is_confirmed(database: Database) -> None:
    with database.unit_of_work() as session:
        first = make_scene(session)
        scenes = [first] + [
            make_scene(session, body=first.body, company=first.company) for _ in range(RACERS - 1)
        ]
        meetings = [request(session, scene, at(7, 10), at(8, 10)) for scene in scenes]
        for scene, meeting in zip(scenes, meetings, strict=True):
            reply(session, scene, meeting, Party.BUYER, at(7, 10))

    def answer(scene: Scene, meeting: Meeting) -> Callable[[], None]:
        def act() -> None:
            with database.unit_of_work() as session:
                reply(session, scene, meeting, Party.SME, at(7, 10))

        return act

    assert race(*(answer(*pair) for pair in zip(scenes, meetings, strict=True))) == []
    with database.reading() as session:
        states = sorted(session.scalars(select(Meeting.state)))
        check_cells(session)
    assert states == [MeetingState.ASKED] * (RACERS - 1) + [MeetingState.CONFIRMED]


def test_two_sides_that_answer_at_once_see_each_other(database: Database) -> None:
    with database.unit_of_work() as session:
        scene = make_scene(session)
        meeting = request(session, scene, at(7, 10))

    def answer(party: Party) -> Callable[[], None]:
        def act() -> None:
            with database.unit_of_work() as session:
                reply(session, scene, meeting, party, at(7, 10))

        return act

    assert race(answer(Party.SME), answer(Party.BUYER)) == []
    with database.reading() as session:
        assert session.scalars(select(Meeting.state)).all() == [MeetingState.CONFIRMED]
        check_cells(session)


def test_a_look_before_the_booking_does_not_let_two_through(database: Database) -> None:
    """Both find the time free; the barrier lies between the look and the booking."""
    with database.unit_of_work() as session:
        first = make_scene(session)
        second = make_scene(session, body=first.body, buyer=first.buyer)
        ids = [request(session, scene, at(7, 10)).id for scene in (first, second)]
    span = (at(7, 10), at(7, 10, 30))
    with database.reading() as session:
        assert booked_cells(session, [first.buyer.id], [span]) == {first.buyer.id: frozenset()}

    def book(meeting_id: int) -> Callable[[], None]:
        def act() -> None:
            with database.unit_of_work() as session:
                meeting = session.get_one(Meeting, meeting_id)
                hold_cells(session, meeting, *span)

        return act

    raised = race(*(book(meeting_id) for meeting_id in ids))
    assert [type(error) for error in raised] == [SlotTakenError]
    with database.reading() as session:
        holders = set(session.scalars(select(BookingCell.meeting_id)))
        assert len(holders) == 1
        assert len(cells(session)) == 2 * len(cells_of(*span))


def test_moves_that_cross_neither_deadlock_nor_overlap(database: Database) -> None:
    with database.unit_of_work() as session:
        first = make_scene(session)
        second = make_scene(session, body=first.body, company=first.company, buyer=first.buyer)
        moved = [
            confirm(session, scene, start) for scene, start in ((first, at(7, 10)), (second, at(8, 10)))
        ]

    def move(meeting: Meeting, to: datetime) -> Callable[[], None]:
        def act() -> None:
            with database.unit_of_work() as session:
                move_meeting(
                    session, first.actor, meeting.id, starts_at=to, minutes=60,
                    version=meeting.version, now=NOW, site=SITE,
                )  # fmt: skip

        return act

    raised = race(move(moved[0], at(9, 10)), move(moved[1], at(9, 10, 30)))
    assert all(isinstance(error, DomainError) for error in raised)
    assert len(raised) == 1
    with database.reading() as session:
        check_cells(session)


STARTS = [at(day, hour, minute) for day in (7, 8) for hour, minute in ((10, 0), (10, 15), (10, 45))]
SOME_STARTS = st.lists(st.sampled_from(STARTS), min_size=1, max_size=3, unique=True)
MINUTES = st.sampled_from((20, 30, 45, 60))


@cache
def empty_database() -> Database:
    folder = TemporaryDirectory()
    database = Database(f"sqlite:///{Path(folder.name) / 'calendars.sqlite3'}")
    METADATA.create_all(database.engine)
    atexit.register(folder.cleanup)
    atexit.register(database.dispose)
    return database


class Calendars(RuleBasedStateMachine):
    """Any order of steps of several meetings between two SMEs and two buyers."""

    def __init__(self) -> None:
        super().__init__()
        # Nothing is committed: every example begins with empty calendars.
        self.session = empty_database().open_session(write=True, scope=EVERY_BODY)
        self.open: list[tuple[Scene, Meeting]] = []

    def teardown(self) -> None:
        self.session.close()

    @initialize()
    def people(self) -> None:
        self.body = make_body(self.session)
        self.companies: list[Company] = [make_company(self.session, self.body) for _ in range(2)]
        self.buyers: list[Company] = [make_buyer(self.session, self.body) for _ in range(2)]

    def tried(self, act: Callable[[], object]) -> None:
        """A step that the rules refuse changes nothing; any other error is a fault."""
        try:
            with self.session.begin_nested():
                act()
        except DomainError:
            self.session.expire_all()

    def chosen(self, index: int) -> tuple[Scene, Meeting]:
        return self.open[index % len(self.open)]

    @rule(sme=st.integers(0, 1), buyer=st.integers(0, 1), starts=SOME_STARTS, minutes=MINUTES)
    def ask(self, sme: int, buyer: int, starts: list[datetime], minutes: int) -> None:
        scene = make_scene(
            self.session, body=self.body, company=self.companies[sme], buyer=self.buyers[buyer]
        )

        def act() -> None:
            self.open.append((scene, request(self.session, scene, *starts, minutes=minutes)))

        self.tried(act)

    @precondition(lambda self: self.open)
    @rule(index=st.integers(0, 9), starts=SOME_STARTS)
    def both_answer(self, index: int, starts: list[datetime]) -> None:
        scene, meeting = self.chosen(index)
        for party in Party:
            self.tried(lambda party=party: reply(self.session, scene, meeting, party, *starts))  # type: ignore[misc]  # bound here

    @precondition(lambda self: self.open)
    @rule(index=st.integers(0, 9), party=st.sampled_from(Party), starts=SOME_STARTS)
    def one_answers(self, index: int, party: Party, starts: list[datetime]) -> None:
        scene, meeting = self.chosen(index)
        self.tried(lambda: reply(self.session, scene, meeting, party, *starts))

    @precondition(lambda self: self.open)
    @rule(index=st.integers(0, 9), start=st.sampled_from(STARTS), minutes=MINUTES)
    def move(self, index: int, start: datetime, minutes: int) -> None:
        scene, meeting = self.chosen(index)
        self.tried(
            lambda: move_meeting(
                self.session, scene.actor, meeting.id, starts_at=start, minutes=minutes,
                version=meeting.version, now=NOW, site=SITE,
            )
        )  # fmt: skip

    @precondition(lambda self: self.open)
    @rule(index=st.integers(0, 9), starts=SOME_STARTS)
    def offer_again(self, index: int, starts: list[datetime]) -> None:
        scene, meeting = self.chosen(index)
        self.tried(
            lambda: offer_again(
                self.session, scene.actor, meeting.id, plan(*starts),
                version=meeting.version, now=NOW, site=SITE,
            )
        )  # fmt: skip

    @precondition(lambda self: self.open)
    @rule(index=st.integers(0, 9))
    def cancel(self, index: int) -> None:
        scene, meeting = self.chosen(index)
        self.tried(
            lambda: cancel_meeting(
                self.session,
                scene.actor,
                meeting.id,
                reason="取りやめ",
                version=meeting.version,
                now=NOW,
            )
        )

    @precondition(lambda self: self.open)
    @rule(
        index=st.integers(0, 9),
        result=st.sampled_from(
            (MeetingState.HELD, MeetingState.ABSENT, MeetingState.BROKEN_OFF, MeetingState.CARRIED_OVER)
        ),
    )
    def record(self, index: int, result: MeetingState) -> None:
        scene, meeting = self.chosen(index)
        day = DayRecord(result=result, absent_side=AbsentSide.SME, reason="理由")
        self.tried(
            lambda: record_day(
                self.session, scene.actor, meeting.id, day, version=meeting.version,
                now=NOW + timedelta(days=30),
            )
        )  # fmt: skip

    @precondition(lambda self: self.open)
    @rule(index=st.integers(0, 9))
    def reject(self, index: int) -> None:
        scene, _ = self.chosen(index)
        rejection = Decision(state=ProposalState.REJECTED, reason=RejectionReason.LOT)
        self.tried(
            lambda: decide_proposal(
                self.session, scene.actor, proposal_id=scene.proposal.id, decision=rejection,
                version=scene.proposal.version, now=NOW,
            )
        )  # fmt: skip

    @invariant()
    def what_may_take_place_holds_its_proposal(self) -> None:
        for scene, meeting in self.open:
            live = meeting.id if meeting.state in OPEN else None
            assert scene.proposal.live_meeting_id == live
            assert live is None or scene.proposal.state is ProposalState.ACCEPTED

    @invariant()
    def cells_are_those_of_confirmed_meetings(self) -> None:
        check_cells(self.session)

    @invariant()
    def no_company_is_in_two_places(self) -> None:
        held = [meeting for _, meeting in self.open if meeting.state is MeetingState.CONFIRMED]
        for index, one in enumerate(held):
            for other in held[index + 1 :]:
                shared = {one.company_id, one.buyer_id} & {other.company_id, other.buyer_id}
                if not shared or not (one.starts_at and one.ends_at):
                    continue
                assert other.starts_at
                assert other.ends_at
                assert one.ends_at <= other.starts_at or other.ends_at <= one.starts_at


Calendars.TestCase.settings = settings(
    max_examples=15, stateful_step_count=15, deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
TestCalendars = pytest.mark.timeout(120)(Calendars.TestCase)
