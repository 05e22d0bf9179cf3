"""The day of an event as pure rules: which slot is on, who is missing, who may fill in.

Times are instants; whoever asks says what `now` is.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MISSING_AFTER = timedelta(minutes=3)
"""From here on the desk calls whoever has not come."""
FILL_IN_AFTER = timedelta(minutes=5)
"""From here on another SME may take the place of one that has not come."""
ROOM_OPENS = timedelta(minutes=15)
LAST = 1_000
"""Ranks below every wish that was ranked."""


class Phase(StrEnum):
    """Where a slot stands in the day."""

    COMING = "coming"
    ON = "on"
    OVER = "over"


class Presence(StrEnum):
    """Where one side of a meeting stands on the day."""

    EXPECTED = "expected"
    HERE = "here"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A buyer and an SME that could meet and have no place in the timetable."""

    candidate: int
    buyer: int
    sme: int
    must: bool = False
    wanted: bool = False
    rank: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standby:
    """An SME during one slot."""

    sme: int
    checked_in: bool
    available: bool
    """Whether it had said that it can meet in the slot."""
    meeting: int
    """How many of its people are in a meeting of the slot."""
    lanes: int = 1
    meetings: int = 0
    """How many meetings of the event it has in all."""
    limit: int = LAST


def phase_of(starts_at: datetime, ends_at: datetime, *, now: datetime) -> Phase:
    """Return where a slot stands: it is on from its first instant, over with its last."""
    if now < starts_at:
        return Phase.COMING
    return Phase.ON if now < ends_at else Phase.OVER


def on_and_next(
    spans: Sequence[tuple[datetime, datetime]], *, now: datetime
) -> tuple[int | None, int | None]:
    """Return the places of the slot that is on and of the one that comes next, in order of time."""
    phases = [phase_of(*span, now=now) for span in spans]
    on = phases.index(Phase.ON) if Phase.ON in phases else None
    coming = phases.index(Phase.COMING) if Phase.COMING in phases else None
    return on, coming


def presence_of(
    *, here: bool, stands: bool, starts_at: datetime, ends_at: datetime, now: datetime
) -> Presence:
    """Return where a side stands; it is missing only while somebody can still be called."""
    if here:
        return Presence.HERE
    called_for = stands and starts_at + MISSING_AFTER <= now < ends_at
    return Presence.MISSING if called_for else Presence.EXPECTED


def is_fill_in_due(*, buyer_free: bool, starts_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """Tell whether another SME may take over a buyer's time in a slot."""
    return buyer_free and starts_at + FILL_IN_AFTER <= now < ends_at


def fill_ins(buyer: int, pairs: Iterable[Pair], standbys: Collection[Standby]) -> tuple[Pair, ...]:
    """Return the pairs that could meet at once, musts first, then wants, then by the SME's rank.

    The SME is checked in, free in this slot and below its limit, and somebody wishes the meeting.
    """
    ready = {each.sme for each in standbys if _is_ready(each)}
    found = [
        pair
        for pair in pairs
        if pair.buyer == buyer
        and pair.sme in ready
        and (pair.must or pair.wanted or pair.rank is not None)
    ]
    return tuple(sorted(found, key=_order))


def is_room_open(starts_at: datetime, ends_at: datetime, *, now: datetime) -> bool:
    """Tell whether the link of a room is shown: from a quarter of an hour before until the end."""
    return starts_at - ROOM_OPENS <= now < ends_at


def _is_ready(standby: Standby) -> bool:
    return (
        standby.checked_in
        and standby.available
        and standby.meeting < standby.lanes
        and standby.meetings < standby.limit
    )


def _order(pair: Pair) -> tuple[bool, bool, int, int]:
    rank = LAST if pair.rank is None else pair.rank
    return (not pair.must, not pair.wanted, rank, pair.candidate)
