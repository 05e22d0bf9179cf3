"""Reports, outcomes and follow-ups of the region agree with each other and with the calendar."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.core.clock import jst_date
from sme_match.demo.outcomes import derive_outcome, months_later
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import Meeting
from sme_match.outcomes.enums import End, FollowUpState, Reporter, Stage
from sme_match.outcomes.models import FollowUp, Outcome, OutcomeReport
from tests.demo.conftest import NOW, TODAY


def held_meetings(region: Session) -> dict[int, Meeting]:
    query = select(Meeting).where(Meeting.state == MeetingState.HELD)
    return {meeting.id: meeting for meeting in region.scalars(query)}


def reports_by_meeting(region: Session) -> dict[int, list[OutcomeReport]]:
    reports: dict[int, list[OutcomeReport]] = defaultdict(list)
    for report in region.scalars(select(OutcomeReport).order_by(OutcomeReport.id)):
        reports[report.meeting_id].append(report)
    return reports


def values_of(outcome: Outcome) -> dict[str, object]:
    names = {column.name for column in Outcome.__table__.columns} - {"id", "version"}
    return {name: getattr(outcome, name) for name in names}


def test_only_held_meetings_have_reports_outcomes_and_follow_ups(region: Session) -> None:
    held = held_meetings(region)
    assert set(reports_by_meeting(region)) <= set(held)
    assert set(region.scalars(select(Outcome.meeting_id))) == set(reports_by_meeting(region))
    months = Counter(region.scalars(select(FollowUp.months_after)))
    assert months == dict.fromkeys((1, 3, 6, 12), len(held))


def test_outcomes_are_what_the_reports_say(region: Session) -> None:
    reports = reports_by_meeting(region)
    held = held_meetings(region)
    for outcome in region.scalars(select(Outcome)):
        derived = derive_outcome(held[outcome.meeting_id], reports[outcome.meeting_id])
        assert values_of(outcome) == values_of(derived)


def test_about_four_in_ten_reach_a_quote_and_one_in_six_a_deal(region: Session) -> None:
    stages = region.scalars(select(Outcome.stage)).all()
    held = len(held_meetings(region))
    assert 0.28 < sum(stage >= Stage.QUOTE_GIVEN for stage in stages) / held < 0.48
    assert 0.08 < sum(stage >= Stage.DEAL for stage in stages) / held < 0.22


def test_most_orders_show_up_late(region: Session) -> None:
    months = [
        min(report.months_after for report in reports if report.stage >= Stage.DEAL)
        for reports in reports_by_meeting(region).values()
        if any(report.stage >= Stage.DEAL for report in reports)
    ]
    assert 0 not in months
    assert sum(month >= 3 for month in months) > len(months) / 2


def test_amounts_of_deals_have_a_source_and_a_day(region: Session) -> None:
    for report in region.scalars(select(OutcomeReport)):
        is_deal = report.stage >= Stage.DEAL
        assert (report.first_order_yen is not None) == is_deal
        assert (report.deal_on is not None) == is_deal
        assert report.deal_on is None or report.deal_on <= jst_date(report.reported_at)
        has_amount = report.first_order_yen is not None or report.expected_year_yen is not None
        assert (report.amount_source is not None) == has_amount


def test_a_contact_never_falls_back_on_the_ladder(region: Session) -> None:
    reports = reports_by_meeting(region)
    for outcome in region.scalars(select(Outcome).where(Outcome.disagreement.is_(False))):
        stages = [report.stage for report in reports[outcome.meeting_id]]
        assert outcome.stage == max(stages)


def test_reports_come_after_the_meeting_and_not_from_the_future(region: Session) -> None:
    held = held_meetings(region)
    for report in region.scalars(select(OutcomeReport)):
        ends_at = held[report.meeting_id].ends_at
        assert ends_at is not None
        assert ends_at <= report.reported_at <= NOW
        assert (report.reported_by is not None) == (report.reporter is Reporter.COORDINATOR)


def test_a_few_sides_disagree_and_some_contacts_are_unknown(region: Session) -> None:
    outcomes = region.scalars(select(Outcome)).all()
    assert 3 <= sum(outcome.disagreement for outcome in outcomes) <= 6
    ends = Counter(outcome.end for outcome in outcomes)
    assert ends[End.UNKNOWN] > 3
    assert ends[End.NO_DEAL] > 10


def test_follow_ups_are_done_due_overdue_or_closed(region: Session) -> None:
    follow_ups = region.scalars(select(FollowUp)).all()
    states = Counter((follow_up.state, follow_up.due_on < TODAY) for follow_up in follow_ups)
    assert states[FollowUpState.DONE, False] == 0
    assert states[FollowUpState.CLOSED, False] == 0
    assert 10 < states[FollowUpState.DUE, True] < states[FollowUpState.DONE, True]
    for follow_up in follow_ups:
        assert (follow_up.done_at is None) == (follow_up.state is not FollowUpState.DONE)
        assert (follow_up.closed_reason == "") == (follow_up.state is not FollowUpState.CLOSED)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 11, 20), 1, date(2026, 12, 20)),
        (date(2026, 12, 20), 12, date(2027, 12, 20)),
    ],
)
def test_months_later_stays_in_the_month(day: date, months: int, expected: date) -> None:
    assert months_later(day, months) == expected


def report(reporter: Reporter, stage: Stage, hour: int) -> OutcomeReport:
    at = datetime(2026, 11, 2, hour, tzinfo=UTC)
    return OutcomeReport(reporter=reporter, stage=int(stage), reported_at=at, reasons=[])


def test_the_lower_stage_stands_while_the_sides_disagree_until_a_coordinator_settles_it() -> None:
    meeting = Meeting(id=1, body_id=1)
    told = [report(Reporter.SME, Stage.QUOTE_ASKED, 1), report(Reporter.BUYER, Stage.INFORMATION, 2)]
    disputed = derive_outcome(meeting, told)
    assert (disputed.stage, disputed.disagreement) == (Stage.INFORMATION, True)
    settled = derive_outcome(meeting, [*told, report(Reporter.COORDINATOR, Stage.QUOTE_ASKED, 3)])
    assert (settled.stage, settled.disagreement) == (Stage.QUOTE_ASKED, False)
