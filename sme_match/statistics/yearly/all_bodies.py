"""A fiscal year over all bodies, without the figures of few companies. Pure.

Companies of different bodies with one corporate number are one company. A figure of a body is
withheld when fewer than three SMEs, or three buyers, stand behind it, or when subtraction would give
it: from the total over the bodies, or from figures that add up (planned = held + not held; a rate
and its denominator). See `suppression` for the rule within one column.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sme_match.statistics.columns import Frame, Ids, joined
from sme_match.statistics.evidence import RecordKind
from sme_match.statistics.frames import answer_frame, pair_frame
from sme_match.statistics.key_figures import Unit
from sme_match.statistics.suppression import Cell, is_small, withheld
from sme_match.statistics.yearly.figures import UNITS, YearCount, YearFigure, count_year

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


@dataclass(frozen=True, slots=True)
class BodyRecords:
    """All pairs and answers of one body; companies carry the number that all bodies share."""

    body_id: int
    name: str
    pairs: Frame
    answers: Frame


@dataclass(frozen=True, slots=True)
class BodyRow:
    """The figures of one body that may be shown; what is missing is withheld."""

    name: str
    values: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class AllBodies:
    """The figures of a year by body, and over all of them."""

    year: int
    keys: Sequence[str]
    rows: Sequence[BodyRow]
    total: Mapping[str, float | None]


class _Body:
    """The figures of one body (or of all), with the companies behind each."""

    def __init__(self, records: Iterable[BodyRecords], year: int) -> None:
        listed = list(records)
        frame = joined([each.pairs for each in listed] or [pair_frame([])])
        answers = joined([each.answers for each in listed] or [answer_frame([])])
        self.count: YearCount = count_year(frame, answers, year)
        self._sides = tuple(
            {
                RecordKind.MEETING: _owners(frame, "meeting_id", side),
                RecordKind.PROPOSAL: _owners(frame, "proposal_id", side),
            }
            for side in ("sme_id", "buyer_id")
        )

    def cells(self, figure: YearFigure, ids: Ids) -> tuple[Cell, ...]:
        """Return how many records, and which companies of each side stand behind them."""
        if figure.counted is RecordKind.COMPANY:
            return (Cell(len(ids), frozenset(ids)),)
        return tuple(
            Cell(len(ids), frozenset(side[figure.counted][number] for number in ids))
            for side in self._sides
        )


def over_bodies(records: Sequence[BodyRecords], year: int) -> AllBodies:
    """Return what may be shown of a year of several bodies."""
    bodies = {each.body_id: _Body([each], year) for each in records}
    whole = _Body(records, year)
    # What is not held is shown by nobody, but planned minus held tells it.
    hidden = {key: _hidden(key, bodies) for key in SHOWN}
    hidden["planned"] |= hidden["meetings"] | _hides(bodies, "planned", _not_held)
    return AllBodies(
        year=year,
        keys=SHOWN,
        rows=[
            BodyRow(
                each.name,
                MappingProxyType(
                    {
                        key: bodies[each.body_id].count.figures[key].value
                        for key in SHOWN
                        if each.body_id not in hidden[key]
                    }
                ),
            )
            for each in records
        ],
        total=MappingProxyType(
            {key: whole.count.figures[key].value for key in SHOWN if not _is_small_total(key, whole)}
        ),
    )


Choose = Callable[[YearCount, str], Ids]


def _counted(count: YearCount, key: str) -> Ids:
    return count.figures[key].measure.ids


def _base(count: YearCount, key: str) -> Ids:
    return count.figures[key].measure.base_ids


def _rest(count: YearCount, key: str) -> Ids:
    return tuple(set(_base(count, key)) - set(_counted(count, key)))


def _known(count: YearCount, key: str) -> Ids:
    """Return those whose amount is known: a sum is only of them."""
    return tuple(set(_counted(count, key)) - set(count.figures[key].measure.unknown_ids))


def _not_held(count: YearCount, key: str) -> Ids:
    return tuple(set(_counted(count, key)) - set(_counted(count, "meetings")))


def _returning(count: YearCount, key: str) -> Ids:
    return tuple(set(_counted(count, "smes")) - set(_counted(count, key)))


def _ways(key: str) -> tuple[Choose, ...]:
    """Return the records whose number a figure tells, by itself or beside the others."""
    if key == "new_smes":
        return _counted, _returning
    if UNITS[key] is Unit.RATE:
        return _counted, _base, _rest
    if UNITS[key] is Unit.YEN:
        return _counted, _known
    return (_counted,)


def _hides(bodies: Mapping[int, _Body], key: str, choose: Choose) -> set[int]:
    found = {
        body_id: body.cells(body.count.figures[key], choose(body.count, key))
        for body_id, body in bodies.items()
    }
    sides = max((len(cells) for cells in found.values()), default=0)
    return {
        body_id
        for side in range(sides)
        for body_id in withheld({body_id: cells[side] for body_id, cells in found.items()})
    }


def _hidden(key: str, bodies: Mapping[int, _Body]) -> set[int]:
    return set().union(*(_hides(bodies, key, choose) for choose in _ways(key)))


def _is_small_total(key: str, whole: _Body) -> bool:
    figure = whole.count.figures[key]
    ways = (*_ways(key), _not_held) if key == "planned" else _ways(key)
    return any(
        is_small(cell.companies)
        for choose in ways
        for cell in whole.cells(figure, choose(whole.count, key))
    )


def _owners(frame: Frame, column: str, side: str) -> dict[int, int]:
    known = frame.where(frame.known(column))
    return dict(zip(known[column].tolist(), known[side].tolist(), strict=True))
