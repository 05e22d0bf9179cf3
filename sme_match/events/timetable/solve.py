"""Solve an event, or repair a timetable after something changed. The result is always checked."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from sme_match.events.timetable.budget import Budget, Progress
from sme_match.events.timetable.check import violations
from sme_match.events.timetable.exact import solve_exactly
from sme_match.events.timetable.explanation import explain
from sme_match.events.timetable.indexed import Indexed
from sme_match.events.timetable.measure import measure
from sme_match.events.timetable.problem import Problem
from sme_match.events.timetable.solution import Placed, Solution, Status

DEFAULT_LIMIT = 10.0


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
    status, slots, bounds = solve_exactly(indexed, budget)
    if status in (Status.INFEASIBLE, Status.UNKNOWN):
        return Solution(status, seconds=budget.seconds)
    meetings = indexed.placed(slots)
    return checked(
        problem,
        Solution(
            status,
            meetings=meetings,
            objective=measure(problem, meetings),
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
