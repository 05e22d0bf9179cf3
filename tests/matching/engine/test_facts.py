"""Which row of a company counts, and how many companies a must excludes."""

from typing import Final

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sme_match.matching.engine.conditions import (
    CapabilityFacts,
    Circumstances,
    CompanyFacts,
    Condition,
    Verdict,
)
from sme_match.matching.engine.facts import FactTable
from sme_match.needs.enums import ConditionKind as Kind
from sme_match.needs.enums import ConditionLevel as Level
from tests.matching.engine.shops import TODAY

AROUND: Final = Circumstances(TODAY)
MILLING_FINE: Final = CapabilityFacts(process="milling", tolerance_mm=0.01)
MILLING_ROUGH: Final = CapabilityFacts(process="milling", tolerance_mm=0.1)
GRINDING_FINE: Final = CapabilityFacts(process="grinding", tolerance_mm=0.001)
MILL: Final = Condition(Kind.PROCESS, Level.MUST, "milling")
GRIND: Final = Condition(Kind.PROCESS, Level.MUST, "grinding")
FINE: Final = Condition(Kind.TOLERANCE_MM, Level.MUST, 0.02)


def verdicts(rows: tuple[CapabilityFacts, ...], *conditions: Condition) -> list[str]:
    table = FactTable([CompanyFacts(1, rows)], [1])
    results = table.results(table.judge(conditions, AROUND), 0, AROUND)
    return [result.verdict.value for result in results]


def test_one_row_must_meet_the_musts_together() -> None:
    assert verdicts((MILLING_ROUGH, GRINDING_FINE), MILL, FINE) == ["pass", "fail"]
    assert verdicts((GRINDING_FINE, MILLING_FINE), MILL, FINE) == ["pass", "pass"]


def test_a_row_that_leaves_a_must_open_is_better_than_one_that_fails() -> None:
    silent = CapabilityFacts(process="milling")

    assert verdicts((MILLING_ROUGH, silent), MILL, FINE) == ["pass", "unknown"]


def test_wishes_decide_between_rows_that_meet_the_musts() -> None:
    wish = Condition(Kind.LOT, Level.WISH, 1)
    singles = CapabilityFacts(process="milling", tolerance_mm=0.01, lot_min=1)

    assert verdicts((MILLING_FINE, singles), MILL, FINE, wish) == ["pass", "pass", "pass"]


def test_several_processes_may_come_from_several_rows() -> None:
    assert verdicts((MILLING_FINE, GRINDING_FINE), MILL, GRIND) == ["pass", "pass"]
    assert verdicts((MILLING_FINE,), MILL, GRIND) == ["pass", "fail"]


def test_both_values_are_reported() -> None:
    table = FactTable([CompanyFacts(1, (MILLING_ROUGH,))], [1])

    [result] = table.results(table.judge([FINE], AROUND), 0, AROUND)

    assert (result.kind, result.level, result.verdict) == (Kind.TOLERANCE_MM, Level.MUST, Verdict.FAIL)
    assert (result.required, result.offered) == (0.02, 0.1)


def test_companies_without_rows_or_facts_are_unknown_in_index_order() -> None:
    table = FactTable([CompanyFacts("b", prefecture="03"), CompanyFacts("z")], ["a", "b", "c"])

    judged = table.judge([MILL, Condition(Kind.PREFECTURE, Level.MUST, "06")], AROUND)

    assert table.keys == ("a", "b", "c")
    assert judged.musts_failed.tolist() == [0, 1, 0]
    assert judged.musts_passed.tolist() == [0, 0, 0]


def test_counts_per_kind_look_only_at_the_companies_of_the_run() -> None:
    rows = {1: MILLING_FINE, 2: GRINDING_FINE, 3: GRINDING_FINE}
    table = FactTable([CompanyFacts(key, (row,)) for key, row in rows.items()], list(rows))
    wish = Condition(Kind.TOLERANCE_MM, Level.WISH, 0.0001)

    judged = table.judge([MILL, wish], AROUND)

    assert judged.excluded_counts(np.array([True, True, False])) == {Kind.PROCESS: 1}
    assert judged.excluded_counts(np.array([True, True, True])) == {Kind.PROCESS: 2}


def test_an_empty_table_judges_nothing() -> None:
    judged = FactTable([], []).judge([MILL], AROUND)

    assert judged.musts_failed.tolist() == []
    assert judged.excluded_counts(np.array([], dtype=np.bool_)) == {Kind.PROCESS: 0}


figures = st.one_of(st.none(), st.sampled_from([0.01, 0.02, 0.1]))
rows = st.builds(
    CapabilityFacts,
    process=st.sampled_from(["", "milling", "grinding"]),
    tolerance_mm=figures,
    lot_min=figures,
)
conditions = st.lists(
    st.one_of(
        st.builds(Condition, st.just(Kind.PROCESS), st.sampled_from(Level), st.just("milling")),
        st.builds(
            Condition,
            st.sampled_from([Kind.TOLERANCE_MM, Kind.LOT]),
            st.sampled_from(Level),
            st.sampled_from([0.01, 0.05]),
        ),
    ),
    max_size=5,
)


@given(st.lists(st.lists(rows, max_size=4).map(tuple), max_size=5), conditions)
def test_all_companies_at_once_equal_each_alone(
    companies: list[tuple[CapabilityFacts, ...]], chosen: list[Condition]
) -> None:
    facts = [CompanyFacts(key, of_company) for key, of_company in enumerate(companies)]
    together = FactTable(facts, range(len(facts)))
    judged = together.judge(chosen, AROUND)

    for place, company in enumerate(facts):
        alone = FactTable([company], [place])
        results = alone.results(alone.judge(chosen, AROUND), 0, AROUND)
        assert together.results(judged, place, AROUND) == results
        failed = [r for r in results if r.level is Level.MUST and r.verdict is Verdict.FAIL]
        assert judged.musts_failed[place] == len(failed)


@given(
    st.lists(st.lists(rows, max_size=4).map(tuple), max_size=5),
    conditions.filter(lambda chosen: len({each.kind for each in chosen}) == len(chosen)),
)
def test_giving_up_a_must_admits_at_least_as_many_as_said(
    companies: list[tuple[CapabilityFacts, ...]], chosen: list[Condition]
) -> None:
    facts = [CompanyFacts(key, of_company) for key, of_company in enumerate(companies)]
    table = FactTable(facts, range(len(facts)))
    judged = table.judge(chosen, AROUND)
    counts = judged.failed_alone(np.ones(len(facts), dtype=np.bool_))

    assert len(counts) == len(chosen)
    for number, count in enumerate(counts):
        without = table.judge([*chosen[:number], *chosen[number + 1 :]], AROUND)
        more = int((without.musts_failed == 0).sum()) - int((judged.musts_failed == 0).sum())
        assert more >= count


def test_only_the_companies_looked_at_are_counted_as_admitted() -> None:
    table = FactTable([CompanyFacts(1, (MILLING_ROUGH,)), CompanyFacts(2, (MILLING_ROUGH,))], [1, 2])
    judged = table.judge([MILL, FINE], AROUND)
    assert judged.failed_alone(np.array([True, False])).tolist() == [0, 1]
