"""The whole problem as one model of CP-SAT: proves the best timetable where the size allows.

A boolean says that a candidate is held in a slot. Idle breaks of a row are its runs of busy slots less
one in each block where it is busy at all.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from math import ceil

from ortools.sat.python import cp_model

from sme_match.events.timetable.budget import Budget
from sme_match.events.timetable.indexed import Indexed, Row
from sme_match.events.timetable.measure import measure
from sme_match.events.timetable.solution import NOTHING, Objective, Status

Slots = dict[int, int]
"""Slot of each candidate that is held, by position."""


def total(terms: Iterable[cp_model.LinearExprT]) -> cp_model.LinearExpr:
    """Sum terms into one expression, of which there may be none."""
    expression: cp_model.LinearExpr = cp_model.LinearExpr.sum([*terms])
    return expression


class ExactModel:
    """Variables, rules and the parts of the objective."""

    def __init__(
        self,
        indexed: Indexed,
        domains: Iterable[tuple[int, ...]] | None = None,
        *,
        requires: bool = True,
    ) -> None:
        self.indexed = indexed
        self.model = cp_model.CpModel()
        self.at: list[dict[int, cp_model.IntVar]] = [
            {slot: self.model.new_bool_var(f"x{index}@{slot}") for slot in domain}
            for index, domain in enumerate(indexed.domains if domains is None else domains)
        ]
        self._rules()
        for index in indexed.locked:
            self.model.add(self.held(index) == 1)
        if requires:
            self._requirements()
        self.rows = [self._busy(row) for row in indexed.rows]

    def held(self, index: int) -> cp_model.LinearExpr:
        """Say whether the candidate is held."""
        return total(self.at[index].values())

    def _rules(self) -> None:
        indexed, model = self.indexed, self.model
        problem = indexed.problem
        for variables in self.at:
            model.add_at_most_one(variables.values())
        for pool in indexed.pools:
            for slot, capacity in enumerate(pool.capacity):
                model.add(self._drawn(pool.users, slot) <= capacity)
        for _, members, limit in indexed.companies:
            if limit is not None:
                model.add(self._held_of(members) <= limit)
        for group in problem.alternatives:
            members = tuple(sorted(indexed.candidate_of[key] for key in group))
            model.add(self._held_of(members) <= 1)
        for first, second in problem.precedences:
            self._precede(indexed.candidate_of[first], indexed.candidate_of[second])

    def _requirements(self) -> None:
        problem = self.indexed.problem
        for index, candidate in enumerate(problem.candidates):
            if candidate.must and problem.requires_musts:
                self.model.add(self.held(index) == 1)
        if problem.requires_floor:
            for _, members, _ in self.indexed.companies:
                self.model.add(self._held_of(members) >= problem.floor)

    def _held_of(self, members: Iterable[int]) -> cp_model.LinearExpr:
        return total(x for index in members for x in self.at[index].values())

    def _precede(self, first: int, second: int) -> None:
        for slot, later in self.at[first].items():
            for other, earlier in self.at[second].items():
                if other <= slot:
                    self.model.add_at_most_one((later, earlier))

    def _drawn(self, users: Mapping[int, int], slot: int) -> cp_model.LinearExpr:
        return total(n * self.at[index][slot] for index, n in users.items() if slot in self.at[index])

    def _busy(self, row: Row) -> list[dict[int, cp_model.IntVar]]:
        """Return for each desk of the row when it is busy: desk n where more than n meetings run."""
        model = self.model
        model.add(self._held_of(row.candidates) <= row.limit)
        by_slot: dict[int, list[cp_model.IntVar]] = defaultdict(list)
        for index in row.candidates:
            for slot, variable in self.at[index].items():
                by_slot[slot].append(variable)
        levels: list[dict[int, cp_model.IntVar]] = [{} for _ in range(row.lanes)]
        for slot, variables in sorted(by_slot.items()):
            desks = []
            for level in levels[: len(variables)]:
                level[slot] = model.new_bool_var("")
                desks.append(level[slot])
            if len(desks) == 1:
                model.add_exactly_one((*variables, desks[0].negated()))
            else:
                model.add(total(variables) == total(desks))
                for lower, upper in pairwise(desks):
                    model.add_implication(upper, lower)
        if row.change_over:
            for block in self.indexed.blocks:
                for start in range(len(block)):
                    window = block[start : start + row.change_over + 1]
                    model.add_at_most_one(levels[0][t] for t in window if t in levels[0])
        return levels

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
        model, terms = self.model, list[cp_model.LinearExpr]()
        for levels in self.rows:
            for level in levels:
                for block in self.indexed.blocks:
                    busy = [level.get(slot) for slot in block]
                    if sum(variable is not None for variable in busy) > 1:
                        terms.append(_block_breaks(model, busy))
        return total(terms)

    def span(self) -> cp_model.LinearExpr:
        """Count slots from the first to the last meeting of a day, over days and rows."""
        model, terms = self.model, list[cp_model.LinearExpr]()
        for levels in self.rows:
            for day in self.indexed.days:
                busy = [(slot, levels[0][slot]) for slot in day if slot in levels[0]]
                if busy:
                    terms.extend(_day_span(model, dict(busy)))
        return total(terms)

    def slots(self, solver: cp_model.CpSolver) -> Slots:
        """Read the slot of each candidate that is held."""
        return {
            index: slot
            for index, variables in enumerate(self.at)
            for slot, variable in variables.items()
            if solver.boolean_value(variable)
        }

    def hint(self, slots: Mapping[int, int]) -> None:
        """Start from these slots."""
        self.model.clear_hints()  # type: ignore[no-untyped-call]  # ortools does not annotate it
        for index, variables in enumerate(self.at):
            for slot, variable in variables.items():
                self.model.add_hint(variable, slots.get(index) == slot)


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
    exact = ExactModel(indexed)
    model = exact.model
    most, lacking = _weights(indexed)
    stages = {
        "selection": most * (lacking * exact.musts_unmet() + exact.shortfall()) - exact.utility(),
        "breaks": exact.breaks(),
        "span": exact.span(),
    }
    proven = _encode(known, indexed)
    best, reached = start or {}, list[int]()
    if start is not None:
        exact.hint(start)
        reached = _encode(measure(indexed.problem, indexed.placed(start)), indexed)
    bounds: list[int] = []
    for stage, (name, expression) in enumerate(stages.items()):
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
        solver, status = budget.run(model)
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
