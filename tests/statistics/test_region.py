"""What a region learns: parts add up to the whole, and nothing is said that the counts do not carry."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from sme_match.outcomes.enums import NoDealReason
from sme_match.statistics.demand import LEAST_NEEDS, Signal, Trend, crossing, signals, small_lots, spans
from sme_match.statistics.dimensions import Dimension, Flow, by_dimension, flow_table, flows
from sme_match.statistics.facts import Facts
from sme_match.statistics.filters import UNKNOWN, StatisticsFilter, find_period, narrow
from sme_match.statistics.frames import (
    NO_AMOUNTS,
    Side,
    answer_frame,
    ids_of,
    need_frame,
    pair_frame,
    refusal_frame,
)
from sme_match.statistics.periods import Period, fiscal_year
from sme_match.statistics.publishing import Companies, withhold_crossed, withhold_refusals
from sme_match.statistics.region import REFUSAL_DIMENSIONS, build_refusals
from sme_match.statistics.rows import NeedRow, PairRow, RefusalRow
from sme_match.statistics.services import make_demand, make_region
from sme_match.statistics.suppression import LEAST_COMPANIES
from tests.conftest import NOW
from tests.statistics.scenes import make_region as make_scene

TODAY = date(2026, 11, 20)
DAY = date(2026, 5, 1)
places = st.sampled_from([None, "", "03", "04", "13"])
towns = st.sampled_from([None, "03201", "04100"])


@st.composite
def pair_rows(draw: st.DrawFn, number: int) -> PairRow:
    """One pair with a meeting or none, of companies about which anything may be unknown."""
    held = draw(st.booleans())
    return PairRow(
        need_id=number // 3,
        sme_id=draw(st.integers(1, 6)),
        buyer_id=draw(st.integers(7, 9)),
        body_id=1,
        need_prefecture=draw(places),
        sme_prefecture=draw(places),
        process_code=draw(st.sampled_from([None, "", "milling", "bending"])),
        jsic_code=draw(st.sampled_from([None, "24", "26"])),
        need_created_on=DAY,
        proposal_id=number,
        proposed_on=DAY,
        proposal_state="accepted",
        meeting_id=1000 + number if held else None,
        meeting_state="held" if held else None,
        met_on=DAY if held else None,
        outcome_stage=draw(st.sampled_from([None, 1, 4, 6])) if held else None,
        total_yen=draw(st.sampled_from([None, 1, 70_000])),
        lot_quantity=draw(st.sampled_from([None, 1, 2, 10, 11, 100, 101, 5_000])),
        need_municipality=draw(towns),
        sme_municipality=draw(towns),
        sme_employees=draw(st.sampled_from([None, 0, 1, 4, 5, 299, 300, 20_000])),
        agglomeration=draw(st.sampled_from([None, "urban", "castle_town"])),
    )


@st.composite
def regions(draw: st.DrawFn) -> list[PairRow]:
    return [draw(pair_rows(number)) for number in range(draw(st.integers(0, 12)))]


@settings(max_examples=60)
@given(regions(), st.sampled_from(Dimension), st.sampled_from(Side))
def test_parts_add_up_to_the_whole_on_every_dimension_with_the_unknown(
    rows: list[PairRow], dimension: Dimension, side: Side
) -> None:
    pairs = pair_frame(rows)
    groups = by_dimension(need_frame([]), pairs, dimension, side)
    for name, flag in (("meeting", "held"), ("quote", "quoted"), ("deal", "dealt")):
        parts = sorted(number for group in groups for number in getattr(group, f"{name}_ids"))
        assert tuple(parts) == ids_of(pairs, "meeting_id", flag)
    deals = pairs.where(pairs["dealt"] & pairs.known("total_yen"))
    assert sum(group.amounts.total_yen for group in groups) == deals["total_yen"].sum()
    assert len({group.key for group in groups}) == len(groups)


@settings(max_examples=40)
@given(regions(), st.sampled_from(Dimension), st.sampled_from(Side))
def test_each_part_leads_to_exactly_its_records(
    rows: list[PairRow], dimension: Dimension, side: Side
) -> None:
    pairs = pair_frame(rows)
    for group in by_dimension(need_frame([]), pairs, dimension, side):
        chosen = StatisticsFilter(side=side, **{dimension.value: group.key or UNKNOWN})  # type: ignore[arg-type]
        _, own = narrow(need_frame([]), pairs, chosen)
        assert ids_of(own, "meeting_id", "held") == group.meeting_ids


@settings(max_examples=40)
@given(regions())
def test_flows_hold_every_meeting_and_deal_once(rows: list[PairRow]) -> None:
    pairs = pair_frame(rows)
    found = flows(pairs)
    assert tuple(sorted(n for flow in found for n in flow.meeting_ids)) == ids_of(
        pairs, "meeting_id", "held"
    )
    assert tuple(sorted(n for flow in found for n in flow.deal_ids)) == ids_of(
        pairs, "meeting_id", "dealt"
    )
    for flow in found:
        chosen = StatisticsFilter(prefecture=flow.sme or UNKNOWN, partner=flow.buyer or UNKNOWN)
        _, own = narrow(need_frame([]), pairs, chosen)
        assert ids_of(own, "meeting_id", "held") == flow.meeting_ids


@settings(max_examples=40)
@given(regions())
def test_a_share_across_the_border_names_what_it_leaves_out(rows: list[PairRow]) -> None:
    pairs = pair_frame(rows)
    (part,) = crossing(pairs, "met_on", "held", [fiscal_year(2026)])
    everything = ids_of(pairs, "meeting_id", "held")
    assert tuple(sorted([*part.base_ids, *part.unknown_ids])) == everything
    assert set(part.ids) <= set(part.base_ids)
    assert part.interval.low <= (part.rate or part.interval.low) <= part.interval.high


def needs_of(counts: dict[str | None, tuple[int, int]]) -> list[NeedRow]:
    """So many needs of each process in May of the year before, and of this year."""
    rows: list[NeedRow] = []
    for process, pair in counts.items():
        for year, number in zip((2025, 2026), pair, strict=True):
            for _ in range(number):
                rows.append(NeedRow(len(rows), date(year, 5, 10), process, "03", "24"))
    return rows


class TestDemand:
    def test_more_and_fewer_are_only_said_where_chance_is_no_explanation(self) -> None:
        counts = {"milling": (10, 40), "bending": (30, 8), "turning": (20, 22), "casting": (1, 8)}
        before, now = spans(fiscal_year(2026), TODAY)
        found = signals(need_frame(needs_of(counts | {None: (40, 0)})), "process_code", before, now)
        assert [(one.key, one.trend) for one in found] == [
            ("milling", Trend.RISING),
            ("bending", Trend.FALLING),
            ("turning", Trend.SAME),
            ("casting", Trend.TOO_FEW),
            (None, Trend.FALLING),
        ]

    def test_a_period_that_is_not_over_is_compared_with_the_same_months(self) -> None:
        before, now = spans(fiscal_year(2026), TODAY)
        assert now == Period(date(2026, 4, 1), date(2026, 11, 1))
        assert before == Period(date(2025, 4, 1), date(2025, 11, 1))

    @given(st.integers(0, 200), st.integers(0, 200))
    def test_a_trend_follows_its_interval(self, before: int, now: int) -> None:
        one = Signal("milling", tuple(range(before)), tuple(range(now)))
        low, high = one.interval
        assert low <= high
        if one.total < LEAST_NEEDS:
            assert one.trend is Trend.TOO_FEW
        else:
            assert (one.trend is Trend.RISING) == (low > 1)
            assert (one.trend is Trend.FALLING) == (high < 1)
        if one.times is not None and before + now:
            assert low <= one.times <= high

    def test_small_lots_are_counted_among_needs_whose_lot_is_known(self) -> None:
        lots = [None, 1, 100, 101, 0]
        rows = [
            replace(need, need_id=number, lot_quantity=lot)
            for number, (need, lot) in enumerate(zip(needs_of({"milling": (0, 5)}), lots, strict=True))
        ]
        (part,) = small_lots(need_frame(rows), [fiscal_year(2026)])
        assert (part.ids, part.base_ids, part.unknown_ids) == ((1, 2), (1, 2, 3), (0, 4))


reasons = st.lists(
    st.tuples(st.integers(1000, 1011), st.sampled_from(["price", "lot_too_small", "accuracy"])),
    unique=True,
    max_size=20,
)


@settings(max_examples=80)
@given(regions(), reasons, st.sampled_from(REFUSAL_DIMENSIONS))
def test_no_published_reason_tells_about_fewer_than_three_companies(
    rows: list[PairRow], named: list[tuple[int, str]], by: Dimension
) -> None:
    facts = Facts(
        need_frame([]),
        pair_frame(rows),
        refusal_frame([RefusalRow(*each) for each in named]),
        answer_frame([]),
        {},
    )
    found = build_refusals(facts, StatisticsFilter(period="fy2026"), by, today=TODAY)
    sme_of = {row.meeting_id: row.sme_id for row in rows if row.meeting_id is not None}
    buyer_of = {row.meeting_id: row.buyer_id for row in rows if row.meeting_id is not None}
    hidden = withhold_refusals(found, Companies((), (), (sme_of, buyer_of)))
    for reason, company_of in product(found.reasons, (sme_of, buyer_of)):
        cells = {group.key: group.by_reason.get(reason, ()) for group in found.groups}
        shown = {key for key in cells if not hidden.hides(by.value, reason, key)}
        for key in shown:
            behind = {company_of[number] for number in cells[key]}
            assert not 0 < len(behind) < LEAST_COMPANIES
        rest = {company_of[number] for key in cells.keys() - shown for number in cells[key]}
        total = {company_of[number] for ids in cells.values() for number in ids}
        # The total less what is shown belongs to enough companies, unless the total is withheld too.
        assert not 0 < len(rest) < LEAST_COMPANIES or len(total) < LEAST_COMPANIES


@settings(max_examples=30)
@given(regions(), reasons)
def test_process_area_and_size_together_add_up_to_each_of_them(
    rows: list[PairRow], named: list[tuple[int, str]]
) -> None:
    facts = Facts(
        need_frame([]),
        pair_frame(rows),
        refusal_frame([RefusalRow(*each) for each in named]),
        answer_frame([]),
        {},
    )
    filters = StatisticsFilter(period="fy2026")
    maps = [build_refusals(facts, filters, by, today=TODAY) for by in REFUSAL_DIMENSIONS]
    cells = maps[0].cells
    for number, found in enumerate(maps):
        for group in found.groups:
            own = [cell for cell in cells if cell.place[number] == group.key]
            assert sorted(each for cell in own for each in cell.ids) == sorted(group.refused_ids)
    sme_of = {row.meeting_id: row.sme_id for row in rows if row.meeting_id is not None}
    hidden = withhold_crossed(maps, Companies((), (), (sme_of,)))
    for cell, reason in product(cells, maps[0].reasons):
        behind = {sme_of[number] for number in cell.by_reason.get(reason, ())}
        assert cell.place in hidden[reason] or not 0 < len(behind) < LEAST_COMPANIES


def test_flows_make_a_table_whose_totals_count_what_is_not_shown() -> None:
    def flow(buyer: str | None, sme: str | None, count: int) -> Flow:
        return Flow(buyer, sme, tuple(range(count)), (), NO_AMOUNTS)

    table = flow_table([flow("13", "03", 10), flow("13", "04", 1), flow(None, "03", 3)], shown=1)
    assert (table.buyers, table.smes) == ([("13", 11)], [("03", 13)])
    assert [table.level("13", sme) for sme in ("03", "04", "05")] == [5, 1, 0]


def test_a_deal_is_no_refusal_whatever_was_said_before() -> None:
    rows = [
        PairRow(1, 5, 6, 1, "13", "03", "milling", "24", DAY, meeting_id=number, meeting_state="held",
                met_on=DAY, outcome_stage=stage)
        for number, stage in ((1, 4), (2, 6))
    ]  # fmt: skip
    named = [RefusalRow(1, NoDealReason.PRICE), RefusalRow(2, NoDealReason.PRICE)]
    facts = Facts(need_frame([]), pair_frame(rows), refusal_frame(named), answer_frame([]), {})
    found = build_refusals(facts, StatisticsFilter(period="fy2026"), Dimension.PROCESS, today=TODAY)
    assert [(group.key, group.refused_ids) for group in found.groups] == [("milling", (1,))]


def test_the_region_of_a_body_counted_by_hand(session: Session) -> None:
    scene = make_scene(session)
    actor = scene.lead.as_actor()
    found = make_region(session, actor, StatisticsFilter(), Dimension.PREFECTURE, now=NOW)
    assert [(flow.buyer, flow.sme, len(flow.meeting_ids)) for flow in found.flows] == [
        ("13", "03", 1),
        ("03", "03", 1),
        ("13", "04", 1),
    ]
    latest = found.crossing_meetings[-1]
    assert (len(latest.ids), len(latest.base_ids)) == (2, 3)
    asked = make_demand(session, actor, StatisticsFilter(), now=NOW)
    assert [(one.key, len(one.ids), len(one.base_ids)) for one in asked.unserved] == [
        ("bending", 0, 1),
        ("milling", 0, 1),
    ]


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("r2026-04.2026-06", date(2026, 4, 1), date(2026, 7, 1)),
        ("r2026-04.2026-04", date(2026, 4, 1), date(2026, 5, 1)),
    ],
)
def test_some_whole_months_can_be_asked_for(name: str, start: date, end: date) -> None:
    assert find_period(name, TODAY) == Period(start, end)
    assert (
        find_period(f"r{end - timedelta(days=40):%Y-%m}.{start - timedelta(days=40):%Y-%m}", TODAY)
        is None
    )
