"""Closed vocabularies of outcomes."""

from enum import IntEnum, StrEnum


class Stage(IntEnum):
    """The stage ladder of PRODUCT: how far the contact has come."""

    CONTACT = 0
    INFORMATION = 1
    DRAWING = 2
    QUOTE_ASKED = 3
    QUOTE_GIVEN = 4
    PROTOTYPE = 5
    DEAL = 6
    CONTINUING = 7


class End(StrEnum):
    """How a contact ended or stopped."""

    NO_DEAL = "no_deal"
    ON_HOLD = "on_hold"
    UNKNOWN = "unknown"


class Reporter(StrEnum):
    """Who reported."""

    SME = "sme"
    BUYER = "buyer"
    COORDINATOR = "coordinator"


class AmountSource(StrEnum):
    """Where an amount comes from."""

    SME_SAID = "sme_said"
    BUYER_SAID = "buyer_said"
    BOTH_AGREE = "both_agree"
    """Both sides said the same, within the tolerance of `derive`."""
    DOCUMENT_SEEN = "document_seen"


class NoDealReason(StrEnum):
    """Why there was no deal."""

    EQUIPMENT = "equipment"
    SIZE = "size"
    ACCURACY = "accuracy"
    MATERIAL = "material"
    LOT_TOO_SMALL = "lot_too_small"
    LOT_TOO_LARGE = "lot_too_large"
    PRICE = "price"
    LEAD_TIME = "lead_time"
    CAPACITY = "capacity"
    CERTIFICATE = "certificate"
    DISTANCE = "distance"
    INFORMATION = "information"
    TERMS = "terms"
    OTHER = "other"


class FollowUpState(StrEnum):
    """Where a follow-up stands."""

    DUE = "due"
    DONE = "done"
    CLOSED = "closed"


class OutcomeTab(StrEnum):
    """The lists of outcomes."""

    DUE = "due"
    DISAGREEMENT = "disagreement"
    FOLLOW_UP = "follow_up"
    ALL = "all"


class Trace(IntEnum):
    """What came of a need; the more, the greater."""

    PROPOSAL = 1
    """A company was accepted for it."""
    MEETING = 2
    """A meeting was held."""
    DEAL = 3
    """There was a first order."""
