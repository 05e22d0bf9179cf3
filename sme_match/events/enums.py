"""Closed vocabularies of events."""

from enum import StrEnum


class EventState(StrEnum):
    """The life of an event."""

    PREPARING = "preparing"
    PUBLISHED = "published"
    """The timetable is known to the participants: every change from here on is a notified change."""
    ENDED = "ended"
    CANCELLED = "cancelled"


class EventTab(StrEnum):
    """The lists of events."""

    PREPARING = "preparing"
    PUBLISHED = "published"
    PAST = "past"
    """Ended, cancelled, or published with the last day behind us."""


class EventMode(StrEnum):
    """How the sides of an event meet."""

    WEB = "web"
    IN_PERSON = "in_person"
    BOTH = "both"


class Side(StrEnum):
    """On which side a company takes part; never on both in one event."""

    BUYER = "buyer"
    SME = "sme"


class ParticipantState(StrEnum):
    """Where the participation of a company stands."""

    INVITED = "invited"
    """A buyer that was asked and has not answered."""
    APPLIED = "applied"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    """The hosts could not take the application; the reason is told."""
    WITHDRAWN = "withdrawn"
    """The company fell out by itself."""
    EXPIRED = "expired"
    """The buyer did not answer in time."""


class Equipment(StrEnum):
    """Where a participant joins a web meeting from."""

    OWN = "own"
    HOSTED_ROOM = "hosted_room"
    """A room with equipment at the support body, of which there are only so many."""


class BuyerAnswer(StrEnum):
    """What a buyer says to one candidate."""

    MUST = "must"
    WANT = "want"
    NO = "no"


class CandidateOrigin(StrEnum):
    """Who brought a pair up first."""

    MATCHING = "matching"
    SME = "sme"
    BODY = "body"


class RunState(StrEnum):
    """The life of a timetable run."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    """Stopped by a person; what it had found by then is kept."""
    FAILED = "failed"


class RunKind(StrEnum):
    """What a run is asked for."""

    FRESH = "fresh"
    """A timetable from the wishes; locked meetings stay."""
    REPAIR = "repair"
    """Mend the present timetable, moving as few meetings as possible."""


class ChangeKind(StrEnum):
    """What changed the timetable."""

    PLACE = "place"
    MOVE = "move"
    UNPLACE = "unplace"
    SWAP = "swap"
    LOCK = "lock"
    UNLOCK = "unlock"
    APPLY = "apply"
    """A whole run was applied."""
    BACKFILL = "backfill"
    UNDO = "undo"
    REDO = "redo"
