"""The loops that a search spends its time in, compiled by numba.

NumPy and SciPy need some thirty calls for them, whose fixed cost was most of the time in a register
of a thousand profiles. No fast-math: sums are added up in the order that is written here, so that
every machine and every shard comes to the same bits.
"""

from collections.abc import Callable
from typing import NamedTuple, ParamSpec, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from sme_match.matching.engine.weighting import Floats, Matrix, Singles

P = ParamSpec("P")
R = TypeVar("R")


class Sparse(NamedTuple):
    """A sparse matrix as compiled code reads it: what `data` and `indices` hold of a row or column."""

    data: Singles
    indices: NDArray[np.int32]
    indptr: NDArray[np.int32]

    @classmethod
    def of(cls, matrix: Matrix) -> "Sparse":
        """Take the arrays of a matrix of SciPy; nothing is copied."""
        return cls(matrix.data, matrix.indices, matrix.indptr)


class Weights(NamedTuple):
    """The weights of some profiles and of their lines."""

    profiles: Sparse
    lines: Sparse
    firsts: NDArray[np.intp]
    """Where the lines of each profile begin, and where the last ones end."""


class Looked(NamedTuple):
    """What each pair of a profile and a need shares."""

    whole: Floats
    """The product of the need and the whole profile."""
    best: Floats
    """The product of the need and the best line of the profile."""
    lines: NDArray[np.intp]
    """The number of that line, the first of equally good ones; -1 where none shares a term."""


def _compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile for the types of the arguments at the first call; other threads run meanwhile.

    The machine code is kept beside the source or in the user's cache folder. Where neither can be
    written, each process compiles for itself.
    """
    try:
        compiled = numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:
        compiled = numba.njit(nogil=True)(function)
    return cast("Callable[P, R]", compiled)


@_compiled
def add_up(
    rare: Sparse,
    common: NDArray[np.int32],
    full: NDArray[np.float32],
    columns: NDArray[np.int32],
    weights: Singles,
) -> Singles:
    """Return for each profile the sum of its entries in these columns times their weights.

    `rare` holds profiles by column, `full` the `common` columns × all profiles. `columns` and `common`
    ascend.
    """
    sums = np.zeros(full.shape[1], dtype=np.float32)
    at = 0
    for place in range(len(columns)):
        column, weight = columns[place], weights[place]
        while at < len(common) and common[at] < column:
            at += 1
        if at < len(common) and common[at] == column:
            for profile in range(full.shape[1]):
                sums[profile] += full[at, profile] * weight
        else:
            for entry in range(rare.indptr[column], rare.indptr[column + 1]):
                sums[rare.indices[entry]] += rare.data[entry] * weight
    return sums


@_compiled
def look(weights: Weights, need: Floats, places: NDArray[np.intp]) -> Looked:
    """Compare the profiles at these places with a need, which has a weight for every column."""
    found = _nothing(len(places))
    for number in range(len(places)):
        _look(weights, need, places[number], number, found)
    return found


@_compiled
def look_at_one(weights: Weights, place: int, needs: Sparse, width: int) -> Looked:
    """Compare one profile with many needs, whose weights stand by row.

    `width` is the number of columns of the profile; it has nothing in columns of needs beyond.
    """
    found = _nothing(len(needs.indptr) - 1)
    need = np.zeros(width)
    for number in range(len(needs.indptr) - 1):
        begin, end = needs.indptr[number], needs.indptr[number + 1]
        for entry in range(begin, end):
            if needs.indices[entry] < width:
                need[needs.indices[entry]] = needs.data[entry]
        _look(weights, need, place, number, found)
        for entry in range(begin, end):
            if needs.indices[entry] < width:
                need[needs.indices[entry]] = 0.0
    return found


@_compiled
def _nothing(count: int) -> Looked:
    return Looked(np.zeros(count), np.zeros(count), np.full(count, -1, dtype=np.intp))


@_compiled
def _look(weights: Weights, need: Floats, place: int, number: int, found: Looked) -> None:
    """Compare one profile with one need and note what was found under a number."""
    found.whole[number] = _product(weights.profiles, place, need)
    for line in range(weights.firsts[place], weights.firsts[place + 1]):
        product = _product(weights.lines, line, need)
        if product > found.best[number]:
            found.best[number] = product
            found.lines[number] = line


@_compiled
def _product(rows: Sparse, row: int, need: Floats) -> float:
    """Return the product of a row and a need.

    Four sums side by side, because an addition waits for the one before it in the same sum.
    """
    data, indices = rows.data, rows.indices
    begin, end = rows.indptr[row], rows.indptr[row + 1]
    fours = begin + (end - begin) // 4 * 4
    first = second = third = fourth = 0.0
    for entry in range(begin, fours, 4):
        first += np.float64(data[entry]) * need[indices[entry]]
        second += np.float64(data[entry + 1]) * need[indices[entry + 1]]
        third += np.float64(data[entry + 2]) * need[indices[entry + 2]]
        fourth += np.float64(data[entry + 3]) * need[indices[entry + 3]]
    for entry in range(fours, end):
        first += np.float64(data[entry]) * need[indices[entry]]
    return (first + second) + (third + fourth)
