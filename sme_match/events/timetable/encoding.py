"""Meetings, calendars and what they share in booleans: the encoding of every exact search.

One boolean says that a meeting is in a slot, another that a desk of a row is busy in it, a third that
the desk ends a gap there. Where all meetings are held, the rules are clauses, and what they imply is
said once more: a row is busy as often as it has meetings, desks are busy in pairs, meetings of one row
never run at once. After Bofill and others, Constraint Solving Approaches to the Business-to-Business
Meeting Scheduling Problem (JAIR 74, 2022).
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise

from ortools.sat.python import cp_model

from sme_match.events.timetable.counters import at_most, sorted_counter
from sme_match.events.timetable.placement import Placement

Slots = dict[int, int]
"""Slot of each meeting that is held, by position."""
Desk = dict[int, cp_model.IntVar]
"""When a desk is busy, by slot."""


def total(terms: Iterable[cp_model.LinearExprT]) -> cp_model.LinearExpr:
    """Sum terms into one expression, of which there may be none."""
    expression: cp_model.LinearExpr = cp_model.LinearExpr.sum([*terms])
    return expression


class Encoding:
    """Variables and rules. `required`: the meetings that are held in any case, None: all are."""

    def __init__(self, placement: Placement, required: Collection[int] | None = None) -> None:
        self.placement = placement
        self.all_held = required is None
        self.model = cp_model.CpModel()
        self.at: list[Desk] = [
            {slot: self.model.new_bool_var("") for slot in domain}
            for domain in (placement.pruned if self.all_held else placement.domains)
        ]
        for index, variables in enumerate(self.at):
            if required is None or index in required:
                self.model.add_exactly_one(variables.values())
            else:
                self.model.add_at_most_one(variables.values())
        self.desks = [self._desks(row) for row in range(placement.rows)]
        """For each row its desks: desk n is busy where more than n meetings run."""
        self._share()
        for first, second in placement.precedences:
            self._precede(first, second)

    def held(self, index: int) -> cp_model.LinearExpr:
        """Say whether the meeting is held."""
        return total(self.at[index].values())

    def slots(self, solver: cp_model.CpSolver) -> Slots:
        """Read the slot of each meeting that is held."""
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

    def gap_ends(self, row: int) -> list[cp_model.IntVar]:
        """Return for each slot that could end a gap of a desk of the row whether it does."""
        return [
            end
            for desk in self.desks[row]
            for block in self.placement.blocks
            for end in self._gap_ends([desk.get(slot) for slot in block])
        ]

    def _desks(self, row: int) -> list[Desk]:
        model, own = self.model, self.placement.members[row]
        by_slot: dict[int, list[cp_model.IntVar]] = defaultdict(list)
        for index in own:
            for slot, variable in self.at[index].items():
                by_slot[slot].append(variable)
        desks: list[Desk] = [{} for _ in range(self.placement.lanes.get(row, 1))]
        for slot, variables in sorted(by_slot.items()):
            busy = [model.new_bool_var("") for _ in desks[: len(variables)]]
            for desk, literal in zip(desks, busy, strict=False):
                desk[slot] = literal
            if len(busy) == 1:
                model.add_exactly_one([*variables, busy[0].negated()])
            else:
                model.add(total(variables) == total(busy))
                for lower, upper in pairwise(busy):
                    model.add_implication(upper, lower)
        if row in self.placement.change_over:
            self._change_over(desks[0], self.placement.change_over[row])
        if self.all_held:
            literals = [literal for desk in desks for literal in desk.values()]
            for literal in sorted_counter(model, literals, len(own)):
                model.add_bool_or(literal)
        return desks

    def _change_over(self, desk: Desk, apart: int) -> None:
        for block in self.placement.blocks:
            for start in range(len(block)):
                window = block[start : start + apart + 1]
                self.model.add_at_most_one(desk[slot] for slot in window if slot in desk)

    def _share(self) -> None:
        for pool in self.placement.pools:
            for slot, capacity in enumerate(pool.capacity):
                users = [(n, self.at[i][slot]) for i, n in pool.users.items() if slot in self.at[i]]
                self.model.add(total(n * variable for n, variable in users) <= capacity)
        most = self.placement.at_once
        if most is None:
            return
        clusters = _clusters(self.placement)
        for slot in sorted({slot for variables in self.at for slot in variables}):
            if not self.all_held:
                together = total(variables[slot] for variables in self.at if slot in variables)
                self.model.add(together <= most)
                continue
            self._pairs(slot, most)
            found = (self._cluster(row, own, slot) for row, own in clusters)
            at_most(self.model, [literal for literal in found if literal is not None], most)

    def _pairs(self, slot: int, most: int) -> None:
        busy = [desk[slot] for desks in self.desks for desk in desks if slot in desk]
        if len(busy) > 2 * most:
            self.model.add(total(busy) <= 2 * most)

    def _cluster(self, row: int, own: tuple[int, ...], slot: int) -> cp_model.IntVar | None:
        if len(own) == len(self.placement.members[row]):
            return self.desks[row][0].get(slot)
        variables = [self.at[index][slot] for index in own if slot in self.at[index]]
        if not variables:
            return None
        held = self.model.new_bool_var("")
        self.model.add_exactly_one([*variables, held.negated()])
        return held

    def _precede(self, first: int, second: int) -> None:
        """The first is not in this slot or later while the second is in it or earlier."""
        for slot in self.at[second]:
            late = [x for other, x in self.at[first].items() if other >= slot]
            early = [x for other, x in self.at[second].items() if other <= slot]
            if late:
                self.model.add_at_most_one([*late, *early])

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


def _clusters(placement: Placement) -> list[tuple[int, tuple[int, ...]]]:
    """Partition the meetings by row with one desk, the row with most of what is left first."""
    left = set(range(len(placement.ends)))
    clusters = []
    while left:
        counts = Counter(
            row for index in sorted(left) for row in placement.ends[index] if row not in placement.lanes
        )
        row = max(sorted(counts), key=counts.__getitem__)
        own = tuple(index for index in placement.members[row] if index in left)
        clusters.append((row, own))
        left.difference_update(own)
    return clusters
