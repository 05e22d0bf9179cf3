"""What a need says that cannot all be true, or that no company can meet. Pure: plain values.

Nothing here is refused: a coordinator may know better. It is said in words wherever the need is
shown, so that an empty result has its reason.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import combinations
from typing import Final, Protocol

from sme_match.companies.enums import MeetingMode
from sme_match.needs.conditions import AT_MOST, ConditionDraft
from sme_match.needs.enums import ConditionKind, ConditionLevel
from sme_match.reference.prefectures import get_prefecture

PLACES: Final = frozenset({ConditionKind.PREFECTURE, ConditionKind.REGION})


class ContradictionKind(StrEnum):
    """What is wrong."""

    NOT_POSITIVE = "not_positive"
    TWO_PLACES = "two_places"
    DUE_TOO_SOON = "due_too_soon"
    EMPTY_WISH = "empty_wish"
    OTHER_MODE = "other_mode"
    ANSWER_AFTER_DUE = "answer_after_due"
    LOT_ABOVE_YEAR = "lot_above_year"
    MONTH_ABOVE_YEAR = "month_above_year"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One of them, with the conditions that it is about; `days` are those left until it is due."""

    kind: ContradictionKind
    conditions: tuple[ConditionDraft, ...] = ()
    days: int | None = None


class Stated(Protocol):
    """What a need states beside its conditions: the record or a draft of it."""

    @property
    def due_on(self) -> date | None:
        """When the work is due."""

    @property
    def expires_on(self) -> date | None:
        """Until when the buyer takes proposals."""

    @property
    def lot_quantity(self) -> int | None:
        """Pieces at a time."""

    @property
    def monthly_quantity(self) -> int | None:
        """Pieces a month."""

    @property
    def yearly_quantity(self) -> int | None:
        """Pieces a year."""

    @property
    def meeting_mode(self) -> MeetingMode:
        """How the buyer wants to meet."""


def find_contradictions(
    need: Stated, conditions: Sequence[ConditionDraft], *, today: date
) -> tuple[Contradiction, ...]:
    """Return what contradicts itself or leaves no company, the gravest first."""
    musts = [each for each in conditions if each.level is ConditionLevel.MUST]
    wishes = [each for each in conditions if each.level is ConditionLevel.WISH]
    return (
        *_without_meaning(conditions),
        *_two_places(musts),
        *_too_soon(need, musts, today),
        *_other_mode(need, musts),
        *_empty_wishes(musts, wishes),
        *_figures(need),
    )


def _without_meaning(conditions: Iterable[ConditionDraft]) -> Iterator[Contradiction]:
    for each in conditions:
        if each.number is not None and each.number <= 0:
            yield Contradiction(ContradictionKind.NOT_POSITIVE, (each,))


def _two_places(musts: Iterable[ConditionDraft]) -> Iterator[Contradiction]:
    """A company is registered in one prefecture, which lies in one region."""
    places = [each for each in musts if each.kind in PLACES]
    for one, other in combinations(places, 2):
        if _apart(one, other):
            yield Contradiction(ContradictionKind.TWO_PLACES, (one, other))


def _apart(one: ConditionDraft, other: ConditionDraft) -> bool:
    if one.kind is other.kind:
        return one.text != other.text
    return _region(one) != _region(other)


def _region(place: ConditionDraft) -> str | None:
    if place.kind is ConditionKind.REGION:
        return place.text
    try:
        return get_prefecture(place.text or "").region_ja
    except KeyError:
        return None


def _too_soon(need: Stated, musts: Iterable[ConditionDraft], today: date) -> Iterator[Contradiction]:
    """A lead time that is allowed but ends after the day on which the work is due."""
    if need.due_on is None or need.due_on < today:
        return
    left = (need.due_on - today) // timedelta(days=1)
    for each in musts:
        if each.kind is ConditionKind.LEAD_TIME_DAYS and each.number is not None and left < each.number:
            yield Contradiction(ContradictionKind.DUE_TOO_SOON, (each,), days=left)


def _other_mode(need: Stated, musts: Iterable[ConditionDraft]) -> Iterator[Contradiction]:
    for each in musts:
        if each.kind is ConditionKind.MEETING_MODE and need.meeting_mode not in {
            MeetingMode.EITHER,
            each.text,
        }:
            yield Contradiction(ContradictionKind.OTHER_MODE, (each,))


def _empty_wishes(
    musts: Sequence[ConditionDraft], wishes: Sequence[ConditionDraft]
) -> Iterator[Contradiction]:
    """A wish that every company meets which meets the must."""
    for wish in wishes:
        must = next((each for each in musts if each.kind is wish.kind and _covers(each, wish)), None)
        if must is not None:
            yield Contradiction(ContradictionKind.EMPTY_WISH, (wish, must))


def _covers(must: ConditionDraft, wish: ConditionDraft) -> bool:
    if must.number is None or wish.number is None:
        return must.text == wish.text
    if must.kind in AT_MOST:
        return must.number <= wish.number
    if must.kind is ConditionKind.WEIGHT_KG:
        return must.number >= wish.number
    return must.number == wish.number


def _figures(need: Stated) -> Iterator[Contradiction]:
    if need.due_on is not None and need.expires_on is not None and need.expires_on > need.due_on:
        yield Contradiction(ContradictionKind.ANSWER_AFTER_DUE)
    if need.yearly_quantity is None:
        return
    if (need.lot_quantity or 0) > need.yearly_quantity:
        yield Contradiction(ContradictionKind.LOT_ABOVE_YEAR)
    if (need.monthly_quantity or 0) > need.yearly_quantity:
        yield Contradiction(ContradictionKind.MONTH_ABOVE_YEAR)
