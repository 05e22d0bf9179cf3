"""Outcome figures: what counts where, and that nothing is counted twice or dropped."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from sme_match.statistics import frames
from sme_match.statistics.frames import Side, need_frame, pair_frame
from sme_match.statistics.periods import Period, fiscal_year
from sme_match.statistics.rows import NeedRow, PairRow

NEED = NeedRow(1, date(2026, 4, 2), "milling", "13", "25")
PROPOSED = PairRow(
    need_id=1,
    sme_id=11,
    buyer_id=21,
    body_id=1,
    need_prefecture="13",
    sme_prefecture="03",
    process_code="milling",
    jsic_code="25",
    need_created_on=date(2026, 4, 2),
    proposal_id=101,
    proposal_state="new",
    proposed_on=date(2026, 4, 10),
)
ACCEPTED = replace(PROPOSED, proposal_state="accepted", decided_on=date(2026, 4, 12))
HELD = replace(ACCEPTED, meeting_id=201, meeting_state="held", met_on=date(2026, 5, 20))
QUOTED = replace(HELD, outcome_stage=4)
DEAL = replace(
    HELD, outcome_stage=6, deal_on=date(2026, 9, 1), first_order_yen=300_000, total_yen=900_000
)


def pair(base: PairRow, number: int, **changes: object) -> PairRow:
    """A pair of its own: other company, proposal and meeting."""
    ids: dict[str, object] = {"sme_id": 10 + number, "proposal_id": 100 + number}
    if base.meeting_id is not None:
        ids["meeting_id"] = 200 + number
    return replace(base, **(ids | changes))  # type: ignore[arg-type]  # names are those of PairRow


class TestFunnel:
    def test_counts_every_step_and_names_the_lowest(self) -> None:
        pairs = [
            pair(PROPOSED, 1),
            pair(PROPOSED, 2),
            pair(ACCEPTED, 3),
            pair(HELD, 4),
            pair(HELD, 5),
            pair(HELD, 6),
            pair(QUOTED, 7),
            pair(DEAL, 8),
        ]
        result = frames.funnel(need_frame([NEED, replace(NEED, need_id=2)]), pair_frame(pairs))
        assert [(s.key, s.count, s.conversion) for s in result.stages] == [
            ("needs", 2, None),
            ("proposals", 8, None),
            ("accepted", 6, 0.75),
            ("meetings", 5, 5 / 6),
            ("quotes", 2, 0.4),
            ("deals", 1, 0.5),
        ]
        assert result.proposals_per_need == 4
        assert result.lowest is not None
        assert result.lowest.key == "quotes"
        assert result.stages[4].ids == (107, 108)

    def test_of_nothing_is_zero_and_has_no_lowest_step(self) -> None:
        result = frames.funnel(need_frame([]), pair_frame([]))
        assert [(s.count, s.conversion) for s in result.stages] == [(0, None)] * 6
        assert result.proposals_per_need is None
        assert result.lowest is None

    def test_two_meetings_of_one_proposal_are_one_pair(self) -> None:
        again = replace(QUOTED, meeting_id=202)
        result = frames.funnel(need_frame([NEED]), pair_frame([HELD, again]))
        assert [s.count for s in result.stages] == [1, 1, 1, 1, 1, 0]

    def test_a_proposal_on_hold_is_neither_accepted_nor_a_held_meeting(self) -> None:
        on_hold = replace(PROPOSED, proposal_state="held")
        result = frames.funnel(need_frame([NEED]), pair_frame([on_hold]))
        assert [s.count for s in result.stages] == [1, 1, 0, 0, 0, 0]

    def test_meetings_without_a_proposal_stand_apart(self) -> None:
        own = replace(HELD, proposal_id=None, proposal_state=None, proposed_on=None)
        result = frames.funnel(need_frame([NEED]), pair_frame([own]))
        assert result.unproposed_meeting_ids == (201,)
        assert result.stages[3].count == 0

    def test_what_was_reported_of_a_meeting_put_right_as_not_held_does_not_count(self) -> None:
        absent = replace(DEAL, meeting_state="absent")
        result = frames.funnel(need_frame([NEED]), pair_frame([absent]))
        assert [stage.count for stage in result.stages] == [1, 1, 1, 0, 0, 0]
        assert frames.amounts(pair_frame([absent])).total_yen == 0

    def test_a_quote_asked_for_is_not_a_quote(self) -> None:
        asked = replace(HELD, outcome_stage=3)
        result = frames.funnel(need_frame([NEED]), pair_frame([asked]))
        assert result.stages[4].count == 0


class TestGroups:
    def test_prefecture_of_either_side(self) -> None:
        needs, pairs = need_frame([NEED]), pair_frame([pair(HELD, 1), pair(DEAL, 2)])
        (sme,) = frames.by_prefecture(needs, pairs, Side.SME)
        (buyer,) = frames.by_prefecture(needs, pairs, Side.BUYER)
        assert (sme.key, sme.need_ids, sme.meeting_ids) == ("03", (), (201, 202))
        assert (buyer.key, buyer.need_ids, buyer.deal_ids) == ("13", (1,), (202,))

    def test_unknown_code_is_a_group_of_its_own_at_the_end(self) -> None:
        pairs = pair_frame([pair(HELD, 1, sme_prefecture=""), pair(HELD, 2), pair(HELD, 3)])
        groups = frames.by_prefecture(need_frame([]), pairs, Side.SME)
        assert [(g.key, g.meeting_ids) for g in groups] == [("03", (202, 203)), (None, (201,))]
        assert frames.unknown_share(groups) == 1 / 3

    def test_companies_are_distinct_and_meetings_are_not(self) -> None:
        pairs = pair_frame([HELD, replace(HELD, meeting_id=202)])
        (group,) = frames.by_process(need_frame([]), pairs)
        assert (group.sme_ids, group.meeting_ids) == ((11,), (201, 202))

    def test_a_company_that_never_met_does_not_take_part(self) -> None:
        (group,) = frames.by_process(need_frame([]), pair_frame([ACCEPTED]))
        assert group.sme_ids == ()

    def test_busiest_process_first_also_one_with_needs_only(self) -> None:
        needs = need_frame([NEED, replace(NEED, need_id=2, process_code="casting")])
        pairs = pair_frame([HELD])
        groups = frames.by_process(needs, pairs)
        assert [(g.key, len(g.need_ids)) for g in groups] == [("milling", 1), ("casting", 1)]

    def test_industry_is_that_of_the_need(self) -> None:
        (group,) = frames.by_industry(need_frame([NEED]), pair_frame([DEAL]))
        assert (group.key, group.deal_ids) == ("25", (201,))

    def test_of_nothing_there_are_no_groups(self) -> None:
        needs, pairs = need_frame([]), pair_frame([])
        assert frames.by_prefecture(needs, pairs, Side.SME) == []
        assert frames.by_process(needs, pairs) == []
        assert frames.by_industry(needs, pairs) == []
        assert frames.unknown_share([]) is None


class TestMonths:
    def test_meetings_and_deals_fall_on_their_own_days_beside_the_year_before(self) -> None:
        rows = [
            pair(DEAL, 1),
            pair(HELD, 2, met_on=date(2025, 5, 31)),
            pair(HELD, 3, met_on=date(2026, 6, 1)),
        ]
        months = frames.by_month(pair_frame(rows), fiscal_year(2026))
        assert [m.period.start.month for m in months] == [4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3]
        may, june, september = months[1], months[2], months[5]
        assert (may.meeting_ids, may.previous_meeting_ids) == ((201,), (202,))
        assert (june.meeting_ids, june.previous_meeting_ids) == ((203,), ())
        assert (september.meeting_ids, september.deal_ids) == ((), (201,))

    def test_a_deal_without_a_day_falls_on_the_meeting(self) -> None:
        undated = replace(DEAL, deal_on=None)
        months = frames.by_month(pair_frame([undated]), fiscal_year(2026))
        assert months[1].deal_ids == (201,)

    def test_of_nothing_every_month_is_zero(self) -> None:
        months = frames.by_month(pair_frame([]), fiscal_year(2026))
        assert [len(m.meeting_ids) for m in months] == [0] * 12


class TestAmounts:
    def test_prospects_are_never_added(self) -> None:
        prospect = pair(QUOTED, 2, expected_year_yen=5_000_000, first_order_yen=1)
        result = frames.amounts(pair_frame([DEAL, prospect]))
        assert (result.first_order_yen, result.total_yen) == (300_000, 900_000)

    def test_a_deal_without_an_amount_is_named(self) -> None:
        result = frames.amounts(pair_frame([DEAL, pair(DEAL, 2, total_yen=None)]))
        assert (result.total_yen, result.total_unknown_ids) == (900_000, (202,))
        assert result.first_order_unknown_ids == ()

    def test_of_nothing_are_zero(self) -> None:
        result = frames.amounts(pair_frame([]))
        assert (result.first_order_yen, result.total_yen) == (0, 0)

    def test_the_sums_are_exact(self) -> None:
        huge = pair(DEAL, 1, total_yen=2**53 + 1)
        assert frames.amounts(pair_frame([huge])).total_yen == 2**53 + 1


days = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@settings(deadline=None)
@given(st.lists(st.tuples(days, st.booleans()), max_size=30), days)
def test_months_hold_each_meeting_of_the_period_once(
    meetings: list[tuple[date, bool]], start: date
) -> None:
    period = Period(start.replace(day=1), start.replace(day=1) + timedelta(days=500))
    rows = [
        pair(HELD, number, met_on=day, meeting_state="held" if held else "absent")
        for number, (day, held) in enumerate(meetings)
    ]
    months = frames.by_month(pair_frame(rows), period)
    counted = [one for month in months for one in month.meeting_ids]
    last = months[-1].period.end
    expected = [r.meeting_id for r in rows if r.meeting_state == "held" and r.met_on is not None
                and period.start <= r.met_on < last]  # fmt: skip
    assert sorted(counted) == expected
