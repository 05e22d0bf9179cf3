"""Cutting the days of an event into slots (コマ): pure, times are those of Japan.

Everything falls on steps of five minutes, the cells in which the time of companies is booked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import count, pairwise

from sme_match.core.clock import MINUTES_PER_HOUR, from_jst
from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text

STEP = 5
"""Minutes of one cell of the calendar."""
SLOT_MINUTES = (10, 120)
"""Shortest and longest slot."""
MOST_CHANGE_OVER = 60
MOST_DAYS = 4
MOST_SLOTS = 120
"""Of one event: two days from nine to six in steps of ten minutes."""


@dataclass(frozen=True, slots=True)
class Break:
    """A span of a day in which nobody meets."""

    starts: time
    ends: time


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRule:
    """By which rule the slots of one day are cut; lengths in minutes."""

    date: date
    opens_at: time
    closes_at: time
    slot_minutes: int
    change_over_minutes: int
    breaks: tuple[Break, ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot; `block` numbers the runs of slots without a break between them, over all days."""

    starts_at: datetime
    ends_at: datetime
    block: int


def cut_slots(days: Iterable[DayRule]) -> list[Slot]:
    """Return the slots of the days in order: as many as fit between opening, breaks and closing.

    A slot is followed by the change-over; before a break or the end none is needed.
    """
    slots: list[Slot] = []
    blocks = count(1)
    for day in sorted(days, key=lambda each: each.date):
        for opens, closes in _open_spans(day):
            starts = range(
                opens, closes - day.slot_minutes + 1, day.slot_minutes + day.change_over_minutes
            )
            block = next(blocks) if starts else 0
            slots += [
                Slot(_instant(day, start), _instant(day, start + day.slot_minutes), block)
                for start in starts
            ]
    return slots


def check_days(days: Sequence[DayRule]) -> None:
    """Check that slots can be cut from the days.

    Raises:
        InvalidError: naming the field: `date_1` … for the day by its place in the list,
            `slot_minutes`, `change_over_minutes`.
    """
    if not days:
        raise InvalidError(mark_text("開催日を1日以上入力してください。"), field="date_1")
    for number, day in enumerate(days, start=1):
        if day.date in {other.date for other in days[: number - 1]}:
            raise InvalidError(mark_text("同じ日が2回あります。"), field=f"date_{number}")
        _check_lengths(day)
        _check_day(day, number)
        if not cut_slots([day]):
            raise InvalidError(
                mark_text("この日には、商談のコマが1つも入りません。時間か休憩を直してください。"),
                field=f"opens_{number}",
            )
    if len(cut_slots(days)) > MOST_SLOTS:
        raise InvalidError(
            mark_text("コマが多すぎます。%(most)sコマまでにしてください。"),
            field="slot_minutes",
            most=MOST_SLOTS,
        )


def _check_lengths(day: DayRule) -> None:
    low, high = SLOT_MINUTES
    if not low <= day.slot_minutes <= high or day.slot_minutes % STEP:
        raise InvalidError(
            mark_text("1コマの長さは%(low)s分から%(high)s分まで、5分きざみで入力してください。"),
            field="slot_minutes",
            low=low,
            high=high,
        )
    if not 0 <= day.change_over_minutes <= MOST_CHANGE_OVER or day.change_over_minutes % STEP:
        raise InvalidError(
            mark_text("入れ替えの時間は0分から%(high)s分まで、5分きざみで入力してください。"),
            field="change_over_minutes",
            high=MOST_CHANGE_OVER,
        )


def _check_day(day: DayRule, number: int) -> None:
    times = (("opens", day.opens_at), ("closes", day.closes_at))
    for name, at in (
        *times,
        *(("breaks", at) for each in day.breaks for at in (each.starts, each.ends)),
    ):
        if at.second or at.minute % STEP:
            raise InvalidError(
                mark_text("時刻は5分きざみで入力してください。"), field=f"{name}_{number}"
            )
    if day.opens_at >= day.closes_at:
        raise InvalidError(
            mark_text("終わりの時刻を、始まりの時刻より後にしてください。"), field=f"closes_{number}"
        )
    for each in day.breaks:
        if each.starts >= each.ends:
            raise InvalidError(
                mark_text("休憩の終わりを、休憩の始まりより後にしてください。"),
                field=f"breaks_{number}",
            )
        if each.starts < day.opens_at or each.ends > day.closes_at:
            raise InvalidError(
                mark_text("休憩 %(starts)s–%(ends)s が開催時間の外にあります。"),
                field=f"breaks_{number}",
                starts=f"{each.starts:%H:%M}",
                ends=f"{each.ends:%H:%M}",
            )
    for one, other in pairwise(_sorted_breaks(day)):
        if other.starts < one.ends:
            raise InvalidError(
                mark_text("休憩 %(one)s と %(other)s が重なっています。"),
                field=f"breaks_{number}",
                one=f"{one.starts:%H:%M}–{one.ends:%H:%M}",
                other=f"{other.starts:%H:%M}–{other.ends:%H:%M}",
            )


def _open_spans(day: DayRule) -> list[tuple[int, int]]:
    """Return the spans between breaks as minutes of the day."""
    bounds = [_minutes(day.opens_at)]
    for each in _sorted_breaks(day):
        bounds += [_minutes(each.starts), _minutes(each.ends)]
    bounds.append(_minutes(day.closes_at))
    return list(zip(bounds[::2], bounds[1::2], strict=True))


def _sorted_breaks(day: DayRule) -> list[Break]:
    return sorted(day.breaks, key=lambda each: each.starts)


def _minutes(at: time) -> int:
    return at.hour * MINUTES_PER_HOUR + at.minute


def _instant(day: DayRule, minutes: int) -> datetime:
    return from_jst(day.date, time(*divmod(minutes, MINUTES_PER_HOUR)))
