"""A lower bound on idle breaks: each row walks through time as a flow, meetings are split freely.

Every row sends one unit from its first slot to its last through the states "so many meetings had;
busy, in a gap, or not begun in this block"; coming back from a gap costs one. Rows are tied by their
meetings, which may be spread over slots.
"""

from collections import defaultdict
from enum import IntEnum
from math import ceil
from typing import Final

from ortools.linear_solver.python import model_builder

from sme_match.events.timetable.placement import Placement

INFEASIBLE: Final = -1
TOLERANCE: Final = 1e-4
"""How far a value of the linear relaxation may be off before it is rounded up."""


class _State(IntEnum):
    FRESH = 0
    BUSY = 1
    GAP = 2


def bound_breaks(placement: Placement) -> int:
    """Return a number of breaks that no placement goes below, INFEASIBLE where there is none."""
    relaxation = _Relaxation(placement)
    model = relaxation.model
    model.minimize(model_builder.LinearExpr.sum(relaxation.costs))
    solver = model_builder.Solver("GLOP")
    status = solver.solve(model)
    if status == model_builder.SolveStatus.INFEASIBLE:
        return INFEASIBLE
    if status != model_builder.SolveStatus.OPTIMAL:
        return 0
    return max(0, ceil(solver.objective_value - TOLERANCE))


class _Relaxation:
    def __init__(self, placement: Placement) -> None:
        self.placement = placement
        self.model = model_builder.Model()  # type: ignore[no-untyped-call]  # ortools does not annotate it
        self.costs: list[model_builder.Variable] = []
        self.at = [
            {slot: self.model.new_num_var(0, 1, "") for slot in domain} for domain in placement.pruned
        ]
        for variables in self.at:
            self.tie(list(variables.values()), [], 1)
        by_slot: dict[int, list[model_builder.Variable]] = defaultdict(list)
        for variables in self.at:
            for slot, variable in variables.items():
                by_slot[slot].append(variable)
        if placement.at_once is not None:
            for together in by_slot.values():
                if len(together) > placement.at_once:
                    self.model.add(model_builder.LinearExpr.sum(together) <= placement.at_once)
        for row, own in enumerate(placement.members):
            if own:
                self._row(own, placement.most_breaks[row])

    def tie(
        self,
        left: list[model_builder.Variable],
        right: list[model_builder.Variable],
        value: int = 0,
    ) -> None:
        """Demand that the left sum is the right sum and `value` more."""
        weights = [1.0] * len(left) + [-1.0] * len(right)
        expression = model_builder.LinearExpr.weighted_sum([*left, *right], weights)
        self.model.add_linear_constraint(expression, value, value)

    def _row(self, own: tuple[int, ...], most_breaks: int) -> None:
        open_: dict[int, list[model_builder.Variable]] = defaultdict(list)
        for index in own:
            for slot, variable in self.at[index].items():
                open_[slot].append(variable)
        if len(own) == 1:
            return
        walk = _Walk(self, total=len(own), left=len(open_), may_return=most_breaks > 0)
        for block in self.placement.blocks:
            walk.refresh()
            for slot in block:
                walk.step(open_.get(slot))
        walk.end()
        if walk.costs:
            self.costs.extend(walk.costs)
            self.model.add(model_builder.LinearExpr.sum(walk.costs) <= most_breaks)


_Node = tuple[int, _State]


class _Walk:
    """The flow of one row: what reaches each state, slot by slot."""

    def __init__(self, relaxation: _Relaxation, *, total: int, left: int, may_return: bool) -> None:
        self.relaxation = relaxation
        self.total, self.left, self.may_return = total, left, may_return
        self.costs: list[model_builder.Variable] = []
        start = relaxation.model.new_num_var(1, 1, "")
        self.reached: dict[_Node, list[model_builder.Variable]] = {(0, _State.FRESH): [start]}

    def refresh(self) -> None:
        """Begin a block: no gap reaches over what ended the one before."""
        merged: dict[_Node, list[model_builder.Variable]] = defaultdict(list)
        for (had, _), arcs in self.reached.items():
            merged[had, _State.FRESH].extend(arcs)
        self.reached = merged

    def step(self, meetings: list[model_builder.Variable] | None) -> None:
        """Walk through a slot: idle, or busy with one of `meetings`."""
        self.left -= meetings is not None
        ahead: dict[_Node, list[model_builder.Variable]] = defaultdict(list)
        busy: list[model_builder.Variable] = []
        for (had, state), arcs in self.reached.items():
            leaving = []
            if self.total - had <= self.left:
                idle = _State.FRESH if state is _State.FRESH else _State.GAP
                leaving.append(self._arc(ahead[had, idle]))
            if meetings and had < self.total and (state is not _State.GAP or self.may_return):
                leaving.append(self._arc(ahead[had + 1, _State.BUSY]))
                busy.append(leaving[-1])
                if state is _State.GAP:
                    self.costs.append(leaving[-1])
            self.relaxation.tie(arcs, leaving)
        if meetings:
            self.relaxation.tie(busy, meetings)
        self.reached = ahead

    def end(self) -> None:
        """Demand that the unit arrives with all meetings had."""
        self.relaxation.tie([arc for arcs in self.reached.values() for arc in arcs], [], 1)

    def _arc(self, arrivals: list[model_builder.Variable]) -> model_builder.Variable:
        variable = self.relaxation.model.new_num_var(0, 1, "")
        arrivals.append(variable)
        return variable
