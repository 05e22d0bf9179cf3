"""Adding up postings is a product of matrices, however common the terms are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from sme_match.matching.engine.postings import ARRAYS, Postings

PROFILES, COLUMNS = 12, 7


@given(
    values=st.lists(
        st.sampled_from([0.0, 0.0, 0.25, 1.5]),
        min_size=PROFILES * COLUMNS,
        max_size=PROFILES * COLUMNS,
    ),
    columns=st.lists(st.integers(0, COLUMNS - 1), unique=True).map(sorted),
)
def test_the_sums_are_those_of_a_product(values: list[float], columns: list[int]) -> None:
    whole = np.array(values, dtype=np.float32).reshape(PROFILES, COLUMNS)
    weights = np.arange(1, len(columns) + 1, dtype=np.float32)
    postings = Postings.of(sparse.csr_array(whole))

    sums = postings.sums(np.array(columns, dtype=np.int32), weights)

    assert sums == pytest.approx(whole[:, columns] @ weights)
    assert set(postings.common) == {
        column for column in range(COLUMNS) if np.count_nonzero(whole[:, column]) > PROFILES / 4
    }


def test_nobody_and_nothing_add_up_to_nothing() -> None:
    for profiles, columns in ((0, 0), (0, 3), (3, 0)):
        postings = Postings.of(sparse.csr_array((profiles, columns), dtype=np.float32))

        none = postings.sums(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32))

        assert none.tolist() == [0.0] * profiles


def test_the_arrays_put_together_again_are_the_same_postings() -> None:
    postings = Postings.of(sparse.csr_array(np.eye(9, 5, dtype=np.float32)))
    again = Postings.from_arrays(postings.arrays())

    assert tuple(again.arrays()) == ARRAYS
    every = np.arange(5, dtype=np.int32)
    ones = np.ones(5, dtype=np.float32)
    assert again.sums(every, ones).tolist() == postings.sums(every, ones).tolist()
    assert again.nbytes == postings.nbytes > 0
