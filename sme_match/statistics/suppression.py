"""Which cells of a published table are withheld. Pure.

A cell that fewer than `LEAST_COMPANIES` companies stand behind is withheld (primary suppression).
Where the total is published too, what is withheld could be had by subtraction; so further cells are
withheld, the smallest first, until the difference belongs to several cells and to enough companies,
and several tables fit it (complementary suppression). A zero is shown: nobody stands behind it.
Source: Hundepool and others, Statistical Disclosure Control (2012), chapter 4.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypeVar

LEAST_COMPANIES = 3
_LEAST_CELLS = 2
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Cell:
    """A count that adds up to the total of its table, and the companies behind it."""

    count: int
    companies: frozenset[int]


def is_small(companies: Collection[int]) -> bool:
    """Return whether so few companies stand behind a figure that it is not published."""
    return 0 < len(companies) < LEAST_COMPANIES


def withheld(cells: Mapping[Key, Cell]) -> frozenset[Key]:
    """Return the cells of one column that are not published beside its total.

    The total itself is published unless it is small. When not even all cells with figures together
    are enough, all are withheld, zeros too: then nobody knows which cells have figures.
    """
    filled = [key for key, cell in cells.items() if cell.companies]
    hidden = {key for key in filled if is_small(cells[key].companies)}
    if not hidden or is_small(_behind(cells, filled)):
        return frozenset(hidden)
    ordered = sorted(filled, key=lambda key: (len(cells[key].companies), cells[key].count))
    candidates = [key for key in ordered if key not in hidden]
    while not _is_safe(cells, hidden):
        if not candidates:
            return frozenset(cells)
        hidden.add(candidates.pop(0))
    return frozenset(hidden)


def _is_safe(cells: Mapping[Key, Cell], hidden: Collection[Key]) -> bool:
    difference = sum(cells[key].count for key in hidden)
    return (
        len(hidden) >= _LEAST_CELLS
        and len(_behind(cells, hidden)) >= LEAST_COMPANIES
        # Each is at least 1: a difference of as many as there are cells would tell them all.
        and difference > len(hidden)
    )


def _behind(cells: Mapping[Key, Cell], keys: Collection[Key]) -> frozenset[int]:
    return frozenset[int]().union(*(cells[key].companies for key in keys))
