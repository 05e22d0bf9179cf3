"""Small cells of published tables: withheld, and not to be had by subtraction."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from sme_match.statistics.suppression import LEAST_COMPANIES, Cell, is_small, withheld


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
