"""Whatever is done to proposals, meetings and outcomes in whatever order: their states fit together.

A machine draws the steps, the services carry them out on the database. `make steps` draws many more.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
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

from sme_match.audit.models import AuditEntry
from sme_match.core.clock import jst_date
from sme_match.core.errors import DomainError
from sme_match.db.session import Database
from sme_match.matching.enums import ProposalState, RejectionReason
from sme_match.matching.models import Proposal, ProposalDecision
from sme_match.matching.services.deciding import Decision, decide_proposal, undo_decision
from sme_match.meetings.enums import AbsentSide, Answer, MeetingState, Party, ReplyKind
from sme_match.meetings.models import BookingCell, Meeting
from sme_match.meetings.offers import OfferPlan
from sme_match.meetings.queries import get_meeting
from sme_match.meetings.services.changing import DayRecord, cancel_meeting, move_meeting
from sme_match.meetings.services.opening import offer_again, open_meeting
from sme_match.meetings.services.reminding import expire_request
from sme_match.meetings.services.replying import ReplyDraft, open_offers, reply_to_request
from sme_match.meetings.slots import cells_of
from sme_match.meetings.states import HOLDING_TIME, OPEN, may_step
from sme_match.notifications.models import OutboxMail
from sme_match.outcomes.derive import derive
from sme_match.outcomes.enums import AmountSource, End, NoDealReason, Reporter, Stage
from sme_match.outcomes.models import Outcome, OutcomeReport
from sme_match.outcomes.queries import list_reports
from sme_match.outcomes.services.attendance import record_attendance
from sme_match.outcomes.services.reporting import DERIVED, ReportDraft, report_outcome, words_of
from tests.conftest import NOW
from tests.factories import make_body, make_company
from tests.machines import take_steps
from tests.meetings.scenes import SITE, TODAY, Scene, at, draft, make_scene, plan

PAIRS = st.integers(0, 1)
TIMES = st.tuples(st.integers(2, 3), st.integers(9, 10))
"""In how many days, and at which hour: few enough to clash."""
KINDS = (
    Proposal,
    ProposalDecision,
    Meeting,
    BookingCell,
    Outcome,
    OutcomeReport,
    OutboxMail,
    AuditEntry,
)
RESULTS = st.sampled_from(
    [
        DayRecord(result=MeetingState.HELD),
        DayRecord(result=MeetingState.ABSENT, absent_side=AbsentSide.SME, absence_told=False),
        DayRecord(result=MeetingState.BROKEN_OFF, reason="停電"),
        DayRecord(result=MeetingState.CARRIED_OVER, reason="停電"),
        DayRecord(result=MeetingState.CARRIED_OVER),
    ]
)
DECISIONS = st.sampled_from(
    [
        Decision(state=ProposalState.ACCEPTED),
        Decision(state=ProposalState.HELD),
        Decision(state=ProposalState.NEW),
        Decision(state=ProposalState.REJECTED, reason=RejectionReason.LOT),
        Decision(state=ProposalState.REJECTED),
    ]
)
REPORTS = st.builds(
    ReportDraft,
    reporter=st.sampled_from(Reporter),
    said_by=st.just("山田"),
    stage=st.sampled_from(Stage),
    end=st.none() | st.sampled_from(End),
    reasons=st.sampled_from([(), (NoDealReason.PRICE,)]),
    total_yen=st.none() | st.sampled_from([-1, 0, 300_000, 310_000, 900_000_000]),
    amount_source=st.none() | st.sampled_from(AmountSource),
)


class Steps(RuleBasedStateMachine):
    """One SME with two buyers who want to meet it, so that their times can clash."""

    database: ClassVar[Database]

    @initialize()
    def prepare(self) -> None:
        with self.database.unit_of_work() as session:
            body = make_body(session)
            company = make_company(session, body)
            self.scenes: Sequence[Scene] = [
                make_scene(session, body=body, company=company) for _ in range(2)
            ]
        self.by, self.body, self.now = self.scenes[0].actor, self.scenes[0].body.id, NOW
        self.states: dict[int, MeetingState] = {}
        self.sequences: dict[int, int] = {}
        self.reports = 0
        # The machine leaves rules out of whole examples; without a meeting most do nothing.
        self.agree(0, (2, 9))
        self.agree(1, (2, 10))

    def do(self, act: Callable[[Session], object]) -> None:
        """Take a step in a transaction of its own; what is refused leaves nothing behind."""
        before = self.stored()
        try:
            with self.database.unit_of_work() as session:
                act(session)
        except DomainError:
            assert self.stored() == before, "a refusal changes nothing"

    def stored(self) -> list[object]:
        """Everything that steps write, as it stands."""
        with self.database.reading() as session:
            return [
                session.execute(select(*kind.__table__.columns).order_by(*kind.__table__.primary_key)).all()
                for kind in KINDS
            ]  # fmt: skip

    def latest(self, session: Session, pair: int) -> Meeting | None:
        query = select(Meeting).where(Meeting.need_id == self.scenes[pair].need.id)
        return session.scalar(query.order_by(Meeting.id.desc()).limit(1))

    def with_latest(self, pair: int, act: Callable[[Session, Meeting], object]) -> None:
        def step(session: Session) -> None:
            meeting = self.latest(session, pair)
            if meeting is not None:
                act(session, meeting)

        self.do(step)

    @rule(hours=st.sampled_from([1, 24, 24 * 4]))
    def let_time_pass(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(pair=PAIRS, decision=DECISIONS)
    def decide(self, pair: int, decision: Decision) -> None:
        def act(session: Session) -> None:
            proposal = session.get_one(Proposal, self.scenes[pair].proposal.id)
            decide_proposal(
                session, self.by, proposal_id=proposal.id, decision=decision,
                version=proposal.version, now=self.now,
            )  # fmt: skip

        self.do(act)

    @rule(pair=PAIRS)
    def take_the_decision_back(self, pair: int) -> None:
        def act(session: Session) -> None:
            of_pair = ProposalDecision.proposal_id == self.scenes[pair].proposal.id
            last = session.scalar(select(func.max(ProposalDecision.id)).where(of_pair))
            if last is not None:
                undo_decision(session, self.by, decision_id=last, now=self.now)

        self.do(act)

    @rule(pair=PAIRS, starts_at=TIMES)
    def ask(self, pair: int, starts_at: tuple[int, int]) -> None:
        self.do(
            lambda session: open_meeting(
                session, self.by, self.scenes[pair].proposal.id, draft(offers=self.offer(starts_at)),
                now=self.now, site=SITE,
            )
        )  # fmt: skip

    def offer(self, starts_at: tuple[int, int]) -> OfferPlan:
        return plan(self.time(starts_at), answer_on=jst_date(self.now) + timedelta(days=1))

    def time(self, starts_at: tuple[int, int]) -> datetime:
        days, hour = starts_at
        return at((jst_date(self.now) - TODAY).days + days, hour)

    @rule(pair=PAIRS, starts_at=TIMES)
    def ask_again(self, pair: int, starts_at: tuple[int, int]) -> None:
        self.with_latest(
            pair,
            lambda session, meeting: offer_again(
                session, self.by, meeting.id, self.offer(starts_at),
                version=meeting.version, now=self.now, site=SITE,
            ),
        )  # fmt: skip

    @rule(pair=PAIRS, party=st.sampled_from(Party), kind=st.sampled_from(ReplyKind), yes=st.booleans())
    def answer(self, pair: int, party: Party, kind: ReplyKind, yes: bool) -> None:  # noqa: FBT001 -- drawn by name
        def act(session: Session, meeting: Meeting) -> None:
            side = self.scenes[pair].side(party)
            current = get_meeting(session, side, meeting.id)
            said = Answer.YES if yes else Answer.NO
            answers = {offer.id: said for offer in open_offers(current)}
            reply_to_request(
                session, side, meeting.id,
                ReplyDraft(kind=kind, answers=answers, said_by=side.name),
                party=party, now=self.now, site=SITE,
            )  # fmt: skip

        self.with_latest(pair, act)

    @rule(pair=PAIRS, starts_at=TIMES)
    def agree(self, pair: int, starts_at: tuple[int, int]) -> None:
        self.decide(pair, Decision(state=ProposalState.ACCEPTED))
        self.ask(pair, starts_at)
        for party in Party:
            self.answer(pair, party, ReplyKind.TIMES, yes=True)

    @rule(pair=PAIRS)
    def nobody_answers(self, pair: int) -> None:
        self.with_latest(
            pair, lambda session, meeting: expire_request(session, meeting.id, now=self.now)
        )

    @rule(pair=PAIRS, starts_at=TIMES)
    def move(self, pair: int, starts_at: tuple[int, int]) -> None:
        self.with_latest(
            pair,
            lambda session, meeting: move_meeting(
                session, self.by, meeting.id, starts_at=self.time(starts_at), minutes=30,
                version=meeting.version, now=self.now, site=SITE,
            ),
        )  # fmt: skip

    @rule(pair=PAIRS, reason=st.sampled_from(["", "都合がつかない"]))
    def call_off(self, pair: int, reason: str) -> None:
        self.with_latest(
            pair,
            lambda session, meeting: cancel_meeting(
                session, self.by, meeting.id, reason=reason, version=meeting.version, now=self.now
            ),
        )

    def let_the_day_come(self, pair: int) -> None:
        with self.database.reading() as session:
            meeting = self.latest(session, pair)
            if meeting is not None and meeting.ends_at is not None:
                self.now = max(self.now, meeting.ends_at)

    @rule(pair=PAIRS, day=RESULTS, at_once=st.booleans())
    def record(self, pair: int, day: DayRecord, at_once: bool) -> None:  # noqa: FBT001 -- drawn by name
        if not at_once:
            self.let_the_day_come(pair)
        self.with_latest(
            pair,
            lambda session, meeting: record_attendance(
                session, self.by, meeting.id, day, version=meeting.version, now=self.now, site=SITE
            ),
        )

    @rule(pair=PAIRS, said=REPORTS)
    def report(self, pair: int, said: ReportDraft) -> None:
        self.with_latest(
            pair,
            lambda session, meeting: report_outcome(session, self.by, meeting.id, said, now=self.now),
        )

    @invariant()
    def states_follow_the_table(self) -> None:
        with self.database.reading() as session:
            for meeting in session.scalars(select(Meeting).where(Meeting.body_id == self.body)):
                before = self.states.get(meeting.id, MeetingState.ASKED)
                assert meeting.state is before or may_step(before, meeting.state)
                assert meeting.calendar_sequence >= self.sequences.get(meeting.id, 0)
                self.states[meeting.id] = meeting.state
                self.sequences[meeting.id] = meeting.calendar_sequence

    @invariant()
    def nobody_is_in_two_meetings_at_once(self) -> None:
        with self.database.reading() as session:
            of_body = Meeting.body_id == self.body
            held = session.execute(
                select(BookingCell.company_id, BookingCell.cell, BookingCell.meeting_id)
                .join(Meeting, Meeting.id == BookingCell.meeting_id)
                .where(of_body)
            ).all()
            wanted = [
                (company, cell, meeting.id)
                for meeting in session.scalars(
                    select(Meeting).where(of_body, Meeting.state.in_(HOLDING_TIME))
                )
                for cell in cells_of(meeting.starts_at, meeting.ends_at)  # type: ignore[arg-type]  # is set
                for company in (meeting.company_id, meeting.buyer_id)
            ]
            assert sorted(tuple(row) for row in held) == sorted(wanted)
            assert len({row[:2] for row in held}) == len(held)

    @invariant()
    def a_proposal_stays_accepted_while_its_meeting_is_open(self) -> None:
        with self.database.reading() as session:
            for scene in self.scenes:
                proposal = session.get_one(Proposal, scene.proposal.id)
                of_pair = Meeting.proposal_id == proposal.id
                under_way = session.scalars(
                    select(Meeting.id).where(of_pair, Meeting.state.in_(OPEN))
                ).all()
                assert len(under_way) <= 1
                if under_way:
                    assert proposal.state is ProposalState.ACCEPTED
                    assert proposal.live_meeting_id == under_way[0]

    @invariant()
    def an_outcome_is_what_the_reports_say(self) -> None:
        with self.database.reading() as session:
            meetings = session.scalars(select(Meeting).where(Meeting.body_id == self.body)).all()
            told = 0
            for meeting in meetings:
                reports = list_reports(session, meeting.id)
                outcome = session.scalar(select(Outcome).where(Outcome.meeting_id == meeting.id))
                derived = derive(words_of(report) for report in reports)
                assert (outcome is None) is (derived is None)
                for name in DERIVED if outcome else ():
                    assert getattr(outcome, name) == getattr(derived, name)
                told += len(reports)
            assert told >= self.reports, "no report is ever taken away"
            self.reports = told


def test_every_order_of_steps_keeps_states_true_to_each_other(database: Database) -> None:
    take_steps(Steps, database, examples=6, steps=30)
