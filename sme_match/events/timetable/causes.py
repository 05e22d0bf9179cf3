"""Why no timetable keeps every rule: a small set of rules that contradict each other.

Only what demands meetings can contradict anything: locks, required musts, a required floor. Every rule
gets an assumption literal; the solver names assumptions that fail together, and each of them that can
be left out is left out.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ortools.sat.python import cp_model

from sme_match.events.timetable.budget import Budget
from sme_match.events.timetable.encoding import total
from sme_match.events.timetable.indexed import Indexed
from sme_match.events.timetable.solution import Cause, CauseKind

LIMIT = 2.0
"""Deterministic time for each question; what is not answered by then stays in the set."""


def find_causes(indexed: Indexed, budget: Budget) -> tuple[Cause, ...]:
    """Return rules that cannot all be kept, none of them without need; empty where none were found."""
    rules = _Rules(indexed)
    core = list(rules.causes)
    while (smaller := rules.conflict(core, budget)) is not None and len(smaller) < len(core):
        core = smaller
    if rules.conflict(core, budget) is None:
        return ()
    for cause in list(core):
        without = [other for other in core if other != cause]
        if cause in core and (smaller := rules.conflict(without, budget)) is not None:
            core = smaller
    return tuple(core)


@dataclass
class _Demands:
    """Candidates that must be held, and all that count for it."""

    musts: tuple[int, ...]
    relevant: tuple[int, ...]


class _Rules:
    def __init__(self, indexed: Indexed) -> None:
        self.indexed, self.problem = indexed, indexed.problem
        self.model = cp_model.CpModel()
        self.causes: dict[Cause, cp_model.IntVar] = {}
        demands = self._demands()
        slots = range(len(self.problem.slots))
        self.at = {index: [self.model.new_bool_var("") for _ in slots] for index in demands.relevant}
        for variables in self.at.values():
            self.model.add_at_most_one(variables)
        self._demand(demands)
        self._open()
        self._calendars()
        self._limits()
        self._pools()
        self._sets()

    def conflict(self, causes: Iterable[Cause], budget: Budget) -> list[Cause] | None:
        """Return those of the causes that contradict each other, None where they may not."""
        self.model.clear_assumptions()
        self.model.add_assumptions([self.causes[cause] for cause in causes])
        inner = Budget(LIMIT, budget.seed, stop=budget.stop)
        solver, status = inner.run(self.model)
        if status != cp_model.INFEASIBLE:
            return None
        failing = set(solver.sufficient_assumptions_for_infeasibility())
        return [cause for cause, literal in self.causes.items() if literal.index in failing]

    def _demands(self) -> _Demands:
        candidates = self.problem.candidates
        musts = tuple(i for i, c in enumerate(candidates) if c.must and self.problem.requires_musts)
        everyone = self.problem.requires_floor and self.problem.floor
        relevant = range(len(candidates)) if everyone else sorted({*musts, *self.indexed.locked})
        return _Demands(musts, tuple(relevant))

    def _rule(self, cause: Cause) -> cp_model.IntVar:
        if cause not in self.causes:
            self.causes[cause] = self.model.new_bool_var("")
        return self.causes[cause]

    def _most(self, cause: Cause, terms: list[cp_model.IntVar], most: int) -> None:
        if len(terms) > most:
            self.model.add(total(terms) <= most).only_enforce_if(self._rule(cause))

    def _never(self, cause: Cause, index: int, slots: Iterable[int]) -> None:
        for slot in slots:
            self.model.add_implication(self._rule(cause), self.at[index][slot].negated())

    def _demand(self, demands: _Demands) -> None:
        keys = [candidate.key for candidate in self.problem.candidates]
        for lock in self.problem.locks:
            index, slot = self.indexed.candidate_of[lock.candidate], self.indexed.slot_of[lock.slot]
            rule = self._rule(Cause(CauseKind.LOCK, lock.candidate, slot=lock.slot))
            self.model.add_implication(rule, self.at[index][slot])
        for index in demands.musts:
            rule = self._rule(Cause(CauseKind.MUST, keys[index]))
            self.model.add_bool_or(*self.at[index], rule.negated())
        if self.problem.requires_floor and self.problem.floor:
            for key, members, _ in self.indexed.companies:
                rule = self._rule(Cause(CauseKind.FLOOR, key, number=self.problem.floor))
                held = [x for index in members for x in self.at[index]]
                self.model.add(total(held) >= self.problem.floor).only_enforce_if(rule)

    def _open(self) -> None:
        slots, problem = self.indexed.slot_of, self.problem
        for index in self.at:
            candidate = problem.candidates[index]
            buyer = problem.buyers[self.indexed.ends[index][0]]
            attendee = problem.attendees[self.indexed.ends[index][1] - len(problem.buyers)]
            for cause, allowed in (
                (Cause(CauseKind.BUYER_AVAILABLE, buyer.key), buyer.available),
                (Cause(CauseKind.ATTENDEE_AVAILABLE, attendee.key), attendee.available),
                (Cause(CauseKind.CANDIDATE_SLOTS, candidate.key), candidate.slots),
            ):
                if allowed is not None:
                    self._never(cause, index, (slots[key] for key in slots if key not in allowed))
            if (buyer.key, attendee.company) in problem.exclusions:
                self._never(Cause(CauseKind.EXCLUSION, candidate.key), index, slots.values())

    def _calendars(self) -> None:
        for number, row in enumerate(self.indexed.rows):
            own = [index for index in row.candidates if index in self.at]
            buyers = len(self.problem.buyers)
            if number < buyers:
                cause = Cause(CauseKind.BUYER_LANES, self.problem.buyers[number].key, number=row.lanes)
                self._desks(cause, own, row.lanes)
                windows = [[slot] for slot in range(len(self.problem.slots))]
            else:
                attendee = self.problem.attendees[number - buyers]
                cause = Cause(CauseKind.ATTENDEE_CALENDAR, attendee.key, number=row.change_over)
                reach = row.change_over + 1
                windows = [
                    list(block[start : start + reach])
                    for block in self.indexed.blocks
                    for start in range(len(block))
                ]
            for window in windows:
                self._most(cause, [self.at[i][slot] for i in own for slot in window], row.lanes)

    def _desks(self, cause: Cause, own: list[int], lanes: int) -> None:
        """Keep locked lanes that exist, each for one meeting of a slot."""
        desks: dict[tuple[int, int], list[cp_model.IntVar]] = defaultdict(list)
        for index in own:
            slot, lane = self.indexed.locked.get(index, (0, None))
            if lane is not None:
                desks[slot, lane].append(self.at[index][slot])
        for (_, lane), variables in desks.items():
            self._most(cause, variables, 1 if 0 <= lane < lanes else 0)

    def _limits(self) -> None:
        parties = (
            *((CauseKind.BUYER_LIMIT, buyer.key, buyer.limit) for buyer in self.problem.buyers),
            *((CauseKind.ATTENDEE_LIMIT, a.key, a.limit) for a in self.problem.attendees),
        )
        groups = [
            (kind, key, row.candidates, limit)
            for (kind, key, limit), row in zip(parties, self.indexed.rows, strict=True)
        ]
        groups += [
            (CauseKind.COMPANY_LIMIT, key, members, limit)
            for key, members, limit in self.indexed.companies
        ]
        for kind, key, members, limit in groups:
            if limit is not None:
                held = [x for index in members if index in self.at for x in self.at[index]]
                self._most(Cause(kind, key, number=limit), held, limit)

    def _pools(self) -> None:
        for pool in self.indexed.pools:
            cause = Cause(pool.kind, pool.key, number=max(pool.capacity, default=0))
            users = {index: n for index, n in pool.users.items() if index in self.at}
            for slot, capacity in enumerate(pool.capacity):
                drawn = [self.at[index][slot] for index, n in users.items() for _ in range(n)]
                self._most(cause, drawn, capacity)

    def _sets(self) -> None:
        for group in self.problem.alternatives:
            members = sorted(self.indexed.candidate_of[key] for key in group)
            cause = Cause(CauseKind.ALTERNATIVES, self.problem.candidates[members[0]].key)
            held = [x for index in members if index in self.at for x in self.at[index]]
            self._most(cause, held, 1)
        for first, second in self.problem.precedences:
            one, two = self.indexed.candidate_of[first], self.indexed.candidate_of[second]
            if one in self.at and two in self.at:
                rule = self._rule(Cause(CauseKind.PRECEDENCE, first, other=second))
                for slot, early in enumerate(self.at[one]):
                    for late in self.at[two][: slot + 1]:
                        self.model.add_bool_or(early.negated(), late.negated(), rule.negated())
