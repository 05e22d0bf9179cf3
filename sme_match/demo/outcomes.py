"""Reports of both sides and the coordinator, the outcomes they add up to, and the follow-ups."""

import calendar
import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sme_match.accounts.models import User
from sme_match.core.clock import jst_date
from sme_match.demo.stories import Story, Words, tell_refusal, tell_story
from sme_match.demo.words import sentences
from sme_match.demo.world import World
from sme_match.matching.services.holding import note_deal
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import Meeting
from sme_match.outcomes.enums import AmountSource, End, FollowUpState, Reporter, Stage
from sme_match.outcomes.models import FollowUp, Outcome, OutcomeReport

FOLLOW_UP_MONTHS = (1, 3, 6, 12)
SILENT_AT_FIRST = {Reporter.SME: 0.12, Reporter.BUYER: 0.3}
STILL_SILENT = 0.4
"""Share that has not reported yet in the first days, on top of those who never do at once."""
FIRST_DAYS = 10
OVERDUE_SHARE = 0.1
FRESHLY_DUE_DAYS = 14
FRESHLY_DUE_SHARE = 0.6
UNKNOWN_SHARE = 0.09
ASKED_BY_PHONE_SHARE = 0.55
DISAGREEING = 6
SOURCES = {Reporter.SME: AmountSource.SME_SAID, Reporter.BUYER: AmountSource.BUYER_SAID}
COMMENTS = {
    Reporter.SME: "sme_comments",
    Reporter.BUYER: "buyer_comments",
    Reporter.COORDINATOR: "coordinator_comments",
}
_COPIED = (
    "end",
    "first_order_yen",
    "expected_year_yen",
    "total_yen",
    "deal_on",
    "next_action",
    "next_action_on",
)


