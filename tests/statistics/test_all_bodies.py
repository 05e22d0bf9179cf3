"""Over all bodies: the figures of few companies cannot be had, not by subtraction either."""

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from sme_match.meetings.enums import MeetingState
from sme_match.statistics.columns import Frame
from sme_match.statistics.evidence import RecordKind
from sme_match.statistics.frames import answer_frame, pair_frame
from sme_match.statistics.rows import PairRow
from sme_match.statistics.suppression import LEAST_COMPANIES
from sme_match.statistics.yearly.all_bodies import SHOWN, AllBodies, count_body
from sme_match.statistics.yearly.all_bodies import over_bodies as over_counted_bodies
from sme_match.statistics.yearly.figures import count_year

COUNTS = ("planned", "meetings", "deals", "smes")


def row(
    number: int, sme: int, state: MeetingState, stage: int | None, buyer: int | None = None
) -> PairRow:
    return PairRow(
        need_id=1, sme_id=sme, buyer_id=buyer or 900 + number,
        body_id=1, need_prefecture="03", sme_prefecture="03",
        process_code=None, jsic_code=None, need_created_on=date(2026, 4, 1), meeting_id=number,
        meeting_state=state, met_on=date(2026, 6, 1), outcome_stage=stage, total_yen=stage,
    )  # fmt: skip


def over_bodies(records: list[Frame], year: int) -> AllBodies:
    counted = [count_body(pairs, answer_frame([]), year) for pairs in records]
    return over_counted_bodies([(n, f"機構{n}", each) for n, each in enumerate(counted)], year)


@st.composite
def bodies(draw: st.DrawFn) -> list[Frame]:
    found, number = [], 0
    for body_id in range(1, draw(st.integers(1, 4)) + 1):
        pairs = []
        for _ in range(draw(st.integers(0, 7))):
            number += 1
            state = draw(st.sampled_from([MeetingState.HELD, MeetingState.HELD, MeetingState.ABSENT]))
            sme = body_id * 10 + draw(st.integers(0, 5))
            pairs.append(row(number, sme, state, draw(st.sampled_from([None, 1, 4, 6]))))
        found.append(pair_frame(pairs))
    return found


def smes_behind(records: list[Frame], key: str) -> set[int]:
    found: set[int] = set()
    for pairs in records:
        figure = count_year(pairs, answer_frame([]), 2026).figures[key]
        if figure.counted is RecordKind.COMPANY:
            found.update(figure.measure.ids)
            continue
        owner = dict(zip(pairs["meeting_id"].tolist(), pairs["sme_id"].tolist(), strict=True))
        found.update(owner[number] for number in figure.measure.ids)
    return found


@settings(max_examples=30)
@given(bodies())
def test_neither_a_figure_nor_what_subtraction_gives_is_that_of_few_companies(
    records: list[Frame],
) -> None:
    found = over_bodies(records, 2026)
    for key in COUNTS:
        hidden = [
            each for each, line in zip(records, found.rows, strict=True) if key not in line.values
        ]
        for each, line in zip(records, found.rows, strict=True):
            if key in line.values:
                assert not 0 < len(smes_behind([each], key)) < LEAST_COMPANIES
        if key in found.total:
            assert not 0 < len(smes_behind(records, key)) < LEAST_COMPANIES
            # The total minus what is shown is what is hidden, as one figure.
            assert not 0 < len(smes_behind(hidden, key)) < LEAST_COMPANIES


@settings(max_examples=30)
@given(bodies())
def test_planned_minus_held_tells_of_no_few_companies(records: list[Frame]) -> None:
    for each, line in zip(records, over_bodies(records, 2026).rows, strict=True):
        if {"planned", "meetings"} <= line.values.keys():
            absent = each["sme_id"][each.equals("meeting_state", MeetingState.ABSENT)]
            assert not 0 < len(set(absent.tolist())) < LEAST_COMPANIES


def test_one_company_of_two_bodies_is_counted_once() -> None:
    numbers = {5: 1010001000001, 15: 1010001000001}
    records = [
        pair_frame(
            [
                replace(row(body * 10 + n, sme, MeetingState.HELD, 1), sme_number=numbers.get(sme))
                for n, sme in enumerate(smes)
            ]
        )
        for body, smes in ((1, (5, 6, 7)), (2, (15, 8, 9)))
    ]
    found = over_bodies(records, 2026)
    assert [line.values["smes"] for line in found.rows] == [3, 3]
    assert found.total["smes"] == 5


def test_a_zero_is_shown_because_nobody_stands_behind_it() -> None:
    rows = [row(n, n, MeetingState.HELD, 1) for n in range(4)]
    found = over_bodies([pair_frame(rows)], 2026)
    assert set(found.rows[0].values) == set(SHOWN)
    assert (found.rows[0].values["deals"], found.rows[0].values["meetings"]) == (0, 4)


def test_the_deals_of_one_buyer_are_not_shown_however_many_companies_have_them() -> None:
    rows = [row(n, n, MeetingState.HELD, 6, buyer=900) for n in range(3)]
    found = over_bodies([pair_frame(rows)], 2026)
    assert {"deals", "total_yen", "deal_rate"}.isdisjoint(found.rows[0].values)
    assert "total_yen" not in found.total
