"""A timetable in the making: who sits where, and chains of meetings that can trade two slots.

A Kempe chain begins with one meeting that goes to another slot; whoever it pushes out takes the slot
that it left, and so on. Every rule that held before holds after, so the board is always a valid
timetable.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sme_match.events.timetable.indexed import Indexed, Pool

LONGEST_CHAIN = 60


@dataclass(frozen=True, slots=True)
class Chain:
    """Meetings that change slots together, each with the slot it goes to."""

    moves: dict[int, int]


@dataclass
class Board:
    """Slots by candidate, with what is needed to change them quickly."""

    indexed: Indexed
    slot_of: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Lay out empty calendars."""
        indexed = self.indexed
        slots = len(indexed.problem.slots)
        self.ends = indexed.ends
        self.open = [frozenset(domain) for domain in indexed.domains]
        self.lanes = [row.lanes for row in indexed.rows]
        self.cells: list[list[list[int]]] = [[[] for _ in range(slots)] for _ in indexed.rows]
        self.held = [0] * len(indexed.rows)
        self.drawn: dict[int, list[int]] = {id(pool): [0] * slots for pool in indexed.pools}
        self.pools = indexed.pools_of
        self.block_of = {slot: block for block in indexed.blocks for slot in block}
        self.before: dict[int, list[int]] = {}
        self.after: dict[int, list[int]] = {}
        for first, second in indexed.problem.precedences:
            one, two = indexed.candidate_of[first], indexed.candidate_of[second]
            self.before.setdefault(two, []).append(one)
            self.after.setdefault(one, []).append(two)
        self.rivals: dict[int, list[tuple[int, ...]]] = {}
        for group in indexed.problem.alternatives:
            members = tuple(indexed.candidate_of[key] for key in group)
            for index in members:
                self.rivals.setdefault(index, []).append(members)
        self.company: list[tuple[tuple[int, ...], int] | None] = [None] * len(self.ends)
        for _, own, limit in indexed.companies:
            if limit is not None:
                for index in own:
                    self.company[index] = (own, limit)

    def put(self, index: int, slot: int) -> None:
        """Hold the candidate in the slot, without asking whether it may."""
        self.slot_of[index] = slot
        for row in self.ends[index]:
            self.cells[row][slot].append(index)
            self.held[row] += 1
        for pool in self.pools[index]:
            self.drawn[id(pool)][slot] += pool.users[index]

    def take(self, index: int) -> int:
        """Hold the candidate no longer; return the slot it had."""
        slot = self.slot_of.pop(index)
        for row in self.ends[index]:
            self.cells[row][slot].remove(index)
            self.held[row] -= 1
        for pool in self.pools[index]:
            self.drawn[id(pool)][slot] -= pool.users[index]
        return slot

    def may_hold(self, index: int) -> bool:
        """Say whether limits leave room for one more of this kind, wherever it is."""
        if any(self.held[row] >= self.indexed.rows[row].limit for row in self.ends[index]):
            return False
        if any(other in self.slot_of for group in self.rivals.get(index, ()) for other in group):
            return False
        company = self.company[index]
        return company is None or sum(other in self.slot_of for other in company[0]) < company[1]

    def fits(self, index: int, slot: int) -> bool:
        """Say whether the candidate, which is not held, can take the slot as things are."""
        return (
            slot in self.open[index]
            and all(len(self.cells[row][slot]) < self.lanes[row] for row in self.ends[index])
            and all(
                self.drawn[id(pool)][slot] + pool.users[index] <= pool.capacity[slot]
                for pool in self.pools[index]
            )
            and self._in_order(index, slot, {})
            and self._has_changed_over(index, slot, {})
        )

    def chain(self, start: int, target: int) -> Chain | None:
        """Return the chain that brings a held meeting to another slot, None if a rule forbids it."""
        source = self.slot_of[start]
        moves = {start: target}
        waiting = [start]
        while waiting:
            index = waiting.pop()
            goal = moves[index]
            if goal not in self.open[index]:
                return None
            for row in self.ends[index]:
                pushed = self._pushed(row, goal, moves)
                if pushed is not None:
                    moves[pushed] = source if goal == target else target
                    waiting.append(pushed)
            if len(moves) > LONGEST_CHAIN:
                return None
        if not self._pools_allow(moves, source, target):
            return None
        for index, slot in moves.items():
            if not self._in_order(index, slot, moves) or not self._has_changed_over(index, slot, moves):
                return None
        return Chain(moves)

    def apply(self, chain: Chain) -> None:
        """Let the meetings of the chain change slots."""
        for index in chain.moves:
            self.take(index)
        for index, slot in chain.moves.items():
            self.put(index, slot)

    def _pushed(self, row: int, slot: int, moves: dict[int, int]) -> int | None:
        cell = self.cells[row][slot]
        if self.lanes[row] == 1:
            return cell[0] if cell and cell[0] not in moves else None
        staying = [index for index in cell if index not in moves]
        coming = sum(goal == slot and row in self.ends[index] for index, goal in moves.items())
        return staying[0] if staying and len(staying) + coming > self.lanes[row] else None

    def _pools_allow(self, moves: dict[int, int], source: int, target: int) -> bool:
        change: dict[int, int] = {}
        pools: dict[int, Pool] = {}
        for index, slot in moves.items():
            for pool in self.pools[index]:
                pools[id(pool)] = pool
                amount = pool.users[index] if slot == target else -pool.users[index]
                change[id(pool)] = change.get(id(pool), 0) + amount
        return all(
            self.drawn[key][target] + more <= pools[key].capacity[target]
            and self.drawn[key][source] - more <= pools[key].capacity[source]
            for key, more in change.items()
        )

    def _slot(self, index: int, moves: dict[int, int]) -> int | None:
        return moves.get(index, self.slot_of.get(index))

    def _in_order(self, index: int, slot: int, moves: dict[int, int]) -> bool:
        for other in self.before.get(index, ()):
            at = self._slot(other, moves)
            if at is not None and at >= slot:
                return False
        for other in self.after.get(index, ()):
            at = self._slot(other, moves)
            if at is not None and at <= slot:
                return False
        return True

    def _has_changed_over(self, index: int, slot: int, moves: dict[int, int]) -> bool:
        row = self.ends[index][1]
        reach = self.indexed.rows[row].change_over
        if not reach:
            return True
        others = (
            self._slot(other, moves) for other in self.indexed.rows[row].candidates if other != index
        )
        block = self.block_of[slot]
        return all(other is None or other not in block or abs(other - slot) > reach for other in others)

    def insert(self, index: int) -> bool:
        """Hold the candidate where that can be made possible by one chain; say whether it was."""
        if not self.may_hold(index):
            return False
        domain = self.indexed.domains[index]
        for slot in domain:
            if self.fits(index, slot):
                self.put(index, slot)
                return True
        for row in self.ends[index]:
            free = [
                s for s in self.indexed.rows[row].slots if len(self.cells[row][s]) < self.lanes[row]
            ]
            for slot in domain:
                if len(self.cells[row][slot]) >= self.lanes[row] and self._make_room(
                    index, row, slot, free
                ):
                    return True
        return False

    def _make_room(self, index: int, row: int, slot: int, free: Iterable[int]) -> bool:
        """Send away one meeting of the row from the slot, if the candidate then fits there."""
        for other in list(self.cells[row][slot]):
            for goal in free:
                chain = self.chain(other, goal)
                if chain is not None:
                    self.apply(chain)
                    if self.fits(index, slot):
                        self.put(index, slot)
                        return True
                    self.apply(Chain({i: slot if g == goal else goal for i, g in chain.moves.items()}))
        return False
