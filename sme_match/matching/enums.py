"""Closed vocabularies of matching."""

from enum import StrEnum


class ProposalState(StrEnum):
    """What the coordinator decided about a proposal."""

    NEW = "new"
    ACCEPTED = "accepted"
    HELD = "held"
    REJECTED = "rejected"


class RejectionReason(StrEnum):
    """Why a proposal was passed over; never shown to the company."""

    LOT = "lot"
    ACCURACY = "accuracy"
    LEAD_TIME = "lead_time"
    CERTIFICATE = "certificate"
    SME_DECLINED = "sme_declined"
    OTHER = "other"


class WordKind(StrEnum):
    """What a concept of the thesaurus is."""

    PROCESS = "process"
    MATERIAL = "material"
    MACHINE = "machine"
    CERTIFICATE = "certificate"
    TRADE = "trade"


class WordChange(StrEnum):
    """What a body proposes for the thesaurus."""

    NEW = "new"
    """A concept that is not there."""
    ADD = "add"
    """More names or broader concepts for one that is."""
    REMOVE = "remove"
    """Names that do not mean it."""


class WordState(StrEnum):
    """Where a proposal for the thesaurus stands; only an accepted one has an effect."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
