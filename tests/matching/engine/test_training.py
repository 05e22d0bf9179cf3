"""Points learned from decisions: safe on little data, gated, reproducible."""

import random

from hypothesis import given
from hypothesis import strategies as st

from sme_match.matching.engine.scoring import DEFAULT_POINTS, FULL_SCORE
from sme_match.matching.engine.training import NEEDS_REQUIRED, Decided, train

fractions = st.floats(0, 1)
decisions = st.lists(
    st.builds(
        Decided,
        st.integers(1, 12),
        st.integers(1, 50),
        st.tuples(fractions, fractions, fractions),
        st.booleans(),
    ),
    max_size=60,
    unique_by=lambda each: (each.need, each.company),
)


def region(needs: int, *, decisive: int, seed: int = 1) -> list[Decided]:
    """Return decisions by coordinators who look at one part of the score alone."""
    rng = random.Random(seed)
    made = []
    for need in range(needs):
        offered = [(rng.random(), rng.random(), rng.random()) for _ in range(8)]
        middle = sorted(parts[decisive] for parts in offered)[5]
        made += [
            Decided(need, company, parts, parts[decisive] >= middle)
            for company, parts in enumerate(offered)
        ]
    return made


def test_what_decided_gains_points_and_may_be_used() -> None:
    found = train(region(2 * NEEDS_REQUIRED, decisive=1))

    assert found.points is not None
    assert found.points.conditions > DEFAULT_POINTS.conditions
    assert found.may_be_used


def test_too_few_needs_are_never_enough() -> None:
    found = train(region(NEEDS_REQUIRED - 1, decisive=1))

    assert found.ndcg_learned is not None
    assert found.ndcg_fixed is not None
    assert found.ndcg_learned > found.ndcg_fixed
    assert not found.may_be_used


def test_decisions_by_the_toss_of_a_coin_keep_the_points_near_the_fixed_ones() -> None:
    rng = random.Random(3)
    tossed = [each._replace(accepted=rng.random() < 0.5) for each in region(30, decisive=0)]

    found = train(tossed)

    assert found.points is not None
    assert all(abs(a - b) <= 10 for a, b in zip(found.points, DEFAULT_POINTS, strict=True))


def test_needs_with_one_kind_of_decision_tell_nothing() -> None:
    accepted = [each._replace(accepted=True) for each in region(20, decisive=0)]
    rejected = [each._replace(need=each.need + 20, accepted=False) for each in accepted]

    found = train([*accepted, *rejected])

    assert (found.needs, found.pairs, found.points) == (0, 0, None)
    assert not found.may_be_used


def test_decisions_against_every_part_gain_nothing() -> None:
    turned = [
        Decided(need, company, (part, part, part), part < 0.5)
        for need in range(2 * NEEDS_REQUIRED)
        for company, part in enumerate((0.1, 0.9))
    ]

    found = train(turned)

    assert found.points == DEFAULT_POINTS
    assert not found.may_be_used


@given(decisions, st.randoms(use_true_random=False))
def test_the_same_decisions_in_any_order_give_the_same_points(
    made: list[Decided], rng: random.Random
) -> None:
    shuffled = rng.sample(made, len(made))

    assert train(shuffled) == train(made)


@given(decisions)
def test_points_are_whole_not_negative_and_sum_to_the_full_score(made: list[Decided]) -> None:
    points = train(made).points

    assert points is None or (sum(points) == FULL_SCORE and min(points) >= 0)


def test_other_decisions_have_another_fingerprint() -> None:
    made = region(6, decisive=0)
    turned = [made[0]._replace(accepted=not made[0].accepted), *made[1:]]

    assert train(made).fingerprint != train(turned).fingerprint
