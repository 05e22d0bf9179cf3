"""Small cells of published tables: withheld, and not to be had by subtraction."""

from collections.abc import Iterable
from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sme_match.statistics.suppression import (
    LEAST_COMPANIES,
    Cell,
    is_small,
    withheld,
    withheld_across,
)


@st.composite
def cells(draw: st.DrawFn) -> Cell:
    companies = draw(st.frozensets(st.integers(1, 12), max_size=6))
    # A company is counted once or several times, and may be in several cells.
    return Cell(len(companies) + draw(st.integers(0, 4)) if companies else 0, companies)


tables = st.dictionaries(st.integers(1, 9), cells(), max_size=8)


def behind(table: dict[int, Cell], keys: Iterable[int]) -> frozenset[int]:
    return frozenset[int]().union(*(table[key].companies for key in keys))


@given(tables)
def test_no_published_cell_is_small(table: dict[int, Cell]) -> None:
    hidden = withheld(table)
    assert hidden <= table.keys()
    assert not any(is_small(cell.companies) for key, cell in table.items() if key not in hidden)


@given(tables)
def test_subtraction_finds_no_withheld_cell(table: dict[int, Cell]) -> None:
    hidden = withheld(table)
    if not hidden or is_small(behind(table, table)):
        return
    total = sum(cell.count for cell in table.values())
    difference = total - sum(cell.count for key, cell in table.items() if key not in hidden)
    # Who knows that zeros are shown knows that what is withheld is at least 1.
    least = 0 if any(not table[key].companies for key in hidden) or hidden == table.keys() else 1
    most = difference - least * (len(hidden) - 1)
    assert most > least, "several values fit every withheld cell"
    assert len(behind(table, hidden)) >= LEAST_COMPANIES


@given(tables)
def test_a_total_of_few_companies_leaves_no_cell_with_figures(table: dict[int, Cell]) -> None:
    if is_small(behind(table, table)):
        assert withheld(table) == {key for key, cell in table.items() if cell.companies}


def test_one_small_cell_takes_the_next_smallest_with_it() -> None:
    table = {
        "岩手": Cell(1, frozenset({1})),
        "宮城": Cell(9, frozenset({2, 3, 4})),
        "秋田": Cell(20, frozenset(range(5, 15))),
        "青森": Cell(0, frozenset()),
    }
    assert withheld(table) == {"岩手", "宮城"}


def test_a_table_without_small_cells_is_published_whole() -> None:
    assert withheld({"a": Cell(3, frozenset({1, 2, 3})), "b": Cell(0, frozenset())}) == frozenset()


def test_cells_that_all_hold_one_are_withheld_with_the_zeros() -> None:
    table = {number: Cell(1, frozenset({number})) for number in (1, 2, 3)} | {4: Cell(0, frozenset())}
    assert withheld(table) == {1, 2, 3, 4}


PLACES = tuple(product(range(3), range(3), range(2)))
cubes = st.dictionaries(st.sampled_from(PLACES), cells(), max_size=len(PLACES))


def sums_of(cube: dict[tuple[int, int, int], Cell]) -> list[list[tuple[int, int, int]]]:
    """The sums that are published: everything, and each part of each dimension that is not small."""
    lines = [[place for place in cube if place[way] == part] for way in range(3) for part in range(3)]
    return [
        line
        for line in (list(cube), *lines)
        if not is_small(frozenset[int]().union(*(cube[place].companies for place in line)))
    ]


@given(cubes)
def test_all_published_sums_together_give_no_withheld_cell_away(
    cube: dict[tuple[int, int, int], Cell],
) -> None:
    lines = sums_of(cube)
    hidden = list(withheld_across(cube, lines))
    assert all(is_small(cube[place].companies) <= (place in hidden) for place in cube)
    if len(hidden) == len(cube):
        return
    known = np.array([[place in line for place in hidden] for line in lines], dtype=float)
    rank = np.linalg.matrix_rank(known) if hidden else 0
    for number in range(len(hidden)):
        unit = np.eye(len(hidden))[number]
        assert np.linalg.matrix_rank(np.vstack([known, unit])) == rank + 1
    for line in lines:
        rest = [place for place in line if place in hidden and cube[place].companies]
        behind_rest = frozenset[int]().union(*(cube[place].companies for place in rest))
        assert not is_small(behind_rest)


def test_only_as_much_is_withheld_as_must_be() -> None:
    large, small = Cell(6, frozenset({1, 2, 3, 4})), Cell(2, frozenset({5, 6}))
    cube = dict.fromkeys(PLACES, large)
    assert withheld_across(cube, sums_of(cube)) == frozenset()
    hidden = withheld_across(cube | {(0, 0, 0): small}, sums_of(cube))
    assert 4 <= len(hidden) <= 10, "for one small cell of eighteen"
