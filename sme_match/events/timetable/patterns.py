"""Shorter spans for given meetings: each calendar takes one of its best patterns of busy slots."""

from collections.abc import Mapping
from itertools import combinations
from math import comb
from typing import Final

from ortools.sat.python import cp_model

from sme_match.events.timetable.annealing import Annealer
from sme_match.events.timetable.board import Board
from sme_match.events.timetable.budget import Budget
from sme_match.events.timetable.encoding import Slots
from sme_match.events.timetable.exact import ExactModel
from sme_match.events.timetable.indexed import Indexed
from sme_match.events.timetable.placement_cp import CORE_GUIDED

MOST_PATTERNS: Final = 1_000
"""Patterns of a row above which this model would be too large."""
SLACK: Final = 3
"""How many slots of span a calendar may have above its least."""


def shorten(indexed: Indexed, slots: Mapping[int, int], budget: Budget, limit: float) -> Slots:
    """Return slots of the same candidates with the least span while no row has a needless break.

    The same slots where rows are too long for this, where needless breaks are unavoidable, or where the
    limit comes first.
    """
    domains = [domain if i in slots else () for i, domain in enumerate(indexed.domains)]
    exact = ExactModel(indexed, domains, required=slots)
    annealer = Annealer(Board(indexed), budget.seed)
    costs: list[cp_model.LinearExpr] = []
    for number, row in enumerate(indexed.rows):
        own = [index for index in row.candidates if index in slots]
        busy = exact.desks[number][0]
        if row.lanes > 1 or comb(len(busy), len(own)) > MOST_PATTERNS:
            return dict(slots)
        patterns = {
            pattern: annealer.value([sum(1 << slot for slot in pattern)])
            for pattern in combinations(sorted(busy), len(own))
        }
        breaks, span = min(patterns.values())
        taken = {
            pattern: exact.model.new_bool_var("")
            for pattern, value in patterns.items()
            if value[0] == breaks and value[1] <= span + SLACK
        }
        exact.model.add_exactly_one(taken.values())
        for slot, literal in busy.items():
            others = [choice for pattern, choice in taken.items() if slot not in pattern]
            exact.model.add_exactly_one([literal, *others])
        costs += [(patterns[pattern][1] - span) * choice for pattern, choice in taken.items()]
    exact.model.minimize(cp_model.LinearExpr.sum(costs))
    exact.hint(slots)
    solver, status = budget.run(exact.model, limit=limit, **CORE_GUIDED)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return exact.slots(solver) if found else dict(slots)
