"""Why a wish is not met, and who is next, read from a finished timetable."""

from collections import Counter
from collections.abc import Mapping

from sme_match.events.timetable.indexed import Indexed, Pool
from sme_match.events.timetable.solution import CauseKind, Reason, Unmet

_POOLS = {
    CauseKind.MEETINGS_AT_ONCE: Reason.NO_TABLE,
    CauseKind.HOSTED_ROOMS: Reason.NO_ROOM,
    CauseKind.RESOURCE: Reason.NO_RESOURCE,
}


def explain(indexed: Indexed, slots: Mapping[int, int]) -> tuple[Unmet, ...]:
    """Give each candidate that is not held its reason, in the order of the candidates."""
    situation = _Situation(indexed, slots)
    candidates = indexed.problem.candidates
    waiting = sorted(
        (index for index in range(len(candidates)) if index not in slots),
        key=lambda index: (not candidates[index].must, -candidates[index].utility, index),
    )
    asked: Counter[int] = Counter()
    unmet = []
    for index in waiting:
        asked[indexed.ends[index][0]] += 1
        reason, number, other = situation.reason(index)
        key = None if other is None else candidates[other].key
        unmet.append((index, reason, asked[indexed.ends[index][0]], number, key))
    pools = situation.pool_keys
    return tuple(
        Unmet(candidates[index].key, reason, rank, number, pools.get(index, other))
        for index, reason, rank, number, other in sorted(unmet, key=lambda row: row[0])
    )


class _Situation:
    def __init__(self, indexed: Indexed, slots: Mapping[int, int]) -> None:
        self.indexed, self.slots = indexed, slots
        self.load: Counter[tuple[int, int]] = Counter()
        self.total: Counter[int] = Counter()
        for index, slot in slots.items():
            for row in indexed.ends[index]:
                self.load[row, slot] += 1
                self.total[row] += 1
        self.drawn: Counter[tuple[int, int]] = Counter()
        for index, slot in slots.items():
            for pool in indexed.pools_of[index]:
                self.drawn[id(pool), slot] += pool.users[index]
        self.company: dict[int, tuple[int, int | None]] = {}
        for _, members, limit in indexed.companies:
            held = sum(index in slots for index in members)
            self.company.update(dict.fromkeys(members, (held, limit)))
        self.rivals: dict[int, list[int]] = {}
        for group in indexed.problem.alternatives:
            members = tuple(sorted(indexed.candidate_of[key] for key in group))
            for index in members:
                self.rivals.setdefault(index, []).extend(o for o in members if o in slots)
        self.pool_keys: dict[int, int | str | None] = {}

    def reason(self, index: int) -> tuple[Reason, int | None, int | None]:
        indexed = self.indexed
        buyer, attendee = indexed.ends[index]
        rivals = self.rivals.get(index, [])
        if not indexed.open_slots[index]:
            return self._never(index), None, None
        if rivals:
            return Reason.ALTERNATIVE_HELD, None, rivals[0]
        if self._full(buyer):
            return Reason.BUYER_FULL, self.total[buyer], None
        if self._full(attendee):
            return Reason.ATTENDEE_FULL, self.total[attendee], None
        held, limit = self.company[index]
        if limit is not None and held >= limit:
            return Reason.ATTENDEE_FULL, held, None
        return self._clash(index), None, None

    def _never(self, index: int) -> Reason:
        candidate = self.indexed.problem.candidates[index]
        attendee = self.indexed.ends[index][1] - len(self.indexed.problem.buyers)
        company = self.indexed.problem.attendees[attendee].company
        if (candidate.buyer, company) in self.indexed.problem.exclusions:
            return Reason.EXCLUDED
        return Reason.NO_COMMON_SLOT

    def _full(self, row: int) -> bool:
        calendar = self.indexed.rows[row]
        return self.total[row] >= calendar.limit or all(
            self.load[row, slot] >= calendar.lanes for slot in calendar.slots
        )

    def _clash(self, index: int) -> Reason:
        free = [
            slot
            for slot in self.indexed.open_slots[index]
            if all(
                self.load[row, slot] < self.indexed.rows[row].lanes for row in self.indexed.ends[index]
            )
        ]
        if not free:
            return Reason.NO_FREE_SLOT
        for pool in self.indexed.pools_of[index]:
            if all(self._drained(pool, index, slot) for slot in free):
                self.pool_keys[index] = pool.key
                return _POOLS[pool.kind]
        if any(self._fits(index, slot) for slot in free):
            return Reason.NOT_CHOSEN
        return Reason.ORDER

    def _drained(self, pool: Pool, index: int, slot: int) -> bool:
        return self.drawn[id(pool), slot] + pool.users[index] > pool.capacity[slot]

    def _fits(self, index: int, slot: int) -> bool:
        indexed = self.indexed
        if any(self._drained(pool, index, slot) for pool in indexed.pools_of[index]):
            return False
        key = indexed.problem.candidates[index].key
        for first, second in indexed.problem.precedences:
            if key == first and self.slots.get(indexed.candidate_of[second], slot + 1) <= slot:
                return False
            if key == second and self.slots.get(indexed.candidate_of[first], slot - 1) >= slot:
                return False
        row = indexed.ends[index][1]
        block = next(block for block in indexed.blocks if slot in block)
        reach = indexed.rows[row].change_over
        return not any(self.load[row, near] for near in block if 0 < abs(near - slot) <= reach)
