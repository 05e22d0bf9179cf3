"""Meetings and the slots that each may take, without keys and wishes: what every exact search reads."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sme_match.events.timetable.indexed import Indexed, Pool
from sme_match.events.timetable.measure import gaps
from sme_match.events.timetable.solution import CauseKind, Status


@dataclass(frozen=True)
class Placement:
    """Meetings of two rows each, with the slots that each may take.

    `at_once`: the most meetings in a slot. `lanes` and `change_over`: desks, and slots between two
    meetings, of the rows that have more than one, and any. `pools`: what else meetings share.
    `fairness`: the breaks of two rows differ by at most so much.
    """

    ends: tuple[tuple[int, int], ...]
    domains: tuple[tuple[int, ...], ...]
    rows: int
    blocks: tuple[tuple[int, ...], ...]
    at_once: int | None = None
    precedences: tuple[tuple[int, int], ...] = ()
    fairness: int | None = None
    lanes: Mapping[int, int] = field(default_factory=dict)
    change_over: Mapping[int, int] = field(default_factory=dict)
    pools: tuple[Pool, ...] = ()

    @cached_property
    def members(self) -> tuple[tuple[int, ...], ...]:
        """Give the meetings of each row."""
        members: list[list[int]] = [[] for _ in range(self.rows)]
        for index, ends in enumerate(self.ends):
            for row in ends:
                members[row].append(index)
        return tuple(tuple(own) for own in members)

    @cached_property
    def pruned(self) -> tuple[tuple[int, ...], ...]:
        """Give the domains without slots that precedences rule out where all meetings are held."""
        domains = [set(domain) for domain in self.domains]
        changed = True
        while changed:
            changed = False
            for first, second in self.precedences:
                if not domains[first] or not domains[second]:
                    continue
                early, late = min(domains[first]), max(domains[second])
                for index, keep in (
                    (first, {slot for slot in domains[first] if slot < late}),
                    (second, {slot for slot in domains[second] if slot > early}),
                ):
                    changed = changed or keep != domains[index]
                    domains[index] = keep
        return tuple(tuple(sorted(domain)) for domain in domains)

    @cached_property
    def most_breaks(self) -> tuple[int, ...]:
        """Give the most breaks that each row can have, and may have by fairness, if all are held."""
        most = []
        for row, own in enumerate(self.members):
            open_slots = {slot for index in own for slot in self.pruned[index]}
            reach = max(open_slots, default=0) - min(open_slots, default=0) + 1
            idle = reach - len(own) if row not in self.lanes else len(own)
            most.append(max(0, min(len(own) - 1, idle)))
        if self.fairness is None:
            return tuple(most)
        cap = self.fairness + min(most, default=0)
        return tuple(min(value, cap) for value in most)

    def breaks(self, slots: tuple[int, ...]) -> tuple[int, ...]:
        """Count the idle breaks of each row; a second desk is busy only where two meetings run."""
        found = []
        for row, own in enumerate(self.members):
            load = Counter(slots[index] for index in own)
            found.append(
                sum(
                    gaps(slot for slot in block if load[slot] > desk)
                    for desk in range(self.lanes.get(row, 1))
                    for block in self.blocks
                )
            )
        return tuple(found)


def placement_of(indexed: Indexed, chosen: Iterable[int] | None = None) -> Placement:
    """Return the candidates of an event, or those chosen in rising order, with the rules for slots.

    Limits, alternatives and everything else that says which candidates are held is left to selection.
    """
    members = [*range(len(indexed.ends))] if chosen is None else sorted(chosen)
    position = {index: place for place, index in enumerate(members)}
    at_once, pools = None, []
    for pool in indexed.pools:
        users = {position[index]: n for index, n in pool.users.items() if index in position}
        if pool.kind is CauseKind.MEETINGS_AT_ONCE and len(users) == len(members):
            at_once = max(pool.capacity, default=0)
        elif users:
            pools.append(Pool(pool.kind, pool.key, pool.capacity, users))
    ordered = (
        (position.get(indexed.candidate_of[first]), position.get(indexed.candidate_of[second]))
        for first, second in indexed.problem.precedences
    )
    return Placement(
        ends=tuple(indexed.ends[index] for index in members),
        domains=tuple(indexed.domains[index] for index in members),
        rows=len(indexed.rows),
        blocks=indexed.blocks,
        at_once=at_once,
        precedences=tuple((a, b) for a, b in ordered if a is not None and b is not None),
        lanes={number: row.lanes for number, row in enumerate(indexed.rows) if row.lanes > 1},
        change_over={n: row.change_over for n, row in enumerate(indexed.rows) if row.change_over},
        pools=tuple(pools),
    )


@dataclass(frozen=True, slots=True)
class PlacementResult:
    """Slots by meeting, where found; no placement has fewer breaks than `bound`."""

    status: Status
    slots: tuple[int, ...] = ()
    objective: int | None = None
    bound: int = 0
