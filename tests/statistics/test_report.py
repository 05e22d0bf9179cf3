"""The report against figures counted by hand, whole and under every filter."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from sme_match.outcomes.enums import Reporter
from sme_match.outcomes.models import OutcomeReport
from sme_match.statistics.evidence import EVIDENCE_KEYS, find_evidence
from sme_match.statistics.filters import StatisticsFilter, find_period
from sme_match.statistics.frames import Group, Side
from sme_match.statistics.report import Report
from sme_match.statistics.services import make_report
from tests.conftest import NOW
from tests.factories import make_body, make_user
from tests.statistics.scenes import Region, contents, make_meeting, make_outcome, make_region


def report_of(session: Session, region: Region, *, now: datetime = NOW, **filters: Any) -> Report:
    chosen = StatisticsFilter(**filters)
    return make_report(session, region.lead.as_actor(), chosen, now=now)


def values(report: Report) -> dict[str, tuple[float | None, float | None]]:
    return {figure.key: (figure.current.value, figure.previous.value) for figure in report.figures}


def counted(groups: list[Group]) -> dict[str | None, tuple[int, int, int, int]]:
    return {
        group.key: (
            len(group.need_ids),
            len(group.proposal_ids),
            len(group.meeting_ids),
            len(group.deal_ids),
        )
        for group in groups
    }


def test_the_key_figures_of_the_last_twelve_months(session: Session) -> None:
    assert values(report_of(session, make_region(session))) == {
        "meetings": (3, 1),
        "quote_rate": (2 / 3, 0.0),
        "deals": (1, 0),
        "total_yen": (1_500_000, 0),
        "first_order_yen": (1_000_000, 0),
        "prospects": (1, 0),
        "needs": (2, 1),
        "proposals": (3, 1),
        "smes": (2, 1),
        "buyers": (2, 1),
        "crossing_meetings": (2 / 3, 1.0),
        "crossing_deals": (1.0, None),
        "unreported": (1 / 3, 0.0),
    }


def test_late_deals_are_expected_once_the_history_is_long_enough(session: Session) -> None:
    region = make_region(session)
    assert report_of(session, region).late is None
    for number in range(30):
        day = datetime(2025, 1, 1, 3, tzinfo=UTC) + timedelta(days=number)
        meeting = make_meeting(session, region.needs[2], region.smes[0], day)
        if number < 10:
            make_outcome(session, meeting, 6)
            session.add(
                OutcomeReport(
                    meeting_id=meeting.id, reporter=Reporter.SME, stage=6, reasons=[],
                    reported_at=day + timedelta(days=200),
                )
            )  # fmt: skip
    late = report_of(session, region, now=NOW + timedelta(minutes=5)).late
    assert late is not None
    # One of the three meetings of the period led to a deal; the other two are two and four months old.
    assert (late.confirmed, late.open, late.history) == (1, 2, 31)
    # That deal came in the third month of one of 34 meetings of three months and more.
    early, all_of_them = 1 / 34, 1 - 33 / 34 * 21 / 31
    assert dict(late.visible) == pytest.approx(
        {1: 0, 3: early / all_of_them, 6: early / all_of_them, 12: 1}
    )
    assert late.expected == pytest.approx(1 + 2 * 10 / 31)
    known = report_of(session, region, known_on=date(2025, 3, 1)).late
    assert known is None, "nothing of it was known then"


def test_the_funnel_names_the_lowest_step(session: Session) -> None:
    funnel = report_of(session, make_region(session)).funnel
    assert [(stage.key, stage.count, stage.conversion) for stage in funnel.stages] == [
        ("needs", 2, None),
        ("proposals", 3, None),
        ("accepted", 2, 2 / 3),
        ("meetings", 2, 1.0),
        ("quotes", 2, 1.0),
        ("deals", 1, 0.5),
    ]
    assert funnel.lowest is not None
    assert funnel.lowest.key == "deals"


def test_tables_add_up_to_the_key_figures(session: Session) -> None:
    report = report_of(session, make_region(session))
    assert counted(list(report.prefectures)) == {"03": (0, 2, 2, 1), "04": (0, 1, 1, 0)}
    assert counted(list(report.processes)) == {"milling": (1, 2, 2, 1), "bending": (1, 1, 1, 0)}
    assert counted(list(report.industries)) == {"24": (1, 2, 2, 1), "26": (1, 1, 1, 0)}
    months = {
        month.period.start: (len(month.meeting_ids), len(month.deal_ids)) for month in report.months
    }
    assert {start: pair for start, pair in months.items() if pair != (0, 0)} == {
        date(2026, 6, 1): (1, 0),
        date(2026, 7, 1): (1, 0),
        date(2026, 8, 1): (1, 0),
        date(2026, 9, 1): (0, 1),
    }


def test_amounts_stand_by_source_and_prospects_apart(session: Session) -> None:
    report = report_of(session, make_region(session))
    assert [(part.source, len(part.ids), part.amounts.total_yen) for part in report.sources] == [
        ("sme_said", 1, 1_500_000),
        ("buyer_said", 0, 0),
        ("both_agree", 0, 0),
        ("document_seen", 0, 0),
        (None, 0, 0),
    ]
    assert (len(report.prospects.ids), report.prospects.expected_year_yen) == (1, 3_000_000)


def test_a_meeting_without_proposal_stands_beside_the_funnel(session: Session) -> None:
    region = make_region(session)
    assert report_of(session, region).unproposed_ids == (region.meetings[2].id,)


@pytest.mark.parametrize(
    ("filters", "counts"),
    [
        ({"process": "milling"}, (1, 2, 2, 1)),
        ({"process": "bending"}, (1, 1, 1, 0)),
        ({"industry": "26"}, (1, 1, 1, 0)),
        ({"prefecture": "03"}, (2, 2, 2, 1)),
        ({"prefecture": "04"}, (1, 1, 1, 0)),
        ({"prefecture": "13", "side": Side.BUYER}, (1, 2, 2, 1)),
        ({"process": "milling", "prefecture": "04"}, (1, 1, 1, 0)),
        ({"process": "none"}, (0, 0, 0, 0)),
        ({"period": "fy2025"}, (1, 1, 1, 0)),
        ({"period": "m2026-07"}, (1, 1, 1, 0)),
        ({"period": "m2026-09"}, (0, 0, 0, 1)),
        ({"period": "fy2026", "process": "milling"}, (1, 2, 2, 1)),
    ],
)
def test_each_filter_counts_its_part_of_needs_proposals_meetings_and_deals(
    session: Session, filters: dict[str, Any], counts: tuple[int, int, int, int]
) -> None:
    found = values(report_of(session, make_region(session), **filters))
    assert tuple(found[key][0] for key in ("needs", "proposals", "meetings", "deals")) == counts


def test_an_empty_period_says_so_and_divides_by_nothing(session: Session) -> None:
    report = report_of(session, make_region(session), period="fy2020")
    assert report.is_empty
    assert {key: now for key, (now, _) in values(report).items() if now} == {}


def test_every_figure_leads_to_exactly_its_records(session: Session) -> None:
    region = make_region(session)
    report = report_of(session, region)
    evidence = {key: find_evidence(report, key) for key in EVIDENCE_KEYS}
    listed = {key: dict(found.ids) for key, found in evidence.items()}
    deal, quote, alone, _ = (meeting.id for meeting in region.meetings)
    assert listed["meetings"] == {"counted": (deal, quote, alone)}
    assert listed["quote_rate"] == {
        "counted": (deal, quote),
        "base": (deal, quote, alone),
        "unknown": (alone,),
    }
    assert listed["deals"] == {"counted": (deal,)}
    assert listed["funnel-accepted"]["counted"] == (region.proposals[0].id, region.proposals[2].id)  # type: ignore[index]  # a part is its own text
    assert listed["unproposed"] == {"counted": (alone,)}


def test_nothing_of_another_body_changes_a_figure(session: Session) -> None:
    region = make_region(session)
    before = report_of(session, region)
    make_region(session)
    # Later than any report is kept without looking.
    after = report_of(session, region, now=NOW + timedelta(minutes=2))
    assert after is not before
    assert contents(after) == contents(before)
    empty = make_body(session)
    stranger = make_user(session, empty).as_actor()
    assert make_report(session, stranger, StatisticsFilter(), now=NOW).is_empty


@pytest.mark.parametrize(
    "name", ["", "fy", "fy99999", "fy1999", "m2026-13", "m2026-00", "last13", "１"]
)
def test_a_period_that_does_not_exist_is_none(name: str) -> None:
    assert find_period(name, date(2026, 11, 20)) is None
