"""The report of a fiscal year: parts add up, companies are distinct, corrections leave it as it was."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.audit.models import AuditEntry
from sme_match.core.actor import Actor, Role
from sme_match.core.clock import jst_date
from sme_match.core.errors import (
    ConflictError,
    InvalidError,
    NotAllowedError,
    StaleVersionError,
)
from sme_match.meetings.enums import MeetingState
from sme_match.outcomes.enums import AmountSource, End, Reporter
from sme_match.outcomes.models import OutcomeReport
from sme_match.outcomes.services.reporting import report_outcome
from sme_match.statistics.frames import answer_frame, ids_of, pair_frame
from sme_match.statistics.rows import AnswerRow, PairRow
from sme_match.statistics.yearly.editions import restatements
from sme_match.statistics.yearly.figures import KEYS, STATES, TARGET_KEYS, YearCount, count_year
from sme_match.statistics.yearly.services import (
    NO_TARGET_YET,
    close_year,
    make_year_report,
    set_targets,
)
from tests.factories import make_user
from tests.meetings.scenes import at, make_scene
from tests.outcomes.scenes import hold, said
from tests.statistics.scenes import Region, make_meeting, make_outcome, make_region, on
from tests.statistics.test_past import CORRECTIONS, TODAY, YESTERDAY

YEARS = (2024, 2025, 2026)
DAYS = st.dates(date(2024, 4, 1), date(2027, 3, 31))
YEN = st.none() | st.integers(0, 10**9)
FEW = settings(max_examples=20)
"""Each example counts three years, at some hundredths of a second."""
AFTER_THE_YEAR = on(2027, 5, 20)


@st.composite
def pairs(draw: st.DrawFn) -> list[PairRow]:
    rows = []
    for number in range(draw(st.integers(0, 12))):
        met_on = draw(st.none() | DAYS)
        rows.append(
            PairRow(
                need_id=1, sme_id=draw(st.integers(1, 4)), buyer_id=draw(st.integers(11, 12)),
                body_id=1, need_prefecture=draw(st.sampled_from(["03", "04", None])),
                sme_prefecture="03", process_code=None, jsic_code=None,
                need_created_on=date(2024, 4, 1), proposal_id=number, proposal_state="accepted",
                proposed_on=date(2024, 4, 1), decided_on=draw(DAYS), meeting_id=number,
                meeting_state=draw(st.sampled_from(list(MeetingState))) if met_on else "asked",
                met_on=met_on, outcome_stage=draw(st.none() | st.integers(0, 7)),
                outcome_end=draw(st.none() | st.sampled_from(list(End))), first_order_yen=draw(YEN),
                total_yen=draw(YEN), expected_year_yen=draw(YEN), deal_on=draw(st.none() | DAYS),
                amount_source=draw(st.none() | st.sampled_from(list(AmountSource))),
            )
        )  # fmt: skip
    return rows


@st.composite
def answers(draw: st.DrawFn) -> list[AnswerRow]:
    grades = draw(
        st.dictionaries(
            st.tuples(st.integers(0, 11), st.sampled_from(["sme", "buyer"])),
            st.none() | st.integers(1, 5),
        )
    )
    return [AnswerRow(number, side, grade) for (number, side), grade in grades.items()]


def number(count: YearCount, key: str) -> float:
    return count.figures[key].value or 0


@FEW
@given(pairs(), answers())
def test_the_parts_of_a_year_add_up(rows: list[PairRow], said: list[AnswerRow]) -> None:
    frame = pair_frame(rows)
    for year in YEARS:
        count = count_year(frame, answer_frame(said), year)
        assert number(count, "planned") == sum(number(count, key) for key in STATES)
        for sources, total in (
            (count.sources_by_deal, "total_yen"),
            (count.sources_by_meeting, "met_total_yen"),
        ):
            assert number(count, total) == sum(part.amounts.total_yen for part in sources)
        by_source = [number for part in count.sources_by_deal for number in part.ids]
        assert sorted(by_source) == sorted(count.figures["deals"].measure.ids)
        graded = [row for row in said if row.satisfaction is not None]
        held = count.figures["meetings"].measure.ids
        assert sum(count.satisfaction.values()) == sum(row.meeting_id in held for row in graded)


@FEW
@given(pairs())
def test_years_split_all_meetings_and_deals(rows: list[PairRow]) -> None:
    frame = pair_frame(rows)
    counts = [count_year(frame, answer_frame([]), year) for year in YEARS]
    for key, whole in (
        ("meetings", ids_of(frame.where(frame.known("met_on")), "meeting_id", "held")),
        ("deals", ids_of(frame.where(frame.known("dealt_on")), "meeting_id", "dealt")),
        ("new_smes", ids_of(frame.where(frame.known("met_on")), "sme_id", "held")),
    ):
        ids = [each for count in counts for each in count.figures[key].measure.ids]
        assert tuple(sorted(ids)) == whole, key


@FEW
@given(pairs())
def test_prospects_are_never_among_deals_and_rates_never_above_their_base(
    rows: list[PairRow],
) -> None:
    for year in YEARS:
        figures = count_year(pair_frame(rows), answer_frame([]), year).figures
        assert not set(figures["prospects"].measure.ids) & set(figures["deal_rate"].measure.ids)
        for figure in figures.values():
            interval = figure.interval
            if interval and figure.value is not None:
                assert set(figure.measure.ids) <= set(figure.measure.base_ids)
                assert interval.low - 1e-9 <= figure.value <= interval.high + 1e-9
        ladder = [
            len(figures[key].measure.ids) for key in ("quote_rate", "prototype_rate", "deal_rate")
        ]
        assert ladder == sorted(ladder, reverse=True)


def lead_of(region: Region) -> Actor:
    return region.lead.as_actor()


def test_a_year_counted_by_hand(session: Session) -> None:
    region = make_region(session)
    _deal, _quote, alone, _earlier = region.meetings
    for side, grade, hour in ((Reporter.SME, 2, 3), (Reporter.SME, 4, 5), (Reporter.BUYER, 5, 4)):
        session.add(
            OutcomeReport(
                meeting_id=alone.id,
                reporter=side,
                stage=1,
                satisfaction=grade,
                reasons=[],
                reported_at=on(2026, 8, 4) + timedelta(hours=hour),
            )
        )
    make_meeting(session, region.needs[1], region.smes[0], on(2026, 9, 1), MeetingState.ABSENT)
    count = make_year_report(session, lead_of(region), 2026, now=AFTER_THE_YEAR).count
    values = {key: count.figures[key].value for key in KEYS}
    assert (values["planned"], values["meetings"], values["absent"], values["cancelled"]) == (
        5,
        3,
        1,
        1,
    )
    assert (values["smes"], values["new_smes"], values["buyers"]) == (2, 1, 2), "one came before"
    assert (values["deals"], values["total_yen"], values["met_total_yen"]) == (1, 1_500_000, 1_500_000)
    assert (values["prospects"], values["prospect_yen"]) == (1, 3_000_000)
    assert values["satisfaction"] == 4.5, "the latest grade of each side"
    assert values["answered_smes"] == pytest.approx(1 / 3)


def test_a_deal_of_the_next_year_belongs_to_the_year_of_its_meeting_and_to_its_own(
    session: Session,
) -> None:
    region = make_region(session)
    meeting = make_meeting(session, region.needs[0], region.smes[1], on(2027, 3, 1))
    make_outcome(session, meeting, 6, total_yen=700_000, deal_on=date(2027, 4, 20))
    report = make_year_report(session, lead_of(region), 2027, now=AFTER_THE_YEAR)
    before, now = report.counts[-2], report.count
    assert (before.figures["met_total_yen"].value, before.figures["total_yen"].value) == (
        2_200_000,
        1_500_000,
    )
    assert (now.figures["met_total_yen"].value, now.figures["total_yen"].value) == (0, 700_000)


def test_yesterdays_yearly_report_is_reproduced_after_todays_corrections(session: Session) -> None:
    scene = make_scene(session)
    meeting = hold(session, scene)
    for side in (Reporter.SME, Reporter.COORDINATOR):
        spoken = said(side, 4, satisfaction=4)
        report_outcome(session, scene.actor, meeting.id, spoken, now=at(8, 18))
    year = 2026
    before = make_year_report(session, scene.actor, year, now=YESTERDAY).count
    for correct in CORRECTIONS:
        correct(session, scene, meeting.id)
        session.flush()
        known = make_year_report(
            session, scene.actor, year, now=TODAY, known_on=jst_date(YESTERDAY)
        ).count
        assert known.figures == before.figures
        assert known.sources_by_deal == before.sources_by_deal
        assert known.satisfaction == before.satisfaction


def test_a_closed_year_keeps_what_was_reported_and_shows_what_changed(session: Session) -> None:
    region = make_region(session)
    actor = lead_of(region)
    close_year(session, actor, 2026, note="", now=AFTER_THE_YEAR)
    late = make_meeting(session, region.needs[0], region.smes[1], on(2026, 9, 1))
    make_outcome(session, late, 4)
    session.add(_entry(region))
    session.flush()
    later = AFTER_THE_YEAR + timedelta(days=30)
    report = make_year_report(session, actor, 2027, now=later)
    edition = report.latest_edition(2026)
    assert edition is not None
    changed = {each.key: each for each in restatements(edition, report.counts[-2])}
    assert (changed["meetings"].reported, changed["meetings"].now) == (3, 4)
    assert "deals" not in changed
    with pytest.raises(InvalidError, match="理由"):
        close_year(session, actor, 2026, note="", now=later)
    assert close_year(session, actor, 2026, note="報告が届いた", now=later).edition == 2
    both = make_year_report(session, actor, 2026, now=later).own_editions
    assert [each.value("meetings") for each in both] == [3, 4]


def _entry(region: Region) -> AuditEntry:
    """Any entry tells the kept figures that something has changed."""
    return AuditEntry(
        at=AFTER_THE_YEAR, body_id=region.body.id, user_id=None, actor_name="", actor_role="system",
        action="meeting.create", subject_type="meeting", subject_id=1, changes={}, note="",
    )  # fmt: skip


def test_only_the_lead_closes_a_year_and_only_when_it_is_over(session: Session) -> None:
    region = make_region(session)
    coordinator = make_user(session, region.body, Role.COORDINATOR).as_actor()
    with pytest.raises(NotAllowedError):
        close_year(session, coordinator, 2026, note="", now=AFTER_THE_YEAR)
    with pytest.raises(ConflictError):
        close_year(session, lead_of(region), 2026, note="", now=on(2027, 3, 31))
    close_year(session, lead_of(region), 2026, note="", now=on(2027, 4, 1))


def test_targets_are_kept_by_year_with_their_history(session: Session) -> None:
    region = make_region(session)
    actor = lead_of(region)
    kept = set_targets(
        session,
        actor,
        2026,
        {"meetings": 6, "deal_rate": 0.5},
        version=NO_TARGET_YET,
        now=on(2026, 4, 1),
    )
    set_targets(session, actor, 2026, {"meetings": 4}, version=kept.version, now=on(2026, 5, 1))
    report = make_year_report(session, actor, 2026, now=AFTER_THE_YEAR)
    assert (report.target("meetings"), report.achieved("meetings")) == (4, 0.75)
    assert (report.target("deal_rate"), report.achieved("deal_rate")) == (None, None)
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "year_target.set").order_by(AuditEntry.id)
    ).all()
    assert [entry.changes for entry in entries] == [
        {"meetings": [None, 6], "deal_rate": [None, 0.5]},
        {"meetings": [6, 4], "deal_rate": [0.5, None]},
    ]


def test_two_leads_do_not_overwrite_each_others_targets(session: Session) -> None:
    region = make_region(session)
    other = make_user(session, region.body, Role.LEAD).as_actor()
    set_targets(
        session, lead_of(region), 2026, {"meetings": 6}, version=NO_TARGET_YET, now=on(2026, 4, 1)
    )
    with pytest.raises(StaleVersionError):
        set_targets(session, other, 2026, {"meetings": 9}, version=NO_TARGET_YET, now=on(2026, 4, 1))


@pytest.mark.parametrize(
    ("targets", "field"),
    [({"meetings": 0}, "meetings"), ({"deal_rate": 1.2}, "deal_rate"), ({"absent": 3}, None)],
)
def test_targets_that_cannot_be_are_refused(
    session: Session, targets: dict[str, float], field: str | None
) -> None:
    region = make_region(session)
    with pytest.raises(InvalidError) as refused:
        set_targets(session, lead_of(region), 2026, targets, version=NO_TARGET_YET, now=on(2026, 4, 1))
    assert refused.value.field == field


def test_coordinators_set_no_targets(session: Session) -> None:
    region = make_region(session)
    coordinator = make_user(session, region.body, Role.COORDINATOR).as_actor()
    with pytest.raises(NotAllowedError):
        set_targets(session, coordinator, 2026, {}, version=NO_TARGET_YET, now=on(2026, 4, 1))


def test_every_target_is_a_figure_of_the_report() -> None:
    assert set(TARGET_KEYS) <= set(KEYS)