@dataclass(slots=True)
class Reporting:
    """Writes down how the held meetings went on."""

    world: World
    people: dict[int, str]
    coordinators: dict[int, list[User]]
    """Coordinators by support body."""
    refused: frozenset[int]
    """Meetings that came to nothing for a reason that shows more than once."""
    reports: list[OutcomeReport] = field(default_factory=list)
    follow_ups: list[FollowUp] = field(default_factory=list)
    disputes: Counter[int] = field(default_factory=Counter)

    def report(self, meetings: list[Meeting]) -> None:
        """Add reports, follow-ups and outcomes of the meetings that were held."""
        held = [meeting for meeting in meetings if meeting.state is MeetingState.HELD]
        outcomes = []
        # The newest first: a disagreement is a task of these days.
        for meeting in sorted(
            held, key=lambda one: (one.starts_at or one.created_at, one.id), reverse=True
        ):
            told = self._report_meeting(meeting)
            if told:
                outcomes.append(derive_outcome(meeting, told))
                if meeting.proposal_id is not None:
                    is_deal = outcomes[-1].stage >= Stage.DEAL
                    note_deal(self.world.session, proposal_id=meeting.proposal_id, is_deal=is_deal)
            self.reports += told
        session = self.world.session
        self.reports.sort(key=lambda report: (report.reported_at, report.meeting_id))
        self.follow_ups.sort(key=lambda follow_up: (follow_up.due_on, follow_up.meeting_id))
        session.add_all([*self.reports, *self.follow_ups])
        session.add_all(outcomes)
        session.flush()

    def _report_meeting(self, meeting: Meeting) -> list[OutcomeReport]:
        rng = self.world.chance("outcome", meeting.calendar_uid)
        if meeting.starts_at is None or meeting.ends_at is None:
            return []
        held_on = jst_date(meeting.starts_at)
        is_refused = meeting.id in self.refused
        story = tell_refusal(rng, held_on) if is_refused else tell_story(rng, held_on)
        reports = self._at_once(rng, meeting, story, meeting.ends_at)
        self._dispute(rng, meeting, reports)
        for months in FOLLOW_UP_MONTHS:
            self._follow_up(rng, meeting, story, reports, months)
        return reports

    def _at_once(
        self, rng: random.Random, meeting: Meeting, story: Story, ended_at: datetime
    ) -> list[OutcomeReport]:
        """Report at the end of the meeting; a side that is silent is asked within the week."""
        words = story.words_on(story.held_on)
        fresh = self.world.today - story.held_on < timedelta(days=FIRST_DAYS)
        reports = []
        for reporter, silent in SILENT_AT_FIRST.items():
            if rng.random() >= silent + (STILL_SILENT if fresh else 0):
                at = min(self.world.now, ended_at + timedelta(minutes=rng.randint(3, 400)))
                reports.append(self._write(rng, meeting, words, reporter=reporter, at=at, months=0))
        if not reports and not fresh and rng.random() < 0.7:
            at = self.world.in_office(story.held_on + timedelta(days=rng.randint(2, 7)), rng)
            reports.append(
                self._write(rng, meeting, words, reporter=Reporter.COORDINATOR, at=at, months=0)
            )
        return reports

    def _dispute(self, rng: random.Random, meeting: Meeting, reports: list[OutcomeReport]) -> None:
        """Let the two sides of a few recent meetings remember it differently."""
        recent = self.world.today - jst_date(meeting.created_at) < timedelta(days=75)
        if sum(self.disputes.values()) >= DISAGREEING or len(reports) < 2 or not recent:
            return
        if self.disputes[meeting.body_id] < 2 and rng.random() < 0.5:
            sme, buyer = reports
            sme.stage, sme.end, sme.reasons = max(sme.stage, int(Stage.QUOTE_ASKED)), None, []
            buyer.stage, buyer.end, buyer.reasons = int(Stage.INFORMATION), None, []
            self.disputes[meeting.body_id] += 1

    def _follow_up(
        self,
        rng: random.Random,
        meeting: Meeting,
        story: Story,
        reports: list[OutcomeReport],
        months: int,
    ) -> None:
        due_on = months_later(story.held_on, months)
        follow_up = FollowUp(
            body_id=meeting.body_id, meeting_id=meeting.id, months_after=months, due_on=due_on
        )
        follow_up.state = FollowUpState.DUE
        self.follow_ups.append(follow_up)
        latest = max(reports, key=lambda report: report.reported_at, default=None)
        if latest is not None and latest.end is End.NO_DEAL and due_on < self.world.today:
            follow_up.state = FollowUpState.CLOSED
            follow_up.closed_reason = "不成立で終了したため"
            return
        disputed = len({report.stage for report in reports if report.months_after == 0}) > 1
        if disputed or not self._is_answered(rng, due_on):
            return
        asked_on = min(due_on + timedelta(days=rng.randint(0, 12)), self.world.today)
        at = self.world.in_office(asked_on, rng)
        follow_up.state, follow_up.done_at = FollowUpState.DONE, at
        reports += self._later(rng, meeting, story, reports, at=at, months=months)

    def _is_answered(self, rng: random.Random, due_on: date) -> bool:
        days = (self.world.today - due_on).days
        if days <= 0:
            return False
        return rng.random() >= (FRESHLY_DUE_SHARE if days <= FRESHLY_DUE_DAYS else OVERDUE_SHARE)

    def _later(
        self,
        rng: random.Random,
        meeting: Meeting,
        story: Story,
        before: list[OutcomeReport],
        *,
        at: datetime,
        months: int,
    ) -> list[OutcomeReport]:
        """Return what was found out at a follow-up: from both sides, by phone, or nothing."""
        if rng.random() < UNKNOWN_SHARE:
            # Nobody answers: what was known before still stands.
            last_heard_on = jst_date(before[-1].reported_at) if before else story.held_on
            words = replace(story.words_on(last_heard_on), end=End.UNKNOWN, reasons=[])
            report = self._write(
                rng, meeting, words, reporter=Reporter.COORDINATOR, at=at, months=months
            )
            report.said_by = ""
            report.comment = rng.choice(sentences("outcome", "unknown_notes"))
            return [report]
        words = story.words_on(jst_date(at))
        by_phone = rng.random() < ASKED_BY_PHONE_SHARE
        reporters = (Reporter.COORDINATOR,) if by_phone else (Reporter.SME, Reporter.BUYER)
        return [
            self._write(rng, meeting, words, reporter=reporter, at=at, months=months)
            for reporter in reporters
        ]

    def _write(
        self,
        rng: random.Random,
        meeting: Meeting,
        words: Words,
        *,
        reporter: Reporter,
        at: datetime,
        months: int,
    ) -> OutcomeReport:
        said_by = self.people[meeting.buyer_id if reporter is Reporter.BUYER else meeting.company_id]
        seen = AmountSource.DOCUMENT_SEEN if rng.random() < 0.6 else AmountSource.SME_SAID
        has_amount = words.first_order_yen is not None or words.expected_year_yen is not None
        comment = rng.choice(sentences("outcome", COMMENTS[reporter])) if rng.random() < 0.5 else ""
        if words.end is End.NO_DEAL:
            comment = rng.choice(sentences("outcome", "no_deal_notes"))
        by_staff = reporter is Reporter.COORDINATOR
        return OutcomeReport(
            meeting_id=meeting.id,
            reporter=reporter,
            said_by=said_by,
            reported_at=at,
            reported_by=rng.choice(self.coordinators[meeting.body_id]).id if by_staff else None,
            months_after=months,
            satisfaction=None if by_staff or months else rng.choice((2, 3, 4, 4, 4, 5, 5)),
            amount_source=SOURCES.get(reporter, seen) if has_amount else None,
            comment=comment,
            **words.values(),
        )


def derive_outcome(meeting: Meeting, reports: list[OutcomeReport]) -> Outcome:
    """Return where a meeting stands by its reports.

    The newest word counts. The two sides disagree when their own newest words differ and no
    coordinator has settled it since; then the lower stage stands until somebody does.
    """
    ordered = sorted(reports, key=lambda report: report.reported_at)
    settled = max(
        (place for place, one in enumerate(ordered) if one.reporter is Reporter.COORDINATOR), default=0
    )
    newest = {report.reporter: report for report in ordered[settled:]}
    sides = [newest[side] for side in (Reporter.SME, Reporter.BUYER) if side in newest]
    disagreement = len({(report.stage, report.end) for report in sides}) > 1
    latest = min(sides, key=lambda report: report.stage) if disagreement else ordered[-1]
    return Outcome(
        meeting_id=meeting.id,
        body_id=meeting.body_id,
        stage=latest.stage,
        amount_source=latest.amount_source,
        disagreement=disagreement,
        updated_at=ordered[-1].reported_at,
        **{name: getattr(latest, name) for name in _COPIED},
    )


def months_later(day: date, months: int) -> date:
    """Return the same day some months later, or the last day of a shorter month."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
