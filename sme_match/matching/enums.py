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
