"""What rules and words need to know of a meeting, be it the whole record or a line of a list."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from sme_match.meetings.enums import MeetingChannel, MeetingState, Party


class Sides(Protocol):
    """Who meets, and whether both know it."""

    @property
    def company_id(self) -> int:
        """The SME."""

    @property
    def buyer_id(self) -> int:
        """The buyer."""

    @property
    def company_name(self) -> str:
        """The name of the SME."""

    @property
    def buyer_name(self) -> str:
        """The name of the buyer, whoever may know it."""

    @property
    def buyer_anonymous(self) -> bool:
        """Whether the need hides the buyer until both agree."""

    @property
    def confirmed_at(self) -> datetime | None:
        """When both sides had agreed."""


class MeetingFacts(Sides, Protocol):
    """A meeting as policy and wording look at it."""

    @property
    def state(self) -> MeetingState:
        """Where it stands."""

    @property
    def channel(self) -> MeetingChannel:
        """How both sides meet."""

    @property
    def starts_at(self) -> datetime | None:
        """The confirmed start."""

    @property
    def ends_at(self) -> datetime | None:
        """The confirmed end."""

    @property
    def answer_by(self) -> datetime | None:
        """Until when both sides are asked."""

    @property
    def expired_at(self) -> datetime | None:
        """When the request was found to have expired."""

    @property
    def replied(self) -> Collection[Party]:
        """The sides that have answered the present offers."""
