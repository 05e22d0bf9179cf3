"""Placing given meetings: the fewest breaks are found and bounded, as trying all placements finds."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sme_match.events.timetable import placement_cp
from sme_match.events.timetable.budget import Budget
from sme_match.events.timetable.placement import Placement
from sme_match.events.timetable.placement_cp import place
from sme_match.events.timetable.relaxation import INFEASIBLE, bound_breaks
from sme_match.events.timetable.solution import Status


@st.composite
def placements(draw: st.DrawFn) -> Placement:
    """Draw up to 5 meetings of 4 rows in up to 5 slots."""
    rows, slots = draw(st.integers(2, 4)), draw(st.integers(1, 5))
    pairs = [(a, b) for a in range(rows) for b in range(a + 1, rows)]
    ends = draw(st.lists(st.sampled_from(pairs), max_size=5))
    domain = st.sets(st.integers(0, slots - 1), min_size=slots - 1).map(sorted).map(tuple)
    order = st.lists(st.integers(0, len(ends) - 1), min_size=2, max_size=2, unique=True)
    split = draw(st.integers(0, slots))
    return Placement(
        ends=tuple(ends),
        domains=tuple(draw(domain) for _ in ends),
        rows=rows,
        blocks=(tuple(range(split)), tuple(range(split, slots))),
        at_once=draw(st.none() | st.integers(1, 2)),
        precedences=(
            tuple((a, b) for a, b in draw(st.lists(order, max_size=2))) if len(ends) > 1 else ()
        ),
        fairness=draw(st.none() | st.integers(0, 1)),
    )


def is_kept(placement: Placement, slots: tuple[int, ...]) -> bool:
    taken = [(row, slot) for ends, slot in zip(placement.ends, slots, strict=True) for row in ends]
    breaks = placement.breaks(slots)
    return (
        len(set(taken)) == len(taken)
        and all(slots.count(slot) <= (placement.at_once or 9) for slot in slots)
        and all(slots[first] < slots[second] for first, second in placement.precedences)
        and max(breaks) - min(breaks) <= (9 if placement.fairness is None else placement.fairness)
    )


@settings(max_examples=60, deadline=None)
@given(placements())
def test_the_fewest_breaks_are_found_and_proven(placement: Placement) -> None:
    kept = [slots for slots in product(*placement.domains) if is_kept(placement, slots)]
    best = min((sum(placement.breaks(slots)) for slots in kept), default=None)
    result = place(placement, Budget(10))
    assert result.objective == best
    assert result.status is (Status.INFEASIBLE if best is None else Status.OPTIMAL)
    if best is not None:
        assert is_kept(placement, result.slots)
        assert all(slot in domain for slot, domain in zip(result.slots, placement.domains, strict=True))
        assert INFEASIBLE < bound_breaks(placement) <= best


def test_a_row_with_a_closed_slot_between_two_meetings_has_a_break_that_the_bound_sees() -> None:
    placement = Placement(ends=((0, 1), (0, 2)), domains=((0, 2), (0, 2)), rows=3, blocks=((0, 1, 2),))
    assert bound_breaks(placement) == 1
    assert place(placement, Budget(10)).objective == 1


def test_two_desks_are_not_bounded_by_what_one_desk_can_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placement_cp, "FIRST_LIMIT", 0.0)
    desks = Placement(
        ends=((0, 1), (0, 2)), domains=((0,), (0, 2)), rows=3, blocks=((0, 1, 2),), lanes={0: 2}
    )  # fmt: skip
    found = place(desks, Budget(10.0))
    assert (found.status, found.slots, found.objective) == (Status.OPTIMAL, (0, 0), 0)
