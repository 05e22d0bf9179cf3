"""Finding the times that suit both sides. Pure: it knows neither web nor database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sme_match.meetings.enums import Answer, Party


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedTime:
    """One offered time with the answers given so far."""

    offer_id: int
    starts_at: datetime
    answers: Mapping[Party, Answer]


def common_times(offers: Iterable[OfferedTime], *, now: datetime) -> list[OfferedTime]:
    """Return the times to come that both sides said yes to, earliest first."""
    agreed = [
        offer
        for offer in offers
        if offer.starts_at > now and all(offer.answers.get(party) is Answer.YES for party in Party)
    ]
    return sorted(agreed, key=lambda offer: (offer.starts_at, offer.offer_id))
