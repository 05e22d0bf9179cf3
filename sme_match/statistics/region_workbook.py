"""The map of technical issues as sheets for publication: by each dimension, and by all together."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sme_match.statistics.dimension_words import DIMENSIONS, title_of
from sme_match.statistics.publishing import (
    HIDDEN,
    Companies,
    is_told_by_few,
    withhold_crossed,
    withhold_refusals,
)
from sme_match.statistics.region import REFUSAL_DIMENSIONS, Refusals
from sme_match.statistics.region_words import reason_title
from sme_match.statistics.words import _, filter_facts, known_text, withheld_notice
from sme_match.tables.writing import Sheet


def refusal_sheets(found: Iterable[Refusals], companies: Companies, *, now: datetime) -> list[Sheet]:
    """Return a sheet about the figures and one for each way, without figures of few companies."""
    maps = list(found)
    facts = filter_facts(maps[0])
    head = [
        (_("資料名"), _("技術課題マップ（公表用）")),
        *facts,
        (_("記録の時点"), known_text(maps[0].filters, now)),
        withheld_notice(),
    ]
    sheets = [Sheet(_("表紙"), [_("項目"), _("内容")], head)]
    return [*sheets, *(_sheet(each, companies) for each in maps), _crossed(maps, companies)]


def _crossed(maps: Sequence[Refusals], companies: Companies) -> Sheet:
    """Return processes, areas and sizes together; a row of which nothing may be said is left out."""
    hidden, found = withhold_crossed(maps, companies), maps[0]
    rows: list[list[str | int]] = []
    for cell in found.cells:
        counts = [
            HIDDEN if cell.place in hidden[reason] else len(cell.by_reason.get(reason, ()))
            for reason in found.reasons
        ]
        if any(isinstance(count, int) and count for count in counts):
            names = [title_of(by, key) for by, key in zip(REFUSAL_DIMENSIONS, cell.place, strict=True)]
            rows.append([*names, *counts])
    head = [*(str(DIMENSIONS[by]) for by in REFUSAL_DIMENSIONS), *map(reason_title, found.reasons)]
    return Sheet(_("工程×地域×規模"), head, rows)


def _sheet(found: Refusals, companies: Companies) -> Sheet:
    hidden = withhold_refusals(found, companies)
    rows: list[list[str | int]] = []
    for group in found.groups:
        counts: list[str | int] = [
            HIDDEN
            if hidden.hides(found.by.value, reason, group.key)
            else len(group.by_reason.get(reason, ()))
            for reason in found.reasons
        ]
        rows.append([title_of(found.by, group.key), *counts])
    rows.append([_("合計"), *_totals(found, companies)])
    name = str(DIMENSIONS[found.by])
    return Sheet(name, [name, *map(reason_title, found.reasons)], rows)


def _totals(found: Refusals, companies: Companies) -> list[str | int]:
    totals: list[str | int] = []
    for reason in found.reasons:
        ids = [number for group in found.groups for number in group.by_reason.get(reason, ())]
        totals.append(HIDDEN if is_told_by_few(ids, companies.of_meetings) else len(ids))
    return totals
