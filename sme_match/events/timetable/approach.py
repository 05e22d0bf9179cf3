"""A timetable that is close to the best, and what is known of the best: place, anneal, prove breaks.

What is chosen goes onto the board and is annealed. In a small event, meetings that found no room, and
breaks that are left above the bound, are then for the search that places given meetings with the fewest
breaks, and for patterns of whole calendars.
"""

from collections.abc import Iterable
from typing import Final

from sme_match.events.timetable.annealing import Annealer
from sme_match.events.timetable.board import Board
from sme_match.events.timetable.budget import Budget
from sme_match.events.timetable.check import violations
from sme_match.events.timetable.encoding import Slots
from sme_match.events.timetable.indexed import Indexed
from sme_match.events.timetable.measure import measure
from sme_match.events.timetable.patterns import shorten
from sme_match.events.timetable.placement import PlacementResult, placement_of
from sme_match.events.timetable.placement_cp import place
from sme_match.events.timetable.selection import Selection
from sme_match.events.timetable.solution import Objective

ANNEALING_SHARE: Final = 0.3
PLACING_SHARE: Final = 0.3
PATTERNS_SHARE: Final = 0.5
"""What each step takes of the limit that is left then, where more is to come."""
MOST_FOR_PROOF: Final = 8_000
"""Candidates times slots up to which the whole problem is one model; above, it would find nothing."""


def approach(indexed: Indexed, selection: Selection, budget: Budget) -> tuple[Slots | None, Objective]:
    """Place the selection and what still fits, then shorten breaks; None where a rule is not kept.

    Bounds come with it: those of the selection, and what was proven of the breaks.
    """
    board, bounds = Board(indexed), selection.bounds
    for index, (slot, _) in indexed.locked.items():
        if not board.may_hold(index) or not board.fits(index, slot):
            return None, bounds
        board.put(index, slot)
    _fill(board, selection.chosen)
    slots = _annealed(board, bounds, budget)
    if is_small(indexed) and budget.left:
        if any(index not in slots for index in selection.chosen):
            slots = _all_placed(indexed, selection, budget) or slots
        if _measured(indexed, slots).breaks > bounds.breaks:
            slots, bounds = tidied(indexed, slots, bounds, budget)
    if violations(indexed.problem, indexed.placed(slots)):
        return None, bounds
    if not is_small(indexed) or not is_open(indexed, slots, bounds):
        return slots, bounds
    budget.report("span")
    return _better(
        indexed, shorten(indexed, slots, budget, budget.left * PATTERNS_SHARE), slots
    ), bounds


def tidied(
    indexed: Indexed, slots: Slots, bounds: Objective, budget: Budget
) -> tuple[Slots, Objective]:
    """Place what is held with the fewest breaks, then with little span; return bounds known then."""
    found = _place(indexed, slots, budget, tuple(slot for _, slot in sorted(slots.items())))
    if not found.slots:
        return slots, bounds
    if found.bound > bounds.breaks and _is_forced(indexed, slots):
        # What was bounded with fewer breaks, the span, is no bound any more.
        bounds = bounds._replace(breaks=found.bound, span=0)
    board = _board(indexed, slots, found)
    return _better(indexed, _annealed(board, bounds, budget), slots), bounds


def is_open(indexed: Indexed, slots: Slots, bounds: Objective) -> bool:
    """Say whether a timetable could be better, as far as is known."""
    return _measured(indexed, slots).rank > bounds.rank


def is_small(indexed: Indexed) -> bool:
    """Say whether the whole problem can be one model."""
    return sum(len(domain) for domain in indexed.domains) <= MOST_FOR_PROOF


def _fill(board: Board, first: Iterable[int]) -> None:
    """Hold what can be held: the first in their order, then musts, then whatever is worth most."""
    candidates = board.indexed.problem.candidates
    rest = sorted(
        range(len(candidates)), key=lambda i: (not candidates[i].must, -candidates[i].utility, i)
    )
    for index in (*first, *rest):
        if index not in board.slot_of:
            board.insert(index)


def _annealed(board: Board, bounds: Objective, budget: Budget) -> Slots:
    annealer = Annealer(board, budget.seed)
    share = ANNEALING_SHARE if is_small(board.indexed) else 1.0
    annealer.run(budget, budget.left * share, (bounds.breaks, bounds.span))
    return board.slot_of


def _all_placed(indexed: Indexed, selection: Selection, budget: Budget) -> Slots | None:
    """Place all that is chosen, and what still fits; None where that cannot be or takes too long."""
    found = _place(indexed, selection.chosen, budget)
    if not found.slots:
        return None
    board = _board(indexed, selection.chosen, found)
    _fill(board, ())
    return _annealed(board, selection.bounds, budget)


def _place(
    indexed: Indexed, chosen: Iterable[int], budget: Budget, start: tuple[int, ...] = ()
) -> PlacementResult:
    budget.report("breaks")
    inner = Budget(budget.left * PLACING_SHARE, budget.seed, stop=budget.stop)
    found = place(placement_of(indexed, chosen), inner, start)
    budget.spent += inner.spent
    return found


def _board(indexed: Indexed, chosen: Iterable[int], found: PlacementResult) -> Board:
    board = Board(indexed)
    for index, slot in zip(sorted(chosen), found.slots, strict=True):
        board.put(index, slot)
    return board


def _is_forced(indexed: Indexed, slots: Slots) -> bool:
    """Say whether every timetable of the same worth holds the same candidates."""
    candidates = indexed.problem.candidates
    return all(
        (index in slots and candidates[index].utility) or not domain
        for index, domain in enumerate(indexed.domains)
    )


def _better(indexed: Indexed, one: Slots, other: Slots) -> Slots:
    return min((one, other), key=lambda slots: _measured(indexed, slots).rank)


def _measured(indexed: Indexed, slots: Slots) -> Objective:
    return measure(indexed.problem, indexed.placed(slots))
