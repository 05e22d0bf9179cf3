"""Which candidates to hold, as if any set that calendars are long enough for could be placed.

A linear relaxation, which is a flow with few side conditions: its value bounds every timetable, and its
solutions are nearly always whole. What is not whole is left to be filled in by the placement.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor
from typing import Final

from ortools.linear_solver.python import model_builder

from sme_match.events.timetable.indexed import Indexed, Row
from sme_match.events.timetable.row_bounds import Curve, hull, least
from sme_match.events.timetable.solution import Objective

WHOLE: Final = 1 - 1e-6
TOLERANCE: Final = 1e-6
ROUNDING: Final = 1e-4


@dataclass(frozen=True, slots=True)
class Selection:
    """Candidates by position, best first, and bounds that hold for every timetable.

    `bounds.breaks` and `bounds.span` hold for those that reach the bounds before them.
    """

    chosen: tuple[int, ...]
    bounds: Objective


def select(indexed: Indexed, *, tidy: bool = True, give_up: float = 0.0) -> Selection:
    """Choose candidates: as many musts as may be, then the floor, then utility.

    `tidy`: then few breaks and little span, which takes longer and bounds both. For these a share of
    the best utility may be given up, which the product never does: it says what that would be worth.
    """
    relaxation = _Relaxation(indexed)
    musts, lack = relaxation.musts, 0
    relaxation.require(musts=musts, lack=lack)
    if not relaxation.maximize_utility():
        musts = _Relaxation(indexed).most_musts()
        lack = _Relaxation(indexed).least_lack(musts)
        relaxation = _Relaxation(indexed)
        relaxation.require(musts=musts, lack=lack)
        if not relaxation.maximize_utility():
            return Selection((), Objective(utility=relaxation.total))
    chosen, utility = relaxation.chosen(), relaxation.utility()
    breaks = span = 0
    if tidy:
        chosen, breaks, span = relaxation.tidy(chosen, floor(utility * (1 - give_up)))
    bounds = Objective(relaxation.musts - musts, lack, utility, breaks, span)
    return Selection(_best_first(indexed, chosen), bounds)


def _best_first(indexed: Indexed, chosen: Iterable[int]) -> tuple[int, ...]:
    candidates = indexed.problem.candidates
    return tuple(sorted(chosen, key=lambda i: (not candidates[i].must, -candidates[i].utility, i)))


class _Relaxation:
    def __init__(self, indexed: Indexed) -> None:
        self.indexed = indexed
        self.problem = indexed.problem
        self.model = model_builder.Model()  # type: ignore[no-untyped-call]  # not annotated there
        self.solver = model_builder.Solver("GLOP")
        self.held = [
            self.model.new_num_var(float(index in indexed.locked), float(bool(domain)), "")
            for index, domain in enumerate(indexed.domains)
        ]
        for row in indexed.rows:
            self._at_most(row.candidates, row.limit)
        for pool in indexed.pools:
            drawn = model_builder.LinearExpr.weighted_sum(
                [self.held[index] for index in pool.users], [float(n) for n in pool.users.values()]
            )
            self.model.add_linear_constraint(drawn, 0, sum(pool.capacity))
        for _, members, limit in indexed.companies:
            if limit is not None:
                self._at_most(members, limit)
        for group in self.problem.alternatives:
            self._at_most(sorted(indexed.candidate_of[key] for key in group), 1)
        self.must = [index for index, c in enumerate(self.problem.candidates) if c.must]
        self.musts = len(self.must)
        self.lacks = [self._lack(members) for _, members, _ in indexed.companies]

    def _sum(self, members: Iterable[int]) -> model_builder.LinearExprT:
        expression: model_builder.LinearExprT = model_builder.LinearExpr.sum(
            [self.held[index] for index in members]
        )
        return expression

    def _at_most(self, members: Iterable[int], limit: int) -> None:
        members = tuple(members)
        if len(members) > limit:
            self.model.add_linear_constraint(self._sum(members), 0, limit)

    def _lack(self, members: tuple[int, ...]) -> model_builder.Variable:
        lack = self.model.new_num_var(0, self.problem.floor, "")
        if self.problem.floor:
            expression = model_builder.LinearExpr.sum([lack, *(self.held[i] for i in members)])
            self.model.add_linear_constraint(expression, self.problem.floor, float("inf"))
        return lack

    def require(self, *, musts: int, lack: int) -> None:
        """Demand so many musts and no more shortfall."""
        if musts:
            self.model.add_linear_constraint(self._sum(self.must), musts, float("inf"))
        if self.problem.floor:
            expression = model_builder.LinearExpr.sum(self.lacks)
            self.model.add_linear_constraint(expression, 0, lack)

    def most_musts(self) -> int:
        self.model.maximize(self._sum(self.must))
        return self._value(self.musts)

    def least_lack(self, musts: int) -> int:
        most = self.problem.floor * len(self.lacks)
        self.require(musts=musts, lack=most)
        self.model.maximize(-1.0 * model_builder.LinearExpr.sum(self.lacks))
        return -self._value(0)

    def maximize_utility(self) -> bool:
        weights = [float(candidate.utility) for candidate in self.problem.candidates]
        self.model.maximize(model_builder.LinearExpr.weighted_sum(self.held, weights))
        return self.solver.solve(self.model) == model_builder.SolveStatus.OPTIMAL

    def _value(self, otherwise: int) -> int:
        """Solve and return the value, never below what is possible in whole numbers."""
        if self.solver.solve(self.model) != model_builder.SolveStatus.OPTIMAL:
            return otherwise
        return floor(self.solver.objective_value + TOLERANCE * max(1, abs(self.solver.objective_value)))

    @property
    def total(self) -> int:
        """Sum all utilities."""
        return sum(candidate.utility for candidate in self.problem.candidates)

    def utility(self) -> int:
        """Return what no timetable exceeds, as solved last."""
        return min(self.total, floor(self.solver.objective_value * (1 + TOLERANCE**2) + TOLERANCE))

    def chosen(self) -> tuple[int, ...]:
        """Return the candidates that are held, as solved last."""
        return tuple(i for i, x in enumerate(self.held) if self.solver.value(x) >= WHOLE)

    def tidy(self, chosen: tuple[int, ...], utility: int) -> tuple[tuple[int, ...], int, int]:
        """Among selections of this utility, prefer few breaks, then little span; return bounds of both.

        Rows count alone: what the best calendar with as many meetings has. Desks of buyers with several
        are left out.
        """
        weights = [float(candidate.utility) for candidate in self.problem.candidates]
        expression = model_builder.LinearExpr.weighted_sum(self.held, weights)
        self.model.add_linear_constraint(expression, utility, float("inf"))
        curves = [self._curve(row) for row in self.indexed.rows]
        bounds = [0, 0]
        for part in range(2):
            costs = [
                self._cost(row, {n: point[part] for n, point in curve.items()})
                for row, curve in zip(self.indexed.rows, curves, strict=True)
                if curve
            ]
            total = model_builder.LinearExpr.sum(costs)
            self.model.minimize(total)
            if self.solver.solve(self.model) != model_builder.SolveStatus.OPTIMAL:
                break
            bounds[part] = ceil(self.solver.objective_value - ROUNDING)
            self.model.add_linear_constraint(total, 0, bounds[part])
            better = self.chosen()
            if sum(weights[index] for index in better) >= utility:
                chosen = better
        return chosen, bounds[0], bounds[1]

    def _curve(self, row: Row) -> Curve:
        if row.lanes > 1 or not row.candidates:
            return {}
        open_ = {slot for index in row.candidates for slot in self.indexed.domains[index]}
        return least(self.indexed, open_, min(row.limit, len(row.candidates)))

    def _cost(self, row: Row, points: dict[int, int]) -> model_builder.Variable:
        cost = self.model.new_num_var(0, max(points.values()), "")
        for slope, offset in hull(points):
            members = [self.held[index] for index in row.candidates]
            expression = model_builder.LinearExpr.weighted_sum(
                [cost, *members], [1.0, *[-slope] * len(members)]
            )
            self.model.add_linear_constraint(expression, offset, float("inf"))
        return cost
