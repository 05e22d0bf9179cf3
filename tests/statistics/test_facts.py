"""What is kept of a fiscal year stays only while none of its figures can differ."""

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from sme_match.matching.enums import ProposalState
from sme_match.outcomes.enums import Reporter
from sme_match.statistics.facts import Facts, Records, facts_of
from sme_match.statistics.rows import AnswerRow, PairRow
from sme_match.statistics.yearly.all_bodies import count_body
from sme_match.statistics.yearly.figures import count_year

YEARS = range(2021, 2028)
Needs = dict[int, list[PairRow]]
days = st.dates(date(2022, 1, 1), date(2027, 3, 31))


@st.composite
def pairs_of(draw: st.DrawFn, need_id: int) -> list[PairRow]:
    rows = []
    for number in range(draw(st.integers(0, 3))):
        sme, stage = draw(st.integers(1, 4)), draw(st.sampled_from([None, 2, 6]))
        is_met = draw(st.booleans())
        rows.append(
            PairRow(
                need_id=need_id, sme_id=sme, buyer_id=90 + need_id, body_id=1,
                need_prefecture=draw(st.sampled_from(["03", "13"])), sme_prefecture="03",
                process_code=None, jsic_code=None, need_created_on=date(2022, 1, 1),
                proposal_id=10 * need_id + number, proposal_state=ProposalState.ACCEPTED,
                decided_on=draw(st.none() | days),
                meeting_id=10 * need_id + number if is_met else None,
                meeting_state=draw(st.sampled_from(["held", "absent"])) if is_met else None,
                met_on=draw(days) if is_met else None, outcome_stage=stage if is_met else None,
                deal_on=draw(st.none() | days) if stage == 6 and is_met else None, total_yen=stage,
                sme_number=draw(st.none() | st.just(10**12 + sme)),
            )
        )  # fmt: skip
    return rows


@st.composite
def answers_of(draw: st.DrawFn, rows: list[PairRow]) -> list[AnswerRow]:
    met = [row.meeting_id for row in rows if row.meeting_id]
    return [
        AnswerRow(number, Reporter.SME, draw(st.integers(1, 5)))
        for number in met
        if draw(st.booleans())
    ]


@st.composite
def changes(draw: st.DrawFn) -> tuple[Facts, set[int], Facts]:
    """Records, and some needs as they are after a change."""
    rows, answers = [], []
    for need_id in range(1, draw(st.integers(1, 4)) + 1):
        rows += draw(pairs_of(need_id))
    answers = draw(answers_of(rows))
    touched = draw(st.sets(st.sampled_from([1, 2, 5]), min_size=1, max_size=2))
    part = [row for need_id in sorted(touched) for row in draw(_changed(need_id, rows))]
    return made(rows, answers), touched, made(part, draw(answers_of(part)))


@st.composite
def _changed(draw: st.DrawFn, need_id: int, rows: list[PairRow]) -> list[PairRow]:
    own = [row for row in rows if row.need_id == need_id]
    if draw(st.booleans()):
        return draw(pairs_of(need_id))
    return [
        replace(row, outcome_stage=draw(st.sampled_from([2, 6]))) if row.meeting_id else row
        for row in own
    ]


def made(rows: list[PairRow], answers: list[AnswerRow]) -> Facts:
    return facts_of(Records((), tuple(rows), {}, (), tuple(answers)))


@settings(max_examples=200)
@given(changes())
def test_a_year_that_is_not_counted_anew_has_the_same_figures(
    change: tuple[Facts, set[int], Facts],
) -> None:
    before, touched, part = change
    after = before.replaced(touched, part)
    for year in YEARS:
        if after.revision_of(year) == before.revision_of(year):
            then, now = (count_year(each.pairs, each.answers, year) for each in (before, after))
            assert then == now
            beside = [count_body(each.pairs, each.answers, year) for each in (before, after)]
            assert beside[0].values == beside[1].values
            assert beside[0].ways == beside[1].ways
            assert beside[0].met_before == beside[1].met_before
