"""The ways to take the figures of a region apart: one function for each. Pure.

Places are those of the side that the filter names. The industry, the process and the lot are those
of the need; firm size and type of agglomeration those of the SME, and needs, which have no SME, are
left out there. What is not known stays in a group of its own, so that parts add up to the whole.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import numpy as np

from sme_match.statistics.columns import Frame, Ids, split
from sme_match.statistics.frames import (
    LOTS,
    NO_AMOUNTS,
    SIZES,
    Amounts,
    Group,
    Side,
    amounts_by,
    by_industry,
    by_prefecture,
    by_process,
    grouped,
)

Groups = list[Group]
HEAT_LEVELS = 5
"""Steps of colour in a table of flows."""


class Dimension(StrEnum):
    """By what figures are taken apart; the value is the name of the filter that chooses a part."""

    PREFECTURE = "prefecture"
    MUNICIPALITY = "municipality"
    PROCESS = "process"
    INDUSTRY = "industry"
    LOT = "lot"
    SIZE = "size"
    AGGLOMERATION = "agglomeration"


@dataclass(frozen=True, slots=True)
class Flow:
    """What went from buyers of one prefecture to SMEs of another or the same; None = not known."""

    buyer: str | None
    sme: str | None
    meeting_ids: Ids
    deal_ids: Ids
    amounts: Amounts


def by_dimension(needs: Frame, pairs: Frame, dimension: Dimension, side: Side) -> Groups:
    """Return the figures by one dimension; see `frames` for what counts."""
    return _WAYS[dimension](needs, pairs, side)


def by_municipality(needs: Frame, pairs: Frame, side: Side) -> Groups:
    """Return the figures by municipality of one side, most meetings first, unknown last."""
    if side is Side.SME:
        return _busiest(grouped(None, "municipality", pairs, "sme_municipality"))
    return _busiest(grouped(needs, "municipality", pairs, "need_municipality"))


def by_lot(needs: Frame, pairs: Frame) -> Groups:
    """Return the figures by class of the lot of the need, the smallest first."""
    return _ordered(grouped(needs, "lot", pairs, "lot"), LOTS)


def by_size(pairs: Frame) -> Groups:
    """Return the figures by class of the SME's employees, the smallest first."""
    return _ordered(grouped(None, "lot", pairs, "size"), SIZES)


def by_agglomeration(pairs: Frame) -> Groups:
    """Return the figures by the SME's type of agglomeration: types are not lumped together."""
    return grouped(None, "lot", pairs, "agglomeration")


def flows(pairs: Frame) -> list[Flow]:
    """Return the meetings and deals between prefectures, most meetings first."""
    # Code -1 stands for no category.
    width = len(pairs.names["sme_prefecture"]) + 1
    keys = (pairs["need_prefecture"].astype(np.int64) + 1) * width + pairs["sme_prefecture"] + 1
    held, dealt = (np.flatnonzero(pairs[flag]) for flag in ("held", "dealt"))
    meetings, deals = (split(keys[rows], pairs["meeting_id"][rows]) for rows in (held, dealt))
    summed = amounts_by(keys[dealt], pairs.rows(dealt))
    found = [
        Flow(
            pairs.named("need_prefecture", key // width - 1),
            pairs.named("sme_prefecture", key % width - 1),
            meetings.get(key, ()),
            deals.get(key, ()),
            summed.get(key, NO_AMOUNTS),
        )
        for key in meetings.keys() | deals.keys()
    ]
    return sorted(found, key=_most_first)


@dataclass(frozen=True, slots=True)
class FlowTable:
    """Meetings between prefectures as a table: buyers' prefectures down, those of SMEs across.

    Totals are those of all flows, also of prefectures that are not shown.
    """

    buyers: Sequence[tuple[str | None, int]]
    """Prefectures with their meetings, most first."""
    smes: Sequence[tuple[str | None, int]]
    meetings: Mapping[tuple[str | None, str | None], int]
    most: int
    """In one cell."""

    def level(self, buyer: str | None, sme: str | None) -> int:
        """Return how strongly a cell is coloured: 0 for nothing, then 1 to 5 in equal steps."""
        count = self.meetings.get((buyer, sme), 0)
        return -(-count * HEAT_LEVELS // self.most) if count else 0


def flow_table(found: Sequence[Flow], *, shown: int) -> FlowTable:
    """Lay the flows out as a table of the prefectures with the most meetings on either side."""
    buyers: Counter[str | None] = Counter()
    smes: Counter[str | None] = Counter()
    meetings: dict[tuple[str | None, str | None], int] = {}
    for flow in found:
        count = len(flow.meeting_ids)
        if count:
            buyers[flow.buyer] += count
            smes[flow.sme] += count
            meetings[flow.buyer, flow.sme] = count
    return FlowTable(
        buyers.most_common(shown), smes.most_common(shown), meetings, max(meetings.values(), default=0)
    )


def _most_first(flow: Flow) -> tuple[int, int, str, str]:
    return (-len(flow.meeting_ids), -len(flow.deal_ids), flow.buyer or "~", flow.sme or "~")


def _busiest(groups: Groups) -> Groups:
    return sorted(
        groups, key=lambda group: (group.key is None, -len(group.meeting_ids), group.key or "")
    )


def _ordered(groups: Groups, starts: tuple[int, ...]) -> Groups:
    order = {str(start): place for place, start in enumerate(starts)}
    return sorted(groups, key=lambda group: order.get(group.key or "", len(order)))


_WAYS: Mapping[Dimension, Callable[[Frame, Frame, Side], Groups]] = MappingProxyType(
    {
        Dimension.PREFECTURE: by_prefecture,
        Dimension.MUNICIPALITY: by_municipality,
        Dimension.PROCESS: lambda needs, pairs, _side: by_process(needs, pairs),
        Dimension.INDUSTRY: lambda needs, pairs, _side: by_industry(needs, pairs),
        Dimension.LOT: lambda needs, pairs, _side: by_lot(needs, pairs),
        Dimension.SIZE: lambda _needs, pairs, _side: by_size(pairs),
        Dimension.AGGLOMERATION: lambda _needs, pairs, _side: by_agglomeration(pairs),
    }
)
