"""Weights by term: which profiles hold each term of a need, added up for all profiles at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sme_match.matching.engine.kernels import Sparse, add_up
from sme_match.matching.engine.weighting import Matrix, Singles

COMMON_SHARE: Final = 1 / 4
"""A term that this share of the profiles hold is stored for all of them: 4 bytes for each profile,
read in order, instead of 8 for each that holds it, read by place. Reading is then four times
faster or more, and the memory of the whole stays about the same."""

ARRAYS: Final = ("rare_data", "rare_indices", "rare_indptr", "common", "full")


@dataclass(frozen=True, slots=True)
class Postings:
    """Columns over profiles: the rare ones as postings by column, the common ones in full.

    In real registers a few hundred terms make up most of the postings that a need touches.
    """

    rare: Matrix
    """Profiles × columns by column; the common columns are empty."""
    common: NDArray[np.int32]
    """The columns that are stored in full, in ascending order."""
    full: NDArray[np.float32]
    """Common columns × profiles."""

    @classmethod
    def of(cls, weights: Matrix) -> Self:
        """Take profiles × columns by row."""
        held = np.bincount(weights.indices, minlength=weights.shape[1])
        is_common = held > COMMON_SHARE * weights.shape[0]
        common = np.flatnonzero(is_common).astype(np.int32)
        full = np.zeros((len(common), weights.shape[0]), dtype=np.float32)
        entries = is_common[weights.indices]
        rows = np.repeat(np.arange(weights.shape[0], dtype=np.int32), np.diff(weights.indptr))
        full[np.searchsorted(common, weights.indices[entries]), rows[entries]] = weights.data[entries]
        others = ~entries
        rare = sparse.csc_array(
            (weights.data[others], (rows[others], weights.indices[others])), shape=weights.shape
        )
        return cls(_narrow(rare), common, full)

    def sums(self, columns: NDArray[np.int32], weights: Singles) -> Singles:
        """Return for each profile the sum of its entries in these columns, times their weights.

        The columns ascend.
        """
        return add_up(Sparse.of(self.rare), self.common, self.full, columns, weights)

    @property
    def nbytes(self) -> int:
        """Return the bytes of all arrays."""
        return sum(array.nbytes for array in self.arrays().values())

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays that make it up, to be stored under these names."""
        rare = (self.rare.data, self.rare.indices, self.rare.indptr)
        return dict(zip(ARRAYS, (*rare, self.common, self.full), strict=True))

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return what `arrays` took apart, over the very same arrays."""
        data, indices, indptr, common, full = (arrays[name] for name in ARRAYS)
        shape = (full.shape[1], len(indptr) - 1)
        return cls(sparse.csc_array((data, indices, indptr), shape=shape), common, full)


def _narrow(matrix: Matrix) -> Matrix:
    """Give a matrix narrow indices: SciPy copies wider ones."""
    matrix.indices = matrix.indices.astype(np.int32, copy=False)
    matrix.indptr = matrix.indptr.astype(np.int32, copy=False)
    return matrix
