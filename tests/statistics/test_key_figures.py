"""Key figures: a period beside the year before, with the records and the unknown named."""

from dataclasses import replace
from datetime import date

from sme_match.statistics.definitions import DEFINITIONS
from sme_match.statistics.frames import need_frame, pair_frame
from sme_match.statistics.key_figures import KEYS, KeyFigure, key_figures
from sme_match.statistics.periods import fiscal_year
from sme_match.statistics.rows import NeedRow, PairRow
from tests.statistics.test_frames import DEAL, HELD, NEED, PROPOSED, QUOTED, pair


def figures(pairs: list[PairRow], needs: list[NeedRow] | None = None) -> dict[str, KeyFigure]:
    found = key_figures(need_frame(needs or []), pair_frame(pairs), fiscal_year(2026))
    return {figure.key: figure for figure in found}


def test_every_key_figure_has_its_definition() -> None:
    assert [key for key in KEYS if key not in DEFINITIONS] == []


def test_every_definition_says_something() -> None:
    assert [d.key for d in DEFINITIONS.values() if not (d.title and d.text and d.source)] == []


def test_of_nothing_counts_are_zero_and_rates_undefined() -> None:
    empty = figures([])
    assert {key: f.current.value for key, f in empty.items()} == {
        "meetings": 0,
        "quote_rate": None,
        "deals": 0,
        "total_yen": 0,
        "first_order_yen": 0,
        "prospects": 0,
        "needs": 0,
        "proposals": 0,
        "smes": 0,
        "buyers": 0,
        "crossing_meetings": None,
        "crossing_deals": None,
        "unreported": None,
    }
    assert empty["quote_rate"].difference is None
    assert empty["meetings"].relative_change is None


def test_meetings_beside_the_year_before() -> None:
    rows = [pair(HELD, 1), pair(HELD, 2), pair(HELD, 3), pair(HELD, 4, met_on=date(2025, 5, 1))]
    meetings = figures(rows)["meetings"]
    assert (meetings.current.ids, meetings.previous.ids) == ((201, 202, 203), (204,))
    assert (meetings.difference, meetings.relative_change) == (2, 2.0)


def test_the_fiscal_year_begins_on_the_first_of_april() -> None:
    rows = [pair(HELD, 1, met_on=date(2026, 3, 31)), pair(HELD, 2, met_on=date(2026, 4, 1))]
    meetings = figures(rows)["meetings"]
    assert (meetings.current.ids, meetings.previous.ids) == ((202,), (201,))


def test_quote_rate_names_denominator_and_unknown() -> None:
    rows = [pair(QUOTED, 1), pair(HELD, 2), pair(QUOTED, 3, outcome_stage=1), pair(DEAL, 4)]
    rate = figures(rows)["quote_rate"]
    assert rate.current.value == 0.5
    assert rate.current.ids == (201, 204)
    assert rate.current.base_ids == (201, 202, 203, 204)
    assert rate.current.unknown_ids == (202,)
    assert rate.interval is not None
    assert [round(end, 3) for end in rate.interval] == [0.15, 0.85]


def test_an_outcome_said_to_be_unknown_is_unreported() -> None:
    rows = [pair(HELD, 1, outcome_stage=1, outcome_end="unknown"), pair(HELD, 2, outcome_stage=1)]
    assert figures(rows)["unreported"].current.ids == (201,)


def test_meeting_and_deal_count_in_their_own_years() -> None:
    late = figures([replace(DEAL, met_on=date(2026, 2, 1))])
    assert (late["meetings"].current.value, late["meetings"].previous.value) == (0, 1)
    assert (late["deals"].current.value, late["deals"].previous.value) == (1, 0)


def test_prospects_are_not_deals_and_end_with_no_deal() -> None:
    rows = [pair(QUOTED, 1), pair(QUOTED, 2, outcome_end="no_deal"), pair(DEAL, 3)]
    found = figures(rows)
    assert found["prospects"].current.ids == (201,)
    assert found["deals"].current.ids == (203,)


def test_amounts_name_the_deals_without_one() -> None:
    rows = [pair(DEAL, 1), pair(DEAL, 2, first_order_yen=None)]
    first = figures(rows)["first_order_yen"]
    assert (first.current.value, first.current.unknown_ids) == (300_000, (202,))


def test_crossing_a_border_needs_both_prefectures() -> None:
    rows = [
        pair(HELD, 1),
        pair(HELD, 2, sme_prefecture="13"),
        pair(HELD, 3, sme_prefecture=None),
        pair(DEAL, 4),
    ]
    found = figures(rows)
    meetings = found["crossing_meetings"].current
    assert (meetings.ids, meetings.base_ids, meetings.unknown_ids) == (
        (201, 204),
        (201, 202, 204),
        (203,),
    )
    assert found["crossing_deals"].current.value == 1.0


def test_companies_are_distinct() -> None:
    rows = [HELD, replace(HELD, meeting_id=202), pair(HELD, 3, buyer_id=22)]
    found = figures(rows)
    assert (found["smes"].current.ids, found["buyers"].current.ids) == ((11, 13), (21, 22))


def test_needs_and_proposals_count_on_the_day_they_were_made() -> None:
    found = figures([PROPOSED], [NEED, replace(NEED, need_id=2, created_on=date(2025, 4, 1))])
    assert (found["needs"].current.ids, found["needs"].previous.ids) == ((1,), (2,))
    assert found["proposals"].current.ids == (101,)
