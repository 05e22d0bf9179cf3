"""Closed vocabularies of meetings."""

from enum import StrEnum


class MeetingState(StrEnum):
    """The life of a meeting; see meetings.states for the allowed steps."""

    PROPOSED = "proposed"
    ASKED = "asked"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    HELD = "held"
    ABSENT = "absent"
    BROKEN_OFF = "broken_off"
    CARRIED_OVER = "carried_over"
    CANCELLED = "cancelled"


class MeetingChannel(StrEnum):
    """How the two sides meet; it can change without losing the record."""

    WEB = "web"
    IN_PERSON = "in_person"
    PHONE = "phone"


class Origin(StrEnum):
    """Who wanted the meeting."""

    BOTH = "both"
    BUYER = "buyer"
    SME = "sme"
    SYSTEM = "system"
    BODY = "body"


class Party(StrEnum):
    """A side of a meeting."""

    SME = "sme"
    BUYER = "buyer"


class Answer(StrEnum):
    """A side's answer to one offered time."""

    YES = "yes"
    NO = "no"


class AbsentSide(StrEnum):
    """Who did not come."""

    SME = "sme"
    BUYER = "buyer"
    BOTH = "both"


class RoomKind(StrEnum):
    """Where the link of the web meeting comes from."""

    GENERATED = "generated"
    PASTED = "pasted"


class ReplyKind(StrEnum):
    """What a side said to the offered times as a whole."""

    TIMES = "times"
    OTHER_TIMES = "other_times"
    DECLINED = "declined"


class MeetingTab(StrEnum):
    """The lists that a meeting moves through."""

    WAITING = "waiting"
    COMING = "coming"
    RESULT = "result"
    ENDED = "ended"
