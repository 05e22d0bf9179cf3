"""The map of technical issues as sheets for publication: one for each way to take it apart."""

from collections.abc import Iterable
from datetime import datetime

from sme_match.statistics.dimension_words import DIMENSIONS, title_of
from sme_match.statistics.publishing import HIDDEN, Companies, is_told_by_few, withhold_refusals
from sme_match.statistics.region import Refusals
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
    return sheets + [_sheet(each, companies) for each in maps]


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
