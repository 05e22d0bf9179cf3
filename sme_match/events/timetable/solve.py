"""Solve an event, or repair a timetable after something changed. The result is always checked."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

from sme_match.events.timetable.approach import approach, is_open, is_small, tidied
from sme_match.events.timetable.budget import Budget, Progress
from sme_match.events.timetable.causes import find_causes
from sme_match.events.timetable.check import violations
from sme_match.events.timetable.exact import solve_exactly
from sme_match.events.timetable.explanation import explain
from sme_match.events.timetable.indexed import Indexed
from sme_match.events.timetable.measure import measure
from sme_match.events.timetable.problem import Key, Lock, Problem
from sme_match.events.timetable.repairing import keep_most
from sme_match.events.timetable.selection import select
from sme_match.events.timetable.solution import Placed, Solution, Status

DEFAULT_LIMIT: Final = 10.0
TIDY_PER_UNIT: Final = 500
"""Candidates for which breaks and spans are bounded beforehand, for each unit of the limit."""


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
    selection = select(indexed, tidy=len(problem.candidates) <= TIDY_PER_UNIT * limit)
    start, bounds = approach(indexed, selection, budget)
    slots = start
    if slots is None or (is_open(indexed, slots, bounds) and is_small(indexed)):
        status, slots, bounds = solve_exactly(indexed, budget, slots, bounds)
        if status in (Status.INFEASIBLE, Status.UNKNOWN):
            return _none(indexed, status, budget)
        if status is Status.FEASIBLE and slots != start:
            slots, bounds = tidied(indexed, slots, bounds, budget)
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


def repair(
    problem: Problem,
    placed: Iterable[Placed],
    *,
    seed: int = 0,
    limit: float = DEFAULT_LIMIT,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Solution:
    """Solve anew with as few changes to the `placed` meetings as possible; list what had to move.

    First as many of them as can be are held at all, then as few as possible change their slot; then the
    timetable is made as good as it can be around those that stay. Optimal: all this is proven. Placed
    candidates that the problem no longer knows are gone, not moved.
    """
    indexed = Indexed(problem)
    budget = Budget(limit, seed, progress, stop)
    budget.report("repair")
    confirmed = {meeting.candidate: meeting for meeting in placed}
    before = {
        index: indexed.slot_of[confirmed[candidate.key].slot]
        for index, candidate in enumerate(problem.candidates)
        if candidate.key in confirmed and confirmed[candidate.key].slot in indexed.slot_of
    }
    kept = keep_most(indexed, before, budget)
    if kept.status in (Status.INFEASIBLE, Status.UNKNOWN):
        return _none(indexed, kept.status, budget)
    narrowed = _narrowed(indexed, before, kept.slots, confirmed)
    solution = solve(narrowed, seed=seed, limit=budget.left, progress=progress, stop=stop)
    if len(kept.slots) > sum(
        indexed.candidate_of[m.candidate] in kept.slots for m in solution.meetings
    ):
        # A must pushed out what could be kept: then everything stands where it was found to fit.
        narrowed = _narrowed(indexed, kept.slots, kept.slots, {})
        solution = solve(narrowed, seed=seed, limit=budget.left, progress=progress, stop=stop)
    if not solution.meetings and kept.slots:
        return replace(solution, seconds=budget.seconds)
    after = {meeting.candidate: meeting.slot for meeting in solution.meetings}
    moved = tuple(
        candidate.key
        for candidate in problem.candidates
        if candidate.key in confirmed and after.get(candidate.key) != confirmed[candidate.key].slot
    )
    objective = measure(problem, solution.meetings)
    is_proven = kept.status is solution.status is Status.OPTIMAL
    return checked(
        problem,
        replace(
            solution,
            status=Status.OPTIMAL if is_proven else Status.FEASIBLE,
            objective=objective,
            bounds=solution.bounds._replace(musts_unmet=objective.musts_unmet),
            seconds=budget.seconds,
            moved=moved,
            fewest_moves=kept.status is Status.OPTIMAL,
        ),
    )


def _narrowed(
    indexed: Indexed,
    before: Mapping[int, int],
    after: Mapping[int, int],
    placed: Mapping[Key, Placed],
) -> Problem:
    """Lock what stays, at its desk; hold what moves before all else."""
    problem = indexed.problem
    staying = {index for index, slot in after.items() if before.get(index) == slot}
    locks = [
        _lock(indexed, index, after[index], placed.get(candidate.key))
        for index, candidate in enumerate(problem.candidates)
        if index in staying and index not in indexed.locked
    ]
    candidates = tuple(
        replace(candidate, must=True) if index in after else candidate
        for index, candidate in enumerate(problem.candidates)
    )
    return replace(problem, candidates=candidates, locks=(*problem.locks, *locks))


def _lock(indexed: Indexed, index: int, slot: int, meeting: Placed | None) -> Lock:
    problem = indexed.problem
    lanes = problem.buyers[indexed.ends[index][0]].lanes
    lane = meeting.lane if meeting is not None and meeting.lane < lanes else None
    return Lock(problem.candidates[index].key, problem.slots[slot].key, lane)


def _none(indexed: Indexed, status: Status, budget: Budget) -> Solution:
    """Answer without a timetable; say why there is none."""
    causes = find_causes(indexed, budget) if status is Status.INFEASIBLE else ()
    return Solution(status, causes=causes, seconds=budget.seconds)


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
