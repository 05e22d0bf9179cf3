"""Which cells of a published table are withheld. Pure.

A cell that fewer than `LEAST_COMPANIES` companies stand behind is withheld (primary suppression).
Where the total is published too, what is withheld could be had by subtraction; so further cells are
withheld, the smallest first, until the difference belongs to several cells and to enough companies,
and several tables fit it (complementary suppression). A zero is shown: nobody stands behind it.
Source: Hundepool and others, Statistical Disclosure Control (2012), chapter 4.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

LEAST_COMPANIES = 3
_LEAST_CELLS = 2
_TOLERANCE = 1e-6
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Cell:
    """A count that adds up to the total of its table, and the companies behind it."""

    count: int
    companies: Collection[int]
    """Distinct."""


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


def withheld_across(
    cells: Mapping[Key, Cell], lines: Iterable[Collection[Key]], hidden: Iterable[Key] = ()
) -> frozenset[Key]:
    """Return the cells that are not published where they add up to published sums in many ways.

    Each line names the cells of one published sum, such as those of one process or of one region.
    What is withheld of a line must be safe as in `withheld`; and no cell may follow from all sums
    together, which is so when its unit vector lies in the space that the lines span. `hidden` are
    withheld for another reason already. Where the cells with figures do not suffice, the zeros of a
    line are withheld too, and at last all cells.
    """
    known = [tuple(line) for line in lines]
    found = {*hidden, *(key for key, cell in cells.items() if is_small(cell.companies))}
    # A cell alone in its line is its published sum: to withhold it hides nothing.
    filled = [[key for key in line if cells[key].companies] for line in known]
    candidates = {key for key, cell in cells.items() if cell.companies} - {
        line[0] for line in filled if len(line) == 1
    }
    while (open_lines := _open(cells, known, found)) or (told := _told(known, found)):
        at_risk = open_lines or [line for line in known if told & {*line}]
        inside = Counter(key for line in at_risk for key in line if key not in found)
        usable = inside.keys() & candidates
        zeros = {key for key in inside if not cells[key].companies}
        if usable:
            # Of the cells that help most lines, the one that loses least; always the same one, since
            # two choices of the same table could be laid over each other.
            most = max(inside[key] for key in usable)
            helpful = [key for key in cells if key in usable and inside[key] == most]
            found.add(min(helpful, key=lambda key: (len(cells[key].companies), cells[key].count)))
        elif zeros:
            found |= zeros
        else:
            return frozenset(cells)
    return frozenset(found)


def _open(
    cells: Mapping[Key, Cell], lines: Iterable[Sequence[Key]], hidden: Collection[Key]
) -> list[Sequence[Key]]:
    """Return the lines of which what is withheld follows from the sum, or tells about few companies."""
    found = []
    for line in lines:
        own = [key for key in line if key in hidden]
        behind, difference = _behind(cells, own), sum(cells[key].count for key in own)
        if difference and (
            len(behind) < LEAST_COMPANIES or difference <= len(own) == _filled(cells, own)
        ):
            found.append(line)
    return found


def _filled(cells: Mapping[Key, Cell], keys: Iterable[Key]) -> int:
    return sum(bool(cells[key].companies) for key in keys)


def _told(lines: Iterable[Sequence[Key]], hidden: Collection[Key]) -> set[Key]:
    """Return the withheld cells that all sums together give away."""
    keys = list(hidden)
    place = {key: number for number, key in enumerate(keys)}
    sums = [[place[key] for key in line if key in place] for line in lines]
    known = np.zeros((len(sums) or 1, len(keys)))
    for row, columns in enumerate(sums):
        known[row, columns] = 1
    # The projection onto the space of the rows has 1 where a unit vector lies in it.
    projection = np.linalg.pinv(known) @ known
    return {key for key, number in place.items() if projection[number, number] > 1 - _TOLERANCE}


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
