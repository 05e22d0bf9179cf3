"""Place meetings that are all held so that idle breaks are fewest, and prove it.

The search follows unsatisfiable cores of the sorted breaks of the rows (`encoding.py`). Only what a
first search leaves open is bounded by a relaxation, which takes as long as most searches. An event asks
this for the meetings it chose (`solve.py`); published instances are nothing else.
"""

from dataclasses import replace
from math import ceil
from typing import Final

from ortools.sat.python import cp_model

from sme_match.events.timetable.budget import Budget
from sme_match.events.timetable.counters import sorted_counter
from sme_match.events.timetable.encoding import Encoding, total
from sme_match.events.timetable.placement import Placement, PlacementResult
from sme_match.events.timetable.relaxation import INFEASIBLE, bound_breaks
from sme_match.events.timetable.solution import Status

CORE_GUIDED: Final[dict[str, object]] = {
    "optimize_with_core": True,
    "linearization_level": 0,
    "cp_model_presolve": False,
    "use_sat_inprocessing": False,
}
"""One worker that follows unsatisfiable cores; the default workers are slower, even several of them."""
FIRST_LIMIT: Final = 6.0
"""What is tried before the relaxation, which takes as long as most searches, in deterministic time."""


def place(placement: Placement, budget: Budget, start: tuple[int, ...] = ()) -> PlacementResult:
    """Find the placement with the fewest breaks within the budget; `start` is one to begin with."""
    if any(not domain for domain in placement.pruned):
        return PlacementResult(Status.INFEASIBLE)
    budget.report("search")
    result = _search(placement, budget, bound=0, limit=FIRST_LIMIT, start=start)
    if result.status in (Status.OPTIMAL, Status.INFEASIBLE) or not budget.left or budget.stopped():
        return result
    budget.report("bound")
    # The relaxation knows one meeting of a row at a time.
    bound = result.bound if placement.lanes else bound_breaks(placement)
    if bound == INFEASIBLE:
        return PlacementResult(Status.INFEASIBLE)
    if result.objective == bound:
        return replace(result, status=Status.OPTIMAL, bound=bound)
    budget.report("search")
    return _search(
        placement,
        budget,
        bound=max(bound, result.bound),
        limit=budget.left,
        start=result.slots,
    )


def _search(
    placement: Placement, budget: Budget, *, bound: int, limit: float, start: tuple[int, ...] = ()
) -> PlacementResult:
    encoding = encoded(placement, bound)
    if start:
        encoding.hint(dict(enumerate(start)))
    solver, status = budget.run(encoding.model, limit=limit, **CORE_GUIDED)
    if status == cp_model.INFEASIBLE:
        return PlacementResult(Status.INFEASIBLE)
    bound = max(bound, ceil(solver.best_objective_bound - 1e-6))
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    if not found and not start:
        return PlacementResult(Status.UNKNOWN, bound=bound)
    slots = tuple(slot for _, slot in sorted(encoding.slots(solver).items())) if found else start
    objective = sum(placement.breaks(slots))
    done = Status.OPTIMAL if objective <= bound else Status.FEASIBLE
    return PlacementResult(done, slots, objective, bound)


def encoded(placement: Placement, bound: int = 0) -> Encoding:
    """Return the model of which the optimum is the fewest breaks, known to be `bound` at least."""
    encoding = Encoding(placement)
    model = encoding.model
    counts = [
        sorted_counter(model, encoding.gap_ends(row), most)
        for row, most in enumerate(placement.most_breaks)
    ]
    if placement.fairness is not None:
        _be_fair(model, counts, placement.fairness)
    breaks = total(literal for count in counts for literal in count)
    if bound:
        model.add(breaks >= bound)
    model.minimize(breaks)
    return encoding


def _be_fair(model: cp_model.CpModel, counts: list[list[cp_model.IntVar]], most: int) -> None:
    """Let no row have over `most` breaks more than another."""
    for count in counts:
        for level in range(most, len(count)):
            for other in counts:
                needed = level - most
                if len(other) > needed:
                    model.add_implication(count[level], other[needed])
                else:
                    model.add_bool_or(count[level].negated())
