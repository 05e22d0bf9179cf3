"""Place meetings that are all held so that idle breaks are fewest, and prove it.

The rules are clauses, with what they imply said once more: a row is busy as often as it has meetings,
rows are busy in pairs, meetings of one row never run at once. A relaxation bounds the breaks before
the search, which follows unsatisfiable cores. After Bofill and others, Constraint Solving Approaches to
the Business-to-Business Meeting Scheduling Problem (JAIR 74, 2022).
"""

from collections import Counter, defaultdict
from dataclasses import replace
from math import ceil
from typing import Final

from ortools.sat.python import cp_model

from sme_match.events.timetable.budget import Budget
from sme_match.events.timetable.counters import at_most, sorted_counter
from sme_match.events.timetable.placement import Placement, PlacementResult
from sme_match.events.timetable.relaxation import INFEASIBLE, bound_breaks
from sme_match.events.timetable.solution import Status

CORE_GUIDED: Final[dict[str, object]] = {
    "optimize_with_core": True,
    "linearization_level": 0,
    "cp_model_probing_level": 0,
    "symmetry_level": 0,
    "max_presolve_iterations": 1,
}
"""One worker that follows unsatisfiable cores; the default workers are slower, even several of them."""
FIRST_LIMIT: Final = 6.0
"""What is tried before the relaxation, which takes as long as most searches, in deterministic time."""


def place(placement: Placement, budget: Budget) -> PlacementResult:
    """Find the placement with the fewest breaks within the budget."""
    if any(not domain for domain in placement.pruned):
        return PlacementResult(Status.INFEASIBLE)
    budget.report("search")
    result = _search(placement, budget, bound=0, limit=FIRST_LIMIT)
    if result.status in (Status.OPTIMAL, Status.INFEASIBLE) or not budget.left or budget.stopped():
        return result
    budget.report("bound")
    bound = bound_breaks(placement)
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
    built = _Model(placement)
    built.minimize(bound, start)
    solver, status = budget.run(built.model, limit=limit, **CORE_GUIDED)
    if status == cp_model.INFEASIBLE:
        return PlacementResult(Status.INFEASIBLE)
    bound = max(bound, ceil(solver.best_objective_bound - 1e-6))
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    if not found and not start:
        return PlacementResult(Status.UNKNOWN, bound=bound)
    slots = built.slots(solver) if found else start
    objective = sum(placement.breaks(slots))
    done = Status.OPTIMAL if objective <= bound else Status.FEASIBLE
    return PlacementResult(done, slots, objective, bound)


