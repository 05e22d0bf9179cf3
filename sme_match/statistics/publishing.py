"""Which figures of a report are withheld when it is published.

Counted are the SMEs behind a figure, and apart from them the buyers: a sum of one buyer is not
published however many SMEs it deals with. Behind a need stands its buyer alone. A published report
is that of a whole fiscal year without filters: overlapping periods or filters could be subtracted
from each other.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sme_match.statistics.columns import Ids
from sme_match.statistics.frames import Amounts, Group
from sme_match.statistics.key_figures import Measure
from sme_match.statistics.region import REFUSAL_DIMENSIONS as CROSSED
from sme_match.statistics.region import Place, Refusals
from sme_match.statistics.report import Report
from sme_match.statistics.suppression import Cell, is_small, withheld, withheld_across

Sides = Sequence[Mapping[int, int]]
HIDDEN = "※"
"""What stands in the place of a withheld figure."""


@dataclass(frozen=True, slots=True)
class Companies:
    """Which companies are counted for each record: for each side, record -> company."""

    of_needs: Sides
    of_proposals: Sides
    of_meetings: Sides


@dataclass(frozen=True, slots=True)
class Withheld:
    """What is not published: cells by table, column and key; figures by key and period."""

    cells: frozenset[tuple[str, str, object]] = frozenset()
    figures: frozenset[tuple[str, bool]] = frozenset()
    """Key, and whether it is that of the year before."""
    is_published: bool = False

    def hides(self, table: str, column: str, key: object) -> bool:
        """Return whether a cell is withheld."""
        return (table, column, key) in self.cells


NOTHING_WITHHELD = Withheld()
_GROUP_COLUMNS: Mapping[str, Callable[[Group], Ids]] = {
    "needs": lambda group: group.need_ids,
    "proposals": lambda group: group.proposal_ids,
    "meetings": lambda group: group.meeting_ids,
    "quotes": lambda group: group.quote_ids,
    "deals": lambda group: group.deal_ids,
}
_YEN_COLUMNS: Mapping[str, Callable[[Amounts], Ids]] = {
    "first_order_yen": lambda amounts: amounts.first_order_unknown_ids,
    "total_yen": lambda amounts: amounts.total_unknown_ids,
}
"""The sums of deals, with the deals of which the amount is not known."""


def withhold(report: Report, companies: Companies) -> Withheld:
    """Return what of a report is not published; see `suppression` for the rule."""
    columns: dict[tuple[str, str], dict[object, tuple[Ids, Sides]]] = {}
    groups: dict[str, Sequence[Group]] = {
        "prefecture": report.prefectures,
        "process": report.processes,
        "industry": report.industries,
    }
    for table, rows in groups.items():
        for column, ids_of in _GROUP_COLUMNS.items():
            columns[table, column] = {
                row.key: (ids_of(row), _companies_of(companies, column)) for row in rows
            }
    met = companies.of_meetings
    for column in ("meetings", "deals"):
        for name in (f"{column[:-1]}_ids", f"previous_{column[:-1]}_ids"):
            columns["month", name] = {
                month.period.start: (getattr(month, name), met) for month in report.months
            }
    columns["source", "deals"] = {part.source: (part.ids, met) for part in report.sources}
    columns["source", "prospects"] = {None: (report.prospects.ids, met)}
    # A sum is only of those whose amount is known: it may be that of one company among many deals.
    for column, unknown in _YEN_COLUMNS.items():
        for table, rows in groups.items():
            columns[table, column] = {
                row.key: (_without(row.deal_ids, unknown(row.amounts)), met) for row in rows
            }
        columns["source", column] = {
            part.source: (_without(part.ids, unknown(part.amounts)), met) for part in report.sources
        }
    prospects = report.prospects
    columns["source", "expected_year_yen"] = {
        None: (_without(prospects.ids, prospects.unknown_ids), met)
    }
    return Withheld(
        cells=frozenset(
            (table, column, key) for (table, column), cells in columns.items() for key in _hidden(cells)
        ),
        figures=frozenset(
            (figure.key, is_previous)
            for figure in report.figures
            for is_previous, measure in ((False, figure.current), (True, figure.previous))
            if _is_withheld(figure.key, measure, companies)
        ),
        is_published=True,
    )


def withhold_refusals(refusals: Refusals, companies: Companies) -> Withheld:
    """Return what of the reasons for refusals is not published.

    The column of each reason is published with its total, the sum over reasons is not: where every
    meeting has one reason, it would give what a column withholds.
    """
    table = refusals.by.value
    met = companies.of_meetings
    return Withheld(
        cells=frozenset(
            (table, reason, key)
            for reason in refusals.reasons
            for key in _hidden(
                {group.key: (group.by_reason.get(reason, ()), met) for group in refusals.groups}
            )
        ),
        is_published=True,
    )


def withhold_crossed(maps: Sequence[Refusals], companies: Companies) -> Mapping[str, frozenset[Place]]:
    """Return, by reason, the cells of process, area and size that are not published.

    Beside them the figures of each process, area and size are published, and those of each reason
    altogether; whatever of these is withheld itself gives nothing away.
    """
    hidden_sums = {each.by: withhold_refusals(each, companies) for each in maps}
    found = {}
    for reason in maps[0].reasons:
        counted = {cell.place: cell.by_reason.get(reason, ()) for cell in maps[0].cells}
        lines = [list(counted)] + [
            [place for place in counted if place[number] == key]
            for number, by in enumerate(CROSSED)
            for key in {place[number] for place in counted}
            if not hidden_sums[by].hides(by.value, reason, key)
        ]
        hidden: frozenset[Place] = frozenset()
        for side in companies.of_meetings:
            cells = {place: _cell(ids, side) for place, ids in counted.items()}
            hidden = withheld_across(cells, lines, hidden)
        found[reason] = hidden
    return found


def _is_withheld(key: str, measure: Measure, companies: Companies) -> bool:
    """Both what is counted and what is left of the denominator, or unknown, tell about companies."""
    of = _companies_of(companies, key)
    counted, base = set(measure.ids), set(measure.base_ids)
    parts = (counted, base - counted, set(measure.unknown_ids), counted - set(measure.unknown_ids))
    return any(is_told_by_few(part, of) for part in parts)


def is_told_by_few(ids: Iterable[int], of: Sides) -> bool:
    """Return whether so few companies of either side stand behind these records."""
    return any(is_small(frozenset(side[number] for number in ids)) for side in of)


def _hidden(cells: Mapping[object, tuple[Ids, Sides]]) -> set[object]:
    """Return which cells of a column are withheld for either side.

    More withheld cells never tell more, so what suffices for a side suffices with those of the other.
    """
    sides = max((len(of) for _, of in cells.values()), default=0)
    return {
        key
        for side in range(sides)
        for key in withheld({key: _cell(ids, of[side]) for key, (ids, of) in cells.items()})
    }


def _companies_of(companies: Companies, key: str) -> Sides:
    own: Mapping[str, Sides] = {
        "needs": companies.of_needs,
        "proposals": companies.of_proposals,
        # Companies stand for themselves.
        "smes": (_Itself(),),
        "buyers": (_Itself(),),
    }
    return own.get(key, companies.of_meetings)


def _without(ids: Ids, others: Ids) -> Ids:
    left_out = set(others)
    return tuple(number for number in ids if number not in left_out)


def _cell(ids: Ids, of: Mapping[int, int]) -> Cell:
    return Cell(len(ids), frozenset(of[number] for number in ids))


class _Itself(dict[int, int]):
    """Companies by their own numbers."""

    def __missing__(self, key: int) -> int:
        """Return the number itself."""
        return key
