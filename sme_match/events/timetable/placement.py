"""Meetings that are all held and only need their slots: the problem inside the timetable."""

from dataclasses import dataclass
from functools import cached_property

from sme_match.events.timetable.measure import gaps
from sme_match.events.timetable.solution import Status


@dataclass(frozen=True)
class Placement:
    """Meetings of two rows each, with the slots that each may take.

    `fairness`: the breaks of two rows differ by at most so much. `pools`: capacity by slot, and the
    meetings that draw from it.
    """

    ends: tuple[tuple[int, int], ...]
    domains: tuple[tuple[int, ...], ...]
    rows: int
    blocks: tuple[tuple[int, ...], ...]
    at_once: int | None = None
    precedences: tuple[tuple[int, int], ...] = ()
    fairness: int | None = None

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
        """Give the domains without slots that precedences rule out."""
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
        """Give the most breaks that each row can have, and may have by fairness."""
        most = []
        for own in self.members:
            open_slots = {slot for index in own for slot in self.pruned[index]}
            reach = max(open_slots, default=0) - min(open_slots, default=0) + 1
            most.append(max(0, min(len(own) - 1, reach - len(own))))
        if self.fairness is None:
            return tuple(most)
        cap = self.fairness + min(most, default=0)
        return tuple(min(value, cap) for value in most)

    def breaks(self, slots: tuple[int, ...]) -> tuple[int, ...]:
        """Count the idle breaks of each row."""
        return tuple(
            sum(gaps(sorted(slots[i] for i in own if slots[i] in block)) for block in self.blocks)
            for own in self.members
        )


@dataclass(frozen=True, slots=True)
class PlacementResult:
    """Slots by meeting, where found; no placement has fewer breaks than `bound`."""

    status: Status
    slots: tuple[int, ...] = ()
    objective: int | None = None
    bound: int = 0