class _Model:
    def __init__(self, placement: Placement) -> None:
        self.placement = placement
        self.model = cp_model.CpModel()
        self.at = [
            {slot: self.model.new_bool_var("") for slot in domain} for domain in placement.pruned
        ]
        for variables in self.at:
            self.model.add_exactly_one(variables.values())
        self.busy = [self._busy(own) for own in placement.members]
        self._at_once()
        for first, second in placement.precedences:
            self._precede(first, second)
        self.counts = [self._breaks(row) for row in range(placement.rows)]
        if placement.fairness is not None:
            self._fairness(placement.fairness)

    def minimize(self, bound: int, start: tuple[int, ...]) -> None:
        literals = [literal for count in self.counts for literal in count]
        total = cp_model.LinearExpr.sum(literals)
        if bound:
            self.model.add(total >= bound)
        self.model.minimize(total)
        for variables, slot in zip(self.at, start, strict=False):
            for other, variable in variables.items():
                self.model.add_hint(variable, other == slot)

    def slots(self, solver: cp_model.CpSolver) -> tuple[int, ...]:
        return tuple(
            next(slot for slot, variable in variables.items() if solver.boolean_value(variable))
            for variables in self.at
        )

    def _busy(self, own: tuple[int, ...]) -> dict[int, cp_model.IntVar]:
        """Tie each slot of the row to exactly one meeting or none; count the busy ones."""
        by_slot: dict[int, list[cp_model.IntVar]] = defaultdict(list)
        for index in own:
            for slot, variable in self.at[index].items():
                by_slot[slot].append(variable)
        busy = {}
        for slot in sorted(by_slot):
            busy[slot] = self.model.new_bool_var("")
            self.model.add_exactly_one([*by_slot[slot], busy[slot].negated()])
        for literal in sorted_counter(self.model, list(busy.values()), len(own)):
            self.model.add_bool_or(literal)
        return busy

    def _at_once(self) -> None:
        if self.placement.at_once is None:
            return
        clusters = _clusters(self.placement)
        for slot in sorted({slot for busy in self.busy for slot in busy}):
            rows = [busy[slot] for busy in self.busy if slot in busy]
            count = sorted_counter(self.model, rows, min(2 * self.placement.at_once, len(rows)))
            for index in range(0, len(count), 2):
                if index + 1 < len(count):
                    self.model.add_implication(count[index], count[index + 1])
                else:
                    self.model.add_bool_or(count[index].negated())
            at_most(
                self.model,
                [
                    literal
                    for row, own in clusters
                    if (literal := self._cluster(row, own, slot)) is not None
                ],
                self.placement.at_once,
            )

    def _cluster(self, row: int, own: tuple[int, ...], slot: int) -> cp_model.IntVar | None:
        if len(own) == len(self.placement.members[row]):
            return self.busy[row].get(slot)
        variables = [self.at[index][slot] for index in own if slot in self.at[index]]
        if not variables:
            return None
        held = self.model.new_bool_var("")
        self.model.add_exactly_one([*variables, held.negated()])
        return held

    def _precede(self, first: int, second: int) -> None:
        """The second is in a slot only if the first is in an earlier one."""
        for slot, later in self.at[second].items():
            earlier = [variable for other, variable in self.at[first].items() if other < slot]
            if len(earlier) < len(self.at[first]):
                self.model.add_bool_or([*earlier, later.negated()])

    def _breaks(self, row: int) -> list[cp_model.IntVar]:
        """Return the sorted count of slots that end a gap of the row."""
        ends = []
        for block in self.placement.blocks:
            ends.extend(self._gap_ends([self.busy[row].get(slot) for slot in block]))
        return sorted_counter(self.model, ends, self.placement.most_breaks[row])

    def _gap_ends(self, busy: list[cp_model.IntVar | None]) -> list[cp_model.IntVar]:
        model, ends = self.model, []
        begun: cp_model.IntVar | None = None  # Busy at or before the slot before the last.
        before: cp_model.IntVar | None = None
        for literal in busy:
            if literal is not None and begun is not None:
                end = model.new_bool_var("")
                idle = [] if before is None else [before]
                model.add_bool_or([literal.negated(), begun.negated(), *idle, end])
                model.add_implication(end, literal)
                model.add_implication(end, begun)
                for other in idle:
                    model.add_implication(end, other.negated())
                ends.append(end)
            if before is not None:
                begun = self._either(begun, before)
            before = literal
        return ends

    def _either(self, begun: cp_model.IntVar | None, busy: cp_model.IntVar) -> cp_model.IntVar:
        if begun is None:
            return busy
        either = self.model.new_bool_var("")
        self.model.add_implication(begun, either)
        self.model.add_implication(busy, either)
        self.model.add_bool_or(begun, busy, either.negated())
        return either

    def _fairness(self, most: int) -> None:
        for count in self.counts:
            for level in range(most, len(count)):
                for other in self.counts:
                    needed = level - most
                    if len(other) > needed:
                        self.model.add_implication(count[level], other[needed])
                    else:
                        self.model.add_bool_or(count[level].negated())


def _clusters(placement: Placement) -> list[tuple[int, tuple[int, ...]]]:
    """Partition the meetings by row, the row with most of what is left first."""
    left = set(range(len(placement.ends)))
    clusters = []
    while left:
        counts = Counter(row for index in sorted(left) for row in placement.ends[index])
        row = max(sorted(counts), key=counts.__getitem__)
        own = tuple(index for index in placement.members[row] if index in left)
        clusters.append((row, own))
        left.difference_update(own)
    return clusters
