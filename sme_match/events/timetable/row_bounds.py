"""The fewest breaks, and with them the least span, that a calendar can have with so many meetings."""

from collections.abc import Iterable
from enum import IntEnum
from itertools import pairwise
from typing import Final

from sme_match.events.timetable.indexed import Indexed

Curve = dict[int, tuple[int, int]]
"""Breaks and span by number of meetings."""
_UNIT: Final = 1 << 20
"""What one break weighs beside slots of span, so that both are one number."""


class _Block(IntEnum):
    FRESH = 0
    BUSY = 1
    GAP = 2


class _Day(IntEnum):
    AHEAD = 0
    WITHIN = 1
    OVER = 2


_State = tuple[int, _Block, _Day]


def least(indexed: Indexed, slots: Iterable[int], most: int) -> Curve:
    """Return the curve of a row with one lane that is open in `slots`, up to `most` meetings."""
    open_ = frozenset(slots)
    block_starts = {block[0] for block in indexed.blocks}
    day_starts = {day[0] for day in indexed.days}
    best: dict[_State, int] = {(0, _Block.FRESH, _Day.AHEAD): 0}
    for slot in range(len(indexed.problem.slots)):
        ahead: dict[_State, int] = {}
        for (had, block, day), cost in best.items():
            if slot in block_starts:
                block = _Block.FRESH  # noqa: PLW2901 -- what happened before is over
            if slot in day_starts:
                day = _Day.AHEAD  # noqa: PLW2901 -- as above
            for state, more in _steps(had, block, day, can_meet=slot in open_ and had < most):
                if cost + more < ahead.get(state, cost + more + 1):
                    ahead[state] = cost + more
        best = ahead
    curve: Curve = {}
    for (had, _, _), cost in best.items():
        curve[had] = min(curve.get(had, divmod(cost, _UNIT)), divmod(cost, _UNIT))
    return curve


def _steps(had: int, block: _Block, day: _Day, *, can_meet: bool) -> Iterable[tuple[_State, int]]:
    idle = _Block.FRESH if block is _Block.FRESH else _Block.GAP
    if day is _Day.WITHIN:
        yield (had, idle, _Day.WITHIN), 1
        yield (had, idle, _Day.OVER), 0
    else:
        yield (had, idle, day), 0
    if can_meet and day is not _Day.OVER:
        yield (had + 1, _Block.BUSY, _Day.WITHIN), 1 + (_UNIT if block is _Block.GAP else 0)


def hull(points: dict[int, int]) -> list[tuple[float, float]]:
    """Return the lines (slope, offset) of the greatest convex function below the points."""
    chain: list[tuple[int, int]] = []
    for x, y in sorted(points.items()):
        while len(chain) > 1 and _bends_down(chain[-2], chain[-1], (x, y)):
            chain.pop()
        chain.append((x, y))
    lines = []
    for (x, y), (u, v) in pairwise(chain):
        slope = (v - y) / (u - x)
        lines.append((slope, y - slope * x))
    return lines


def _bends_down(one: tuple[int, int], two: tuple[int, int], three: tuple[int, int]) -> bool:
    return (two[1] - one[1]) * (three[0] - one[0]) >= (three[1] - one[1]) * (two[0] - one[0])
