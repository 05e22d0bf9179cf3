"""The problem in numbers: positions instead of keys, one kind of shared capacity instead of four."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sme_match.events.timetable.problem import Attendee, Buyer, Key, Problem
from sme_match.events.timetable.solution import CauseKind, Placed


@dataclass(frozen=True)
class Pool:
    """What several meetings of a slot share: tables, hosted rooms, a helper; `capacity` by slot.

    `users`: the candidates that draw from it, with how much each takes.
    """

    kind: CauseKind
    key: Key | None
    capacity: tuple[int, ...]
    users: Mapping[int, int]


@dataclass(frozen=True)
class Row:
    """A calendar: a buyer with its desks, or an attendee. `slots`: when it is there."""

    candidates: tuple[int, ...]
    slots: tuple[int, ...]
    lanes: int
    limit: int
    change_over: int


@dataclass(frozen=True)
class Indexed:
    """Candidates, slots and rows by position. Rows are the buyers, then the attendees."""

    problem: Problem

    @cached_property
    def slot_of(self) -> dict[Key, int]:
        """Give the position of each slot."""
        return {slot.key: index for index, slot in enumerate(self.problem.slots)}

    @cached_property
    def candidate_of(self) -> dict[Key, int]:
        """Give the position of each candidate."""
        return {candidate.key: index for index, candidate in enumerate(self.problem.candidates)}

    @cached_property
    def blocks(self) -> tuple[tuple[int, ...], ...]:
        """Give the slots of each block."""
        groups: dict[tuple[int, int], list[int]] = defaultdict(list)
        for index, slot in enumerate(self.problem.slots):
            groups[slot.day, slot.block].append(index)
        return tuple(tuple(group) for group in groups.values())

    @cached_property
    def days(self) -> tuple[tuple[int, ...], ...]:
        """Give the slots of each day."""
        groups: dict[int, list[int]] = defaultdict(list)
        for index, slot in enumerate(self.problem.slots):
            groups[slot.day].append(index)
        return tuple(tuple(group) for group in groups.values())

    @cached_property
    def ends(self) -> tuple[tuple[int, int], ...]:
        """Give for each candidate its two rows: the buyer, the attendee."""
        buyers = {buyer.key: index for index, buyer in enumerate(self.problem.buyers)}
        attendees = {
            attendee.key: index + len(buyers) for index, attendee in enumerate(self.problem.attendees)
        }
        return tuple((buyers[c.buyer], attendees[c.attendee]) for c in self.problem.candidates)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Give the calendars."""
        members: dict[int, list[int]] = defaultdict(list)
        for index, ends in enumerate(self.ends):
            for row in ends:
                members[row].append(index)
        parties: tuple[Buyer | Attendee, ...] = (*self.problem.buyers, *self.problem.attendees)
        rows: list[Row] = []
        for party in parties:
            lanes = party.lanes if isinstance(party, Buyer) else 1
            slots = tuple(sorted(self.slot_of[key] for key in party.available))
            limit = lanes * len(slots) if party.limit is None else party.limit
            rows.append(
                Row(
                    candidates=tuple(members[len(rows)]),
                    slots=slots,
                    lanes=lanes,
                    limit=min(limit, lanes * len(slots)),
                    change_over=0 if isinstance(party, Buyer) else party.change_over,
                )
            )
        return tuple(rows)

    @cached_property
    def companies(self) -> tuple[tuple[Key, tuple[int, ...], int | None], ...]:
        """Give the companies with their candidates and the most of them that may be held."""
        groups: dict[Key, list[int]] = {a.company: [] for a in self.problem.attendees}
        buyers = len(self.problem.buyers)
        for index, (_, row) in enumerate(self.ends):
            groups[self.problem.attendees[row - buyers].company].append(index)
        limits = dict(self.problem.company_limits)
        return tuple((key, tuple(members), limits.get(key)) for key, members in groups.items())

    @cached_property
    def pools(self) -> tuple[Pool, ...]:
        """Give what meetings share, leaving out what cannot run short."""
        problem, slots = self.problem, range(len(self.problem.slots))
        drawing = {index: c for index, c in enumerate(problem.candidates) if c.draws}
        pools = []
        if problem.meetings_at_once is not None:
            capacity = tuple(problem.meetings_at_once for _ in slots)
            users = dict.fromkeys(drawing, 1)
            pools.append(Pool(CauseKind.MEETINGS_AT_ONCE, None, capacity, users))
        if problem.hosted_rooms is not None:
            capacity = tuple(problem.hosted_rooms for _ in slots)
            users = {index: c.rooms for index, c in drawing.items() if c.rooms}
            pools.append(Pool(CauseKind.HOSTED_ROOMS, None, capacity, users))
        for resource in problem.resources:
            capacity = tuple(
                resource.capacity if resource.available is None or slot.key in resource.available else 0
                for slot in problem.slots
            )
            taken = {index: self._taken(index, resource.key) for index in drawing}
            users = {index: amount for index, amount in taken.items() if amount}
            pools.append(Pool(CauseKind.RESOURCE, resource.key, capacity, users))
        return tuple(pool for pool in pools if sum(pool.users.values()) > min(pool.capacity, default=0))

    @cached_property
    def pools_of(self) -> tuple[tuple[Pool, ...], ...]:
        """Give for each candidate the pools it draws from."""
        pools: list[list[Pool]] = [[] for _ in self.problem.candidates]
        for pool in self.pools:
            for index in pool.users:
                pools[index].append(pool)
        return tuple(tuple(own) for own in pools)

    @cached_property
    def locked(self) -> dict[int, tuple[int, int | None]]:
        """Give slot and lane of the candidates that are locked."""
        return {
            self.candidate_of[lock.candidate]: (self.slot_of[lock.slot], lock.lane)
            for lock in self.problem.locks
        }

    @cached_property
    def open_slots(self) -> tuple[tuple[int, ...], ...]:
        """Give for each candidate the slots in which both sides may meet, locks aside."""
        return tuple(self._open(index) for index in range(len(self.problem.candidates)))

    @cached_property
    def domains(self) -> tuple[tuple[int, ...], ...]:
        """Give for each candidate the slots that it may take, none where a lock cannot be kept."""
        domains = list(self.open_slots)
        desks: set[tuple[int, int, int]] = set()
        for index, (slot, lane) in self.locked.items():
            row = self.ends[index][0]
            is_free = lane is None or (
                0 <= lane < self.rows[row].lanes and (row, slot, lane) not in desks
            )
            if lane is not None:
                desks.add((row, slot, lane))
            domains[index] = (slot,) if is_free and slot in domains[index] else ()
        return tuple(domains)

    def placed(self, slots: dict[int, int]) -> tuple[Placed, ...]:
        """Turn slots by candidate into meetings with lanes, in the order of the candidates.

        Locked lanes are kept; the others take the first free ones.
        """
        taken: set[tuple[int, int, int]] = set()
        lanes: dict[int, int] = {}
        for index, (slot, lane) in self.locked.items():
            if lane is not None and slots.get(index) == slot:
                lanes[index] = lane
                taken.add((self.ends[index][0], slot, lane))
        for index, slot in sorted(slots.items()):
            if index not in lanes:
                buyer, lane = self.ends[index][0], 0
                while (buyer, slot, lane) in taken:
                    lane += 1
                lanes[index] = lane
                taken.add((buyer, slot, lane))
        keys = self.problem.candidates
        return tuple(
            Placed(keys[index].key, self.problem.slots[slot].key, lanes[index])
            for index, slot in sorted(slots.items())
        )

    def _taken(self, index: int, resource: Key) -> int:
        problem = self.problem
        attendee = problem.attendees[self.ends[index][1] - len(problem.buyers)]
        return int(resource in problem.candidates[index].uses) + int(attendee.helper == resource)

    def _open(self, index: int) -> tuple[int, ...]:
        candidate = self.problem.candidates[index]
        buyer, row = self.ends[index]
        attendee = self.problem.attendees[row - len(self.problem.buyers)]
        if (candidate.buyer, attendee.company) in self.problem.exclusions:
            return ()
        allowed = self.problem.buyers[buyer].available & attendee.available
        if candidate.slots is not None:
            allowed &= candidate.slots
        return tuple(
            slot
            for slot in sorted(self.slot_of[key] for key in allowed)
            if all(pool.capacity[slot] >= pool.users[index] for pool in self.pools_of[index])
        )
