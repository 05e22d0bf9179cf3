"""What solving gives back: meetings, how good they are, and reasons that a program can read."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from sme_match.events.timetable.problem import Key


class Status(StrEnum):
    """What is known about the timetable that was found."""

    OPTIMAL = "optimal"
    """No timetable is better, and this is proven."""
    FEASIBLE = "feasible"
    """It keeps every rule; the bounds tell how much better another could be."""
    INFEASIBLE = "infeasible"
    """No timetable keeps every rule; the causes say why."""
    UNKNOWN = "unknown"
    """The search was stopped before it found one."""


class Placed(NamedTuple):
    """A candidate that is held; lanes count from 0."""

    candidate: Key
    slot: Key
    lane: int = 0


class Objective(NamedTuple):
    """How good a timetable is; earlier values come first, however little later ones lose.

    `shortfall`: meetings that companies lack to the floor, summed. `breaks`: idle gaps, of any length,
    between two meetings of a block, of attendees and of the desks of buyers (of which the first is busy
    whenever any is). `span`: slots from the first to the last meeting of a day, summed over days,
    attendees and buyers. More utility is better; less of all others.
    """

    musts_unmet: int = 0
    shortfall: int = 0
    utility: int = 0
    breaks: int = 0
    span: int = 0

    @property
    def rank(self) -> tuple[int, int, int, int, int]:
        """Order timetables: the smaller, the better."""
        return (self.musts_unmet, self.shortfall, -self.utility, self.breaks, self.span)


NOTHING = Objective()


class CauseKind(StrEnum):
    """A rule that takes part in a conflict; together the rules named cannot all be kept."""

    LOCK = "lock"
    """The candidate is locked into the slot."""
    BUYER_AVAILABLE = "buyer_available"
    ATTENDEE_AVAILABLE = "attendee_available"
    CANDIDATE_SLOTS = "candidate_slots"
    """The candidate itself is allowed in some slots only."""
    BUYER_LANES = "buyer_lanes"
    """The buyer has only so many desks (`number`)."""
    ATTENDEE_CALENDAR = "attendee_calendar"
    """The attendee is in one meeting at a time, with change-over (`number`) between."""
    BUYER_LIMIT = "buyer_limit"
    ATTENDEE_LIMIT = "attendee_limit"
    COMPANY_LIMIT = "company_limit"
    MEETINGS_AT_ONCE = "meetings_at_once"
    HOSTED_ROOMS = "hosted_rooms"
    RESOURCE = "resource"
    """A helper, interpreter or other resource has only so much capacity (`number`), or is away."""
    PRECEDENCE = "precedence"
    """The candidate comes before `other`."""
    EXCLUSION = "exclusion"
    """The pair of the candidate must not meet."""
    ALTERNATIVES = "alternatives"
    """At most one of several candidates, of which this is the first, is held."""
    MUST = "must"
    """The candidate must be met."""
    FLOOR = "floor"
    """The company needs at least so many meetings (`number`)."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One rule of a conflict. `subject`: the party, resource, company or candidate of the rule."""

    kind: CauseKind
    subject: Key | None = None
    slot: Key | None = None
    other: Key | None = None
    number: int | None = None


class Reason(StrEnum):
    """Why a candidate is not held."""

    EXCLUDED = "excluded"
    """The pair must not meet."""
    NO_COMMON_SLOT = "no_common_slot"
    """There is no slot in which both may be there."""
    ALTERNATIVE_HELD = "alternative_held"
    """Another candidate for the same wish is held (`other`)."""
    BUYER_FULL = "buyer_full"
    """The buyer holds `number` meetings and can hold no more."""
    ATTENDEE_FULL = "attendee_full"
    """The attendee or the company holds `number` meetings and can hold no more."""
    NO_FREE_SLOT = "no_free_slot"
    """Both have free slots, but none in common."""
    NO_ROOM = "no_room"
    """In the free slots that both have all hosted rooms are taken."""
    NO_RESOURCE = "no_resource"
    """In the free slots that both have a resource is taken (`other`)."""
    NO_TABLE = "no_table"
    """In the free slots that both have as many meetings run as may."""
    ORDER = "order"
    """The free slots that both have would break a precedence or a change-over."""
    NOT_CHOSEN = "not_chosen"
    """A free slot is left: the search was stopped too early."""


@dataclass(frozen=True, slots=True)
class Unmet:
    """A candidate that is not held, and the rule that stands in the way.

    `rank`: its place among the unmet candidates of its buyer, best first, from 1: who is asked next.
    """

    candidate: Key
    reason: Reason
    rank: int
    number: int | None = None
    other: Key | None = None


@dataclass(frozen=True, slots=True)
class Solution:
    """A timetable, or why there is none.

    `bounds`: no timetable is better than this in the first value that differs. `gap`: share of the
    utility that could at most be gained. `moved`: after a repair, the candidates that were placed and
    now stand elsewhere or are not held at all; `fewest_moves`: it is proven that no fewer could be.
    """

    status: Status
    meetings: tuple[Placed, ...] = ()
    objective: Objective = NOTHING
    bounds: Objective = NOTHING
    gap: float = 0.0
    seconds: float = 0.0
    causes: tuple[Cause, ...] = ()
    unmet: tuple[Unmet, ...] = ()
    moved: tuple[Key, ...] = ()
    fewest_moves: bool = False
