"""Solve an event, or repair a timetable after something changed. The result is always checked."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from sme_match.events.timetable.annealing import Annealer
from sme_match.events.timetable.board import Board
from sme_match.events.timetable.budget import Budget, Progress
from sme_match.events.timetable.check import violations
from sme_match.events.timetable.exact import solve_exactly
from sme_match.events.timetable.explanation import explain
from sme_match.events.timetable.indexed import Indexed
from sme_match.events.timetable.measure import measure
from sme_match.events.timetable.problem import Problem
from sme_match.events.timetable.selection import Selection, select
from sme_match.events.timetable.solution import Objective, Placed, Solution, Status

DEFAULT_LIMIT: Final = 10.0
ANNEALING_SHARE: Final = 0.4
MOST_FOR_PROOF: Final = 8_000
"""Candidates times slots up to which the whole problem is one model; above, it would find nothing."""


def solve(
    problem: Problem,
    *,
    seed: int = 0,
    limit: float = DEFAULT_LIMIT,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Solution:
    """Find the best timetable within `limit` units of deterministic time (about seconds of one core).

    The same problem, seed, limit and version give the same timetable on any machine, unless `stop`
    ends the search. `progress` is called from time to time; `stop` is asked several times a second,
    from another thread.
    """
    indexed = Indexed(problem)
    budget = Budget(limit, seed, progress, stop)
    budget.report("selection")
    selection = select(indexed)
    slots = _approach(indexed, selection, budget)
    bounds = selection.bounds
    if slots is None or (_is_open(indexed, slots, bounds) and _size(indexed) <= MOST_FOR_PROOF):
        status, slots, bounds = solve_exactly(indexed, budget, slots, bounds)
        if status in (Status.INFEASIBLE, Status.UNKNOWN):
            return Solution(status, seconds=budget.seconds)
    meetings = indexed.placed(slots)
    objective = measure(problem, meetings)
    return checked(
        problem,
        Solution(
            Status.OPTIMAL if objective.rank <= bounds.rank else Status.FEASIBLE,
            meetings=meetings,
            objective=objective,
            bounds=bounds,
            seconds=budget.seconds,
            unmet=explain(indexed, slots),
        ),
    )


def _approach(indexed: Indexed, selection: Selection, budget: Budget) -> dict[int, int] | None:
    """Place the selection and what still fits, then shorten breaks; None where a rule is not kept."""
    board = Board(indexed)
    for index, (slot, _) in indexed.locked.items():
        if not board.may_hold(index) or not board.fits(index, slot):
            return None
        board.put(index, slot)
    candidates = indexed.problem.candidates
    rest = sorted(
        range(len(candidates)), key=lambda i: (not candidates[i].must, -candidates[i].utility, i)
    )
    for index in (*selection.chosen, *rest):
        if index not in board.slot_of:
            board.insert(index)
    if violations(indexed.problem, indexed.placed(board.slot_of)):
        return None
    annealer = Annealer(board, budget.seed)
    goal = (selection.bounds.breaks, selection.bounds.span)
    share = ANNEALING_SHARE if _size(indexed) <= MOST_FOR_PROOF else 1.0
    annealer.run(budget, budget.left * share, goal)
    return board.slot_of


def _is_open(indexed: Indexed, slots: dict[int, int], bounds: Objective) -> bool:
    return measure(indexed.problem, indexed.placed(slots)).rank > bounds.rank


def _size(indexed: Indexed) -> int:
    return sum(len(domain) for domain in indexed.domains)


def repair(
    problem: Problem,
    placed: Iterable[Placed],
    *,
    seed: int = 0,
    limit: float = DEFAULT_LIMIT,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Solution:
    """Solve anew, moving as few of the `placed` meetings as possible; what had to move is listed.

    Placed candidates that the problem no longer knows are gone, not moved.
    """
    before = {meeting.candidate: meeting for meeting in placed}
    solution = solve(problem, seed=seed, limit=limit, progress=progress, stop=stop)
    after = {meeting.candidate: meeting.slot for meeting in solution.meetings}
    known = [candidate.key for candidate in problem.candidates if candidate.key in before]
    moved = tuple(key for key in known if after.get(key) != before[key].slot)
    return replace(solution, moved=moved)


def checked(problem: Problem, solution: Solution) -> Solution:
    """Return the solution with its gap, once the independent checker has found no fault in it.

    Raises:
        AssertionError: A rule is broken, which is a fault of the solver.
    """
    broken = violations(problem, solution.meetings)
    if broken:
        raise AssertionError(f"The timetable breaks rules: {broken[:3]}")
    best = max(solution.bounds.utility, solution.objective.utility)
    gap = (best - solution.objective.utility) / best if best else 0.0
    return replace(solution, gap=gap)
