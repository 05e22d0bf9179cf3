"""The whole problem as one model of CP-SAT: proves the best timetable where the size allows.

Slots, calendars and shared capacity are those of `encoding.py`. Its implied counts stay out: they hold
only where all meetings are held. Breaks are not its gaps, but the runs of busy slots less one in each
block where a desk is busy at all: this search lives on a linear relaxation, which bounds sums of runs
and sees little in clauses (11 breaks proven for 7 on an event of 15 buyers with several desks).
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from math import ceil
from typing import Final

from ortools.sat.python import cp_model

from sme_match.events.timetable.budget import Budget
from sme_match.events.timetable.encoding import Encoding, Slots, total
from sme_match.events.timetable.indexed import Indexed
from sme_match.events.timetable.measure import measure
from sme_match.events.timetable.placement import placement_of
from sme_match.events.timetable.solution import NOTHING, Objective, Status

STAGE_SHARE: Final = 0.9
"""What a value of the objective takes of the limit that is left; then what is found is placed anew."""


class ExactModel(Encoding):
    """The encoding with what says which candidates are held, and the parts of the objective."""

    def __init__(
        self,
        indexed: Indexed,
        domains: Iterable[tuple[int, ...]] | None = None,
        *,
        required: Iterable[int] = (),
    ) -> None:
        placement = placement_of(indexed)
        if domains is not None:
            placement = replace(placement, domains=tuple(domains))
        super().__init__(placement, {*indexed.locked, *required})
        self.indexed = indexed
        for row in indexed.rows:
            self._most(row.candidates, row.limit)
        for _, members, limit in indexed.companies:
            if limit is not None:
                self._most(members, limit)
        for group in indexed.problem.alternatives:
            self._most(sorted(indexed.candidate_of[key] for key in group), 1)

    def _most(self, members: Iterable[int], most: int) -> None:
        self.model.add(self._held_of(members) <= most)

    def _held_of(self, members: Iterable[int]) -> cp_model.LinearExpr:
        return total(x for index in members for x in self.at[index].values())

    def require_floor(self) -> None:
        """Let no company have fewer meetings than the floor."""
        for _, members, _ in self.indexed.companies:
            self.model.add(self._held_of(members) >= self.indexed.problem.floor)

    def musts_unmet(self) -> cp_model.LinearExpr:
        """Count the musts that are not held."""
        candidates = self.indexed.problem.candidates
        return total(1 - self.held(index) for index, c in enumerate(candidates) if c.must)

    def shortfall(self) -> cp_model.LinearExpr:
        """Count the meetings that companies lack to the floor."""
        floor = self.indexed.problem.floor
        missing = []
        for _, members, _ in self.indexed.companies:
            if floor:
                lack = self.model.new_int_var(0, floor, "")
                self.model.add(lack + self._held_of(members) >= floor)
                missing.append(lack)
        return total(missing)

    def utility(self) -> cp_model.LinearExpr:
        """Sum the utilities of what is held."""
        candidates = self.indexed.problem.candidates
        return total(
            c.utility * x for index, c in enumerate(candidates) for x in self.at[index].values()
        )

    def breaks(self) -> cp_model.LinearExpr:
        """Count idle breaks; at least as many as there are, exactly when minimized."""
        terms = list[cp_model.LinearExpr]()
        for desks in self.desks:
            for desk in desks:
                for block in self.indexed.blocks:
                    busy = [desk.get(slot) for slot in block]
                    if sum(literal is not None for literal in busy) > 1:
                        terms.append(_block_breaks(self.model, busy))
        return total(terms)

    def span(self) -> cp_model.LinearExpr:
        """Count slots from the first to the last meeting of a day, over days and rows."""
        model, terms = self.model, list[cp_model.LinearExpr]()
        for desks in self.desks:
            for day in self.indexed.days:
                busy = [(slot, desks[0][slot]) for slot in day if slot in desks[0]]
                if busy:
                    terms.extend(_day_span(model, dict(busy)))
        return total(terms)


def _block_breaks(model: cp_model.CpModel, busy: list[cp_model.IntVar | None]) -> cp_model.LinearExpr:
    present = [variable for variable in busy if variable is not None]
    some = model.new_bool_var("")
    model.add_bool_or(*present, some.negated())
    starts = []
    for index, variable in enumerate(busy):
        if variable is not None:
            before = busy[index - 1] if index else None
            start = model.new_bool_var("") if before is not None else variable
            if before is not None:
                model.add_bool_or(start, variable.negated(), before)
            starts.append(start)
    breaks = model.new_int_var(0, len(busy) // 2, "")
    model.add(breaks >= total(starts) - some)
    return breaks


def _day_span(model: cp_model.CpModel, busy: dict[int, cp_model.IntVar]) -> list[cp_model.IntVar]:
    slots = range(min(busy), max(busy) + 1)
    begun = {slot: model.new_bool_var("") for slot in slots}
    open_ = {slot: model.new_bool_var("") for slot in slots}
    inside = {slot: model.new_bool_var("") for slot in slots}
    for slot in slots:
        if slot in busy:
            model.add_implication(busy[slot], begun[slot])
            model.add_implication(busy[slot], open_[slot])
        if slot - 1 in begun:
            model.add_implication(begun[slot - 1], begun[slot])
            model.add_implication(open_[slot], open_[slot - 1])
        model.add_bool_or(inside[slot], begun[slot].negated(), open_[slot].negated())
    return list(inside.values())


def solve_exactly(
    indexed: Indexed, budget: Budget, start: Slots | None = None, known: Objective = NOTHING
) -> tuple[Status, Slots, Objective]:
    """Minimize the values of the objective one after the other; return status, slots and bounds.

    `start` is a timetable to begin with. `known` are bounds that are proven already: each value that
    `start` brings to its bound, as it brings those before, is not searched for again.
    """
    problem = indexed.problem
    musts = [index for index, c in enumerate(problem.candidates) if c.must and problem.requires_musts]
    exact = ExactModel(indexed, required=musts)
    if problem.requires_floor:
        exact.require_floor()
    model = exact.model
    most, lacking = _weights(indexed)
    wanting = lacking * exact.musts_unmet() + exact.shortfall()
    stages: dict[str, Callable[[], cp_model.LinearExpr]] = {
        "selection": lambda: most * wanting - exact.utility(),
        "breaks": exact.breaks,
        "span": exact.span,
    }
    proven = _encode(known, indexed)
    best, reached = start or {}, list[int]()
    if start is not None:
        exact.hint(start)
        reached = _encode(measure(indexed.problem, indexed.placed(start)), indexed)
    bounds: list[int] = []
    for stage, (name, express) in enumerate(stages.items()):
        expression = (
            express()
        )  # Not before its turn: what counts later only slows down what counts first.
        # What is known of a value holds where the values before it are as good as is known.
        is_known = known != NOTHING and bounds == proven[:stage]
        if is_known and reached[: stage + 1] == proven[: stage + 1]:
            model.add(expression <= proven[stage])
            bounds.append(proven[stage])
            continue
        budget.report(name)
        if is_known:
            model.add(expression >= proven[stage])
        model.minimize(expression)
        solver, status = budget.run(model, limit=budget.left * STAGE_SHARE)
        if status == cp_model.INFEASIBLE:
            return Status.INFEASIBLE, {}, NOTHING
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            if start is None and not bounds:
                return Status.UNKNOWN, {}, NOTHING
            bounds.append(proven[stage] if is_known else (0 if stage else proven[0]))
            return Status.FEASIBLE, best, _decode(bounds, indexed)
        best = exact.slots(solver)
        bounds.append(ceil(solver.best_objective_bound - 1e-6))
        if status != cp_model.OPTIMAL:
            return Status.FEASIBLE, best, _decode(bounds, indexed)
        reached = []
        model.add(expression <= bounds[-1])
        exact.hint(best)
    return Status.OPTIMAL, best, _decode(bounds, indexed)


def _encode(objective: Objective, indexed: Indexed) -> list[int]:
    """Return the value of each stage."""
    most, lacking = _weights(indexed)
    wanting = lacking * objective.musts_unmet + objective.shortfall
    return [most * wanting - objective.utility, objective.breaks, objective.span]


def _weights(indexed: Indexed) -> tuple[int, int]:
    """Return what a missing meeting weighs beside utility, and a must beside missing meetings."""
    problem = indexed.problem
    return (
        sum(candidate.utility for candidate in problem.candidates) + 1,
        problem.floor * len(indexed.companies) + 1,
    )


def _decode(bounds: list[int], indexed: Indexed) -> Objective:
    most, lacking = _weights(indexed)
    wanting = -(-bounds[0] // most)
    musts, shortfall = divmod(max(0, wanting), lacking)
    utility = max(0, wanting) * most - bounds[0]
    breaks, span = [*bounds[1:], 0, 0][:2]
    return Objective(musts, shortfall, min(utility, most - 1), breaks, span)
