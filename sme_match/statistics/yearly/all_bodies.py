"""A fiscal year over all bodies, without the figures of few companies. Pure.

Companies of different bodies with one corporate number are one company. A figure of a body is
withheld when fewer than three SMEs, or three buyers, stand behind it, or when subtraction would give
it: from the total over the bodies, or from figures that add up (planned = held + not held; a rate
and its denominator). See `suppression` for the rule within one column.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from sme_match.statistics.columns import (
    Frame,
    IdList,
    Ids,
    array_of,
    distinct,
    looked_up,
    once,
    without,
)
from sme_match.statistics.evidence import Evidence, Part, RecordKind
from sme_match.statistics.frames import answer_frame, pair_frame
from sme_match.statistics.indices import share
from sme_match.statistics.key_figures import Unit
from sme_match.statistics.periods import fiscal_year
from sme_match.statistics.suppression import Cell, is_small, withheld
from sme_match.statistics.yearly.figures import UNITS, YearFigure, count_figures, met_before

SHOWN = (
    "introduced",
    "planned",
    "meetings",
    "smes",
    "new_smes",
    "quote_rate",
    "prototype_rate",
    "deal_rate",
    "unreported",
    "deals",
    "total_yen",
)


Way = tuple[Cell, ...]
"""The records whose number a figure tells in one way, with the companies behind them on each side."""


@dataclass(frozen=True, slots=True, eq=False)
class BodyYear:
    """The figures of one body in a year, and who stands behind what each of them tells."""

    values: Mapping[str, float | None]
    ways: Mapping[str, Sequence[Way]]
    """By figure: the records counted, then what it tells by itself or beside other figures."""
    met_before: IdList
    """The SMEs that had held a meeting before the year."""


@dataclass(frozen=True, slots=True)
class BodyRow:
    """The figures of one body that may be shown; what is missing is withheld."""

    body_id: int
    name: str
    values: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class AllBodies:
    """The figures of a year by body, and over all of them."""

    year: int
    keys: Sequence[str]
    rows: Sequence[BodyRow]
    total: Mapping[str, float | None]


def count_body(pairs: Frame, answers: Frame, year: int) -> BodyYear:
    """Count the shown figures of one body, its companies by the number that all bodies share."""
    pairs = _by_shared_key(pairs)
    figures = count_figures(pairs, answers, year, SHOWN)
    owners = {
        RecordKind.MEETING: _Owners(pairs, "meeting_id"),
        RecordKind.PROPOSAL: _Owners(pairs, "proposal_id"),
    }
    return BodyYear(
        MappingProxyType({key: figure.value for key, figure in figures.items()}),
        MappingProxyType(
            {
                key: [_way(ids, owners.get(figure.counted)) for ids in _told(figure, figures)]
                for key, figure in figures.items()
            }
        ),
        IdList(met_before(pairs, fiscal_year(year))),
    )


def records_behind(key: str, bodies: Sequence[tuple[Frame, Frame]], year: int) -> Evidence:
    """Return the records of a figure over some bodies, given the pairs and answers of each.

    Companies stand by the number that all bodies share. What is not reported is not told: who that
    is, is no figure of this report.
    """
    shared = [(_by_shared_key(pairs), answers) for pairs, answers in bodies]
    figures = [count_figures(pairs, answers, year, (key,))[key] for pairs, answers in shared]
    ids = _union(figure.measure.ids for figure in figures)
    if key == "new_smes":
        ids = without(ids, _union(met_before(pairs, fiscal_year(year)) for pairs, _ in shared))
    parts: dict[Part, Ids] = {Part.COUNTED: ids}
    if UNITS[key] is Unit.RATE:
        parts[Part.BASE] = _union(figure.measure.base_ids for figure in figures)
    return Evidence(key, figures[0].counted, key, MappingProxyType(parts))


def over_bodies(bodies: Sequence[tuple[int, str, BodyYear]], year: int) -> AllBodies:
    """Return what may be shown of a year of several bodies, given their ids, names and figures."""
    found = [each for _body_id, _name, each in bodies]
    whole = found or [count_body(pair_frame([]), answer_frame([]), year)]
    hidden = {key: _hidden([each.ways[key] for each in found]) for key in SHOWN}
    # What is not held is shown by nobody, but planned minus held tells it.
    hidden["planned"] |= hidden["meetings"]
    total = {key: _ways_of_all(key, whole) for key in SHOWN}
    return AllBodies(
        year=year,
        keys=SHOWN,
        rows=[
            BodyRow(
                body_id,
                name,
                MappingProxyType({key: each.values[key] for key in SHOWN if place not in hidden[key]}),
            )
            for place, (body_id, name, each) in enumerate(bodies)
        ],
        total=MappingProxyType(
            {
                key: _value_of_all(key, ways, whole)
                for key, ways in total.items()
                if not any(is_small(cell.companies) for way in ways for cell in way)
            }
        ),
    )


class _Owners:
    """The companies of both sides by record."""

    def __init__(self, pairs: Frame, column: str) -> None:
        rows = once(pairs.where(pairs.known(column)), column)
        order = np.argsort(rows[column])
        self._ids = rows[column][order]
        self._sides = [rows[side][order] for side in ("sme_id", "buyer_id")]

    def behind(self, ids: Ids) -> Way:
        return tuple(Cell(len(ids), looked_up(self._ids, side, ids)) for side in self._sides)


def _by_shared_key(pairs: Frame) -> Frame:
    return pairs.marked(sme_id=pairs["sme_key"], buyer_id=pairs["buyer_key"])


def _way(ids: Ids, owners: _Owners | None) -> Way:
    return (Cell(len(ids), ids),) if owners is None else owners.behind(ids)


def _told(figure: YearFigure, figures: Mapping[str, YearFigure]) -> list[Ids]:
    """Return the records whose number a figure tells, by itself or beside the others."""
    measure = figure.measure
    if figure.key == "planned":
        return [measure.ids, without(measure.ids, figures["meetings"].measure.ids)]
    if figure.key == "new_smes":
        return [measure.ids, without(figures["smes"].measure.ids, measure.ids)]
    if figure.unit is Unit.RATE:
        return [measure.ids, measure.base_ids, without(measure.base_ids, measure.ids)]
    if figure.unit is Unit.YEN:
        # A sum is only of those whose amount is known.
        return [measure.ids, without(measure.ids, measure.unknown_ids)]
    return [measure.ids]


def _hidden(bodies: Sequence[Sequence[Way]]) -> set[int]:
    """Return the places of the bodies whose figure is withheld, by any way and side."""
    return {
        place
        for ways in zip(*bodies, strict=True)
        for cells in zip(*ways, strict=True)
        for place in withheld(dict(enumerate(cells)))
    }


def _ways_of_all(key: str, bodies: Sequence[BodyYear]) -> list[Way]:
    """Return what a figure over all bodies tells: records belong to one body, companies to several."""
    if key == "new_smes":
        met = _union(way[0].companies for each in bodies for way in each.ways["smes"])
        new = without(met, _union(each.met_before for each in bodies))
        return [(Cell(len(ids), ids),) for ids in (new, without(met, new))]
    return [
        tuple(_joined(cells) for cells in zip(*ways, strict=True))
        for ways in zip(*(each.ways[key] for each in bodies), strict=True)
    ]


def _joined(cells: Sequence[Cell]) -> Cell:
    return Cell(sum(cell.count for cell in cells), _union(cell.companies for cell in cells))


def _value_of_all(key: str, ways: Sequence[Way], bodies: Sequence[BodyYear]) -> float | None:
    counted = ways[0][0]
    if key == "smes":
        return len(counted.companies)
    if UNITS[key] is Unit.RATE:
        return share(counted.count, ways[1][0].count)
    if UNITS[key] is Unit.YEN:
        return sum(each.values[key] or 0 for each in bodies)
    return counted.count


def _union(listed: Iterable[Collection[int]]) -> IdList:
    return IdList(distinct(np.concatenate([array_of(ids) for ids in listed])))
