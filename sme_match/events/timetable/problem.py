"""What a timetable has to respect: slots, parties, candidates, locks and shared resources.

Everything is named by keys of the caller's own. The order of the slots is the order of time; other
orders only break ties. Words for people are made elsewhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

Key: TypeAlias = int | str
"""Name of a slot, party, candidate or resource, chosen by the caller."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A stretch of time in which meetings run side by side.

    `day` and `block` count up. A block is a run of slots without a planned break: lunch and the end of
    a day end it, so that no idle break is counted across. Minutes count from midnight of the day.
    """

    key: Key
    day: int
    start_minute: int
    end_minute: int
    block: int


@dataclass(frozen=True, slots=True)
class Buyer:
    """A buyer with `lanes` desks: one set of wishes, up to `lanes` meetings in a slot.

    `limit` is the largest number of meetings altogether, None where only the slots limit it.
    """

    key: Key
    available: frozenset[Key]
    lanes: int = 1
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Attendee:
    """A person of an SME with a calendar of their own; a company may send several.

    `helper`: the resource that sits beside them in each meeting. `change_over`: slots that stay free
    between two meetings of a block.
    """

    key: Key
    company: Key
    available: frozenset[Key]
    limit: int | None = None
    helper: Key | None = None
    change_over: int = 0


@dataclass(frozen=True, slots=True)
class Resource:
    """Somebody or something that several meetings need: a helper, an interpreter, a kind of room.

    `available` None: in every slot.
    """

    key: Key
    capacity: int = 1
    available: frozenset[Key] | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A meeting that may be held: a wished pair, worth `utility` (0 or more) when it is.

    `must`: met before all others. `slots` None: any slot in which both are available. `rooms`: how many
    of the hosts' rooms it takes, one for each side that has no equipment. `uses`: resources beside the
    helper of the attendee. `draws` False: it takes nothing of what meetings share, as it has begun, is
    over or will not be held; so no lower limit of today can contradict it.
    """

    key: Key
    buyer: Key
    attendee: Key
    utility: int = 1
    must: bool = False
    slots: frozenset[Key] | None = None
    rooms: int = 0
    uses: frozenset[Key] = frozenset()
    draws: bool = True


@dataclass(frozen=True, slots=True)
class Lock:
    """A candidate that is held in this slot, whatever else changes; `lane` None: at any desk."""

    candidate: Key
    slot: Key
    lane: int | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """An event to be scheduled.

    `precedences`: pairs of candidates; where both are held, the first is strictly earlier.
    `exclusions`: pairs of buyer and company that must never meet. `alternatives`: of each set of
    candidates at most one is held (two attendees of one company for the same wish). `floor`: meetings
    that each company should have at least. `company_limits`: most meetings of a company, over all its
    attendees. `meetings_at_once` and `hosted_rooms` None: no limit. With `requires_musts` or
    `requires_floor` a timetable that misses one is no timetable; otherwise as few as possible.

    Raises:
        ValueError: Something names a key that does not exist, a key is there twice, or the slots do
            not follow each other.
    """

    slots: tuple[Slot, ...]
    buyers: tuple[Buyer, ...]
    attendees: tuple[Attendee, ...]
    candidates: tuple[Candidate, ...]
    locks: tuple[Lock, ...] = ()
    resources: tuple[Resource, ...] = ()
    precedences: tuple[tuple[Key, Key], ...] = ()
    exclusions: frozenset[tuple[Key, Key]] = frozenset()
    alternatives: tuple[frozenset[Key], ...] = ()
    company_limits: tuple[tuple[Key, int], ...] = ()
    meetings_at_once: int | None = None
    hosted_rooms: int | None = None
    floor: int = 0
    requires_musts: bool = False
    requires_floor: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be meant, so that no solver has to."""
        slots = _distinct("slot", (slot.key for slot in self.slots))
        buyers = _distinct("buyer", (buyer.key for buyer in self.buyers))
        attendees = _distinct("attendee", (attendee.key for attendee in self.attendees))
        candidates = _distinct("candidate", (candidate.key for candidate in self.candidates))
        resources = _distinct("resource", (resource.key for resource in self.resources))
        _distinct("lock", (lock.candidate for lock in self.locks))
        _known("buyer", (c.buyer for c in self.candidates), buyers)
        _known("attendee", (c.attendee for c in self.candidates), attendees)
        _known("resource", (key for c in self.candidates for key in c.uses), resources)
        _known("resource", (a.helper for a in self.attendees if a.helper is not None), resources)
        _known("slot", (key for party in self.buyers for key in party.available), slots)
        _known("slot", (key for party in self.attendees for key in party.available), slots)
        _known("slot", (lock.slot for lock in self.locks), slots)
        _known("candidate", (lock.candidate for lock in self.locks), candidates)
        _known("candidate", (key for pair in self.precedences for key in pair), candidates)
        _known("candidate", (key for group in self.alternatives for key in group), candidates)
        if any(candidate.utility < 0 for candidate in self.candidates):
            raise ValueError("Utilities must not be negative.")
        for earlier, later in pairwise(self.slots):
            if (earlier.day, earlier.block) > (later.day, later.block) or (
                earlier.day == later.day and earlier.end_minute > later.start_minute
            ):
                raise ValueError(f"Slot {later.key!r} does not follow slot {earlier.key!r}.")


def _distinct(kind: str, keys: Iterable[Key]) -> frozenset[Key]:
    seen: set[Key] = set()
    for key in keys:
        if key in seen:
            raise ValueError(f"The {kind} {key!r} is there twice.")
        seen.add(key)
    return frozenset(seen)


def _known(kind: str, keys: Iterable[Key], known: frozenset[Key]) -> None:
    for key in keys:
        if key not in known:
            raise ValueError(f"The {kind} {key!r} does not exist.")
