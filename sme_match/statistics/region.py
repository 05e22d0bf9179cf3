"""What a region learns from its records, each answer counted once for a filter. Pure.

Needs, proposals, meetings and deals count on their own days, as in `report`; shares over years stand
in whole fiscal years, the present one as far as it has come.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np

from sme_match.statistics.columns import Frame, Ids, is_in, once, split
from sme_match.statistics.demand import ShareOfRecords, Signal, crossing, signals, small_lots, spans
from sme_match.statistics.dimensions import Dimension, Flow, by_dimension, flows
from sme_match.statistics.facts import Facts
from sme_match.statistics.filters import StatisticsFilter, find_period, narrow
from sme_match.statistics.frames import Group, Side, ids_by_key, ids_of, within
from sme_match.statistics.periods import Period, fiscal_year, fiscal_year_of, last_twelve_months
from sme_match.statistics.report import on_own_days

YEARS = 5
REFUSAL_DIMENSIONS = (Dimension.PROCESS, Dimension.PREFECTURE, Dimension.SIZE)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Region:
    """The figures by one dimension, flows between prefectures, and how many cross a border."""

    filters: StatisticsFilter
    period: Period
    by: Dimension
    groups: Sequence[Group]
    flows: Sequence[Flow]
    crossing_meetings: Sequence[ShareOfRecords]
    """By fiscal year, the latest last."""
    crossing_deals: Sequence[ShareOfRecords]


@dataclass(frozen=True, slots=True)
class Unserved:
    """The needs of one process that had a matching run, and those that no company passes."""

    key: str | None
    ids: Ids
    base_ids: Ids


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Demand:
    """Which needs become more, and which nobody can meet."""

    filters: StatisticsFilter
    period: Period
    before: Period
    now: Period
    """The whole months of the period that are over."""
    processes: Sequence[Signal]
    lots: Sequence[Signal]
    small_lots: Sequence[ShareOfRecords]
    """By fiscal year, the latest last."""
    unserved: Sequence[Unserved]
    """Most unmet needs first."""
    unmatched_ids: Ids
    """Needs that were never matched."""


@dataclass(frozen=True, slots=True)
class RefusalGroup:
    """Held meetings without a deal of one group: all of them, and by the reasons named."""

    key: str | None
    refused_ids: Ids
    """Meetings for which any reason is known."""
    by_reason: Mapping[str, Ids]
    silent_ids: Ids
    """Meetings without a deal of which nobody named a reason: still going on, or not said."""


class Place(NamedTuple):
    """A cell of the map: a process in an area, at firms of a size; None where it is not known."""

    process: str | None
    area: str | None
    size: str | None


@dataclass(frozen=True, slots=True)
class RefusalCell:
    """The meetings of one process, area and size for which any reason is known."""

    place: Place
    ids: Ids
    by_reason: Mapping[str, Ids]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Refusals:
    """The map of technical issues (技術課題マップ): reasons by process, area or firm size."""

    filters: StatisticsFilter
    period: Period
    by: Dimension
    groups: Sequence[RefusalGroup]
    reasons: Sequence[str]
    """Those that occur, the most frequent first."""
    cells: Sequence[RefusalCell]
    """By process, area (of the filter's side) and size together, most meetings first."""


def build_region(facts: Facts, filters: StatisticsFilter, by: Dimension, *, today: date) -> Region:
    """Count the figures of a period by one dimension."""
    period = _period(filters, today)
    needs, pairs = narrow(facts.needs, facts.pairs, filters)
    own = on_own_days(pairs, period)
    return Region(
        filters=filters,
        period=period,
        by=by,
        groups=by_dimension(within(needs, "created_on", period), own, by, filters.side),
        flows=flows(own),
        crossing_meetings=crossing(pairs, "met_on", "held", _years(today)),
        crossing_deals=crossing(pairs, "dealt_on", "dealt", _years(today)),
    )


def build_demand(facts: Facts, filters: StatisticsFilter, *, today: date) -> Demand:
    """Compare the needs of a period with those of the year before, and find those nobody meets."""
    period = _period(filters, today)
    needs, _pairs = narrow(facts.needs, facts.pairs, filters)
    before, now = spans(period, today)
    created = within(needs, "created_on", period)
    matched = created.where(created.known("passing"))
    base = ids_by_key(matched, "process_code", "need_id")
    unmet = ids_by_key(matched.where(matched["passing"] == 0), "process_code", "need_id")
    unserved = [Unserved(key, unmet.get(key, ()), ids) for key, ids in base.items()]
    return Demand(
        filters=filters,
        period=period,
        before=before,
        now=now,
        processes=signals(needs, "process_code", before, now),
        lots=signals(needs, "lot", before, now),
        small_lots=small_lots(needs, _years(today)),
        unserved=sorted(unserved, key=lambda one: (-len(one.ids), one.key or "~")),
        unmatched_ids=ids_of(created.where(~created.known("passing")), "need_id"),
    )


def build_refusals(facts: Facts, filters: StatisticsFilter, by: Dimension, *, today: date) -> Refusals:
    """Count why held meetings of a period came to nothing."""
    period = _period(filters, today)
    _needs, pairs = narrow(facts.needs, facts.pairs, filters)
    met = within(pairs, "met_on", period)
    open_ = once(met.where(met["held"] & ~met["dealt"]), "meeting_id")
    column = _COLUMNS[by, filters.side]
    area = _COLUMNS[Dimension.PREFECTURE, filters.side]
    named = facts.refusals.where(is_in(facts.refusals["meeting_id"], open_["meeting_id"]))
    # Meetings stand in ascending order in both.
    places = np.searchsorted(open_["meeting_id"], named["meeting_id"])
    wanted = {column, area, *_CROSSED}
    named = Frame(
        {name: named[name] for name in ("meeting_id", "reason")}
        | {name: open_[name][places] for name in wanted},
        {"reason": named.names["reason"]} | {name: open_.names[name] for name in wanted},
    )
    by_reason = {
        reason: ids_by_key(named.where(named.equals("reason", reason)), column, "meeting_id")
        for reason in named.names["reason"]
        if named.equals("reason", reason).any()
    }
    refused = ids_by_key(named, column, "meeting_id")
    is_silent = ~is_in(open_["meeting_id"], named["meeting_id"])
    silent = ids_by_key(open_.where(is_silent), column, "meeting_id")
    groups = [
        RefusalGroup(
            key,
            refused.get(key, ()),
            {reason: ids[key] for reason, ids in by_reason.items() if key in ids},
            silent.get(key, ()),
        )
        for key in refused.keys() | silent.keys()
    ]
    return Refusals(
        filters=filters,
        period=period,
        by=by,
        groups=sorted(groups, key=lambda one: (one.key is None, -len(one.refused_ids), one.key or "")),
        reasons=sorted(by_reason, key=lambda each: (-sum(map(len, by_reason[each].values())), each)),
        cells=_cells(named, area),
    )


def _cells(named: Frame, area: str) -> list[RefusalCell]:
    """Return the cells of the map; all three parts of a place, and its reason, stand in one number."""
    columns = ("process_code", area, "size")
    numbers = np.zeros(len(named), dtype=np.int64)
    for column in columns:
        numbers = numbers * (len(named.names[column]) + 1) + named[column] + 1
    reasons = named.names["reason"]
    by_reason: dict[int, dict[str, Ids]] = {}
    for number, ids in split(numbers * len(reasons) + named["reason"], named["meeting_id"]).items():
        place, reason = divmod(number, len(reasons))
        by_reason.setdefault(place, {})[reasons[reason]] = ids
    found = split(numbers, named["meeting_id"])
    cells = [
        RefusalCell(place, ids, by_reason[number])
        for place, (number, ids) in zip(_places(named, columns, found), found.items(), strict=True)
    ]
    return sorted(cells, key=lambda cell: (-len(cell.ids), *(part or "~" for part in cell.place)))


def _places(named: Frame, columns: Sequence[str], numbers: Iterable[int]) -> Iterator[Place]:
    """Return the places of numbers, all of them taken apart at once."""
    left, parts = np.array(list(numbers), dtype=np.int64), []
    for column in reversed(columns):
        names = (None, *named.names[column])
        left, codes = np.divmod(left, len(names))
        parts.append([names[code] for code in codes.tolist()])
    return map(Place, *reversed(parts))


_CROSSED = ("process_code", "size")
_COLUMNS: Mapping[tuple[Dimension, Side], str] = {
    (Dimension.PROCESS, Side.SME): "process_code",
    (Dimension.PROCESS, Side.BUYER): "process_code",
    (Dimension.PREFECTURE, Side.SME): "sme_prefecture",
    (Dimension.PREFECTURE, Side.BUYER): "need_prefecture",
    (Dimension.SIZE, Side.SME): "size",
    (Dimension.SIZE, Side.BUYER): "size",
}


def _period(filters: StatisticsFilter, today: date) -> Period:
    return find_period(filters.period, today) or last_twelve_months(today)


def _years(today: date) -> list[Period]:
    latest = fiscal_year_of(today)
    return [fiscal_year(year) for year in range(latest - YEARS + 1, latest + 1)]
