"""Weights by term: which profiles hold each term of a need, added up for all profiles at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg.blas import saxpy

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
        """Return for each profile the sum of its entries in these columns times their weights.

        The rare columns are joined to one small matrix by column, which SciPy multiplies by a
        vector while it reads each posting once.
        """
        places = np.searchsorted(self.common, columns)
        is_common = np.zeros(len(columns), dtype=np.bool_)
        within = places < len(self.common)
        is_common[within] = self.common[places[within]] == columns[within]
        sums = self._rare_sums(columns[~is_common], weights[~is_common])
        for place, weight in zip(places[is_common].tolist(), weights[is_common].tolist(), strict=True):
            sums = saxpy(self.full[place], sums, a=weight)
        return sums

    def _rare_sums(self, columns: NDArray[np.int32], weights: Singles) -> Singles:
        if not len(columns):
            return np.zeros(self.rare.shape[0], dtype=np.float32)
        starts, ends = self.rare.indptr[columns], self.rare.indptr[columns + 1]
        spans = list(zip(starts.tolist(), ends.tolist(), strict=True))
        joined = sparse.csc_array(
            (
                np.concatenate([self.rare.data[start:end] for start, end in spans]),
                np.concatenate([self.rare.indices[start:end] for start, end in spans]),
                np.cumsum([0, *(ends - starts)], dtype=np.int32),
            ),
            shape=(self.rare.shape[0], len(columns)),
        )
        return np.asarray(joined @ weights)

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
