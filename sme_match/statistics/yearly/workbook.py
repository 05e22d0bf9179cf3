"""The yearly report as sheets: tables and charts of the spreadsheet's own, Japanese titles.

Numbers stay numbers: shares are fractions of 1 and amounts plain yen.
"""

from collections.abc import Sequence

from sme_match.statistics.key_figures import Unit
from sme_match.statistics.publishing import HIDDEN
from sme_match.statistics.report import SourceAmounts
from sme_match.statistics.words import SOURCES, _
from sme_match.statistics.yearly.all_bodies import AllBodies
from sme_match.statistics.yearly.definitions import ALL_DEFINITIONS
from sme_match.statistics.yearly.editions import restatements
from sme_match.statistics.yearly.figures import KEYS, UNITS, Section
from sme_match.statistics.yearly.services import YearReport
from sme_match.statistics.yearly.words import DRAWN, SECTIONS, unit_word, year_title
from sme_match.tables.writing import Sheet, SheetChart, Value
from sme_match.web.formats import moment


def year_sheets(report: YearReport, *, head: Sequence[tuple[str, str]]) -> list[Sheet]:
    """Return the sheets of a body's report; `head` are facts for the first one."""
    return [
        Sheet(_("この報告について"), (_("項目"), _("内容")), list(head)),
        *(_section(report, section) for section in Section),
        _series(report),
        _targets(report),
        _sources(_("金額（成約の年度）"), report.count.sources_by_deal),
        _sources(_("金額（商談の年度）"), report.count.sources_by_meeting),
        _satisfaction(report),
        *_editions(report),
        definition_sheet(),
    ]


def all_bodies_sheets(found: AllBodies, *, head: Sequence[tuple[str, str]]) -> list[Sheet]:
    """Return the sheets of the report over bodies, without what is withheld."""
    columns = (
        _("支援機関"),
        *(f"{title(key)}（{unit_in_file(key)}）" for key in found.keys),
    )
    rows: list[Sequence[Value]] = [
        (row.name, *(row.values.get(key, HIDDEN) for key in found.keys)) for row in found.rows
    ]
    meetings = found.keys.index("meetings") + 1
    return [
        Sheet(_("この報告について"), (_("項目"), _("内容")), list(head)),
        Sheet(
            _("支援機関ごと"),
            columns,
            rows,
            is_table=True,
            chart=SheetChart("bar", title("meetings"), (meetings,)),
        ),
        Sheet(
            _("すべての支援機関"),
            (_("数字"), _("値"), _("単位")),
            [(title(key), found.total.get(key, HIDDEN), unit_in_file(key)) for key in found.keys],
            is_table=True,
        ),
        definition_sheet(),
    ]


def title(key: str) -> str:
    """Return the name of a figure."""
    return _(ALL_DEFINITIONS[key].title)


def unit_in_file(key: str) -> str:
    """Return the unit of a figure in a file, where shares are fractions."""
    return _("割合（1が100%）") if UNITS[key] is Unit.RATE else unit_word(key)


def definition_sheet() -> Sheet:
    """Return how each figure is counted."""
    columns = (_("数字"), _("数え方"), _("分母"), _("出典"))
    rows: list[Sequence[Value]] = []
    for key in (*KEYS, "amounts_by_source", "target"):
        found = ALL_DEFINITIONS[key]
        denominator = _(found.denominator) if found.denominator else ""
        rows.append((_(found.title), _(found.text), denominator, _(found.source)))
    return Sheet(_("定義"), columns, rows, is_table=True)


def _section(report: YearReport, section: Section) -> Sheet:
    columns = (
        _("数字"),
        _("値"),
        _("単位"),
        _("分母"),
        _("区間の下限（95%）"),
        _("区間の上限（95%）"),
        _("不明・未報告の数"),
        _("目標"),
        _("達成率（1が100%）"),
    )
    rows: list[Sequence[Value]] = []
    for key, figure in report.count.figures.items():
        if figure.section is not section:
            continue
        is_rate = figure.unit is Unit.RATE
        interval = figure.interval if figure.measure.base_ids else None
        rows.append(
            (
                title(key),
                figure.value,
                unit_in_file(key),
                len(figure.measure.base_ids) if is_rate else None,
                interval.low if interval else None,
                interval.high if interval else None,
                len(figure.measure.unknown_ids),
                report.target(key),
                report.achieved(key),
            )
        )
    return Sheet(str(SECTIONS[section]), columns, rows, is_table=True)


def _series(report: YearReport) -> Sheet:
    columns = (_("年度"), *(f"{title(key)}（{unit_in_file(key)}）" for key in KEYS))
    rows: list[Sequence[Value]] = [
        (year_title(count.year), *(count.figures[key].value for key in KEYS)) for count in report.counts
    ]
    drawn = tuple(KEYS.index(key) + 1 for key in DRAWN)
    return Sheet(
        _("5年の推移"),
        columns,
        rows,
        is_table=True,
        chart=SheetChart("line", _("商談と成約の推移"), drawn),
    )


def _targets(report: YearReport) -> Sheet:
    columns = (_("年度"), _("数字"), _("目標"), _("実績"), _("単位"), _("達成率（1が100%）"))
    rows: list[Sequence[Value]] = []
    for count in report.counts:
        for key, target in report.targets.get(count.year, {}).items():
            value = count.figures[key].value
            share = value / target if value is not None else None
            rows.append((year_title(count.year), title(key), target, value, unit_in_file(key), share))
    return Sheet(_("目標と達成率"), columns, rows, is_table=True)


def _sources(name: str, sources: Sequence[SourceAmounts]) -> Sheet:
    columns = (
        _("金額の根拠"),
        _("件数"),
        _("初回受注額（円）"),
        _("初回受注額が不明の数"),
        _("契約した金額（円）"),
        _("契約した金額が不明の数"),
    )
    rows: list[Sequence[Value]] = [
        (
            str(SOURCES[part.source]),
            len(part.ids),
            part.amounts.first_order_yen,
            len(part.amounts.first_order_unknown_ids),
            part.amounts.total_yen,
            len(part.amounts.total_unknown_ids),
        )
        for part in sources
    ]
    return Sheet(name, columns, rows, is_table=True, chart=SheetChart("column", name, (4,)))


def _satisfaction(report: YearReport) -> Sheet:
    rows: list[Sequence[Value]] = [
        (_("%(grade)s点", grade=grade), count) for grade, count in report.count.satisfaction.items()
    ]
    name = _("満足度")
    return Sheet(
        name,
        (_("満足度（5点満点）"), _("回答の数")),
        rows,
        is_table=True,
        chart=SheetChart("column", name, (1,)),
    )


def _editions(report: YearReport) -> list[Sheet]:
    """Return what was reported when years were closed, beside what is known now."""
    rows: list[Sequence[Value]] = []
    counts = {count.year: count for count in report.counts}
    for edition in report.editions:
        changed = {each.key for each in restatements(edition, counts[edition.year])}
        now = counts[edition.year].figures
        rows.extend(
            (
                year_title(edition.year),
                edition.number,
                moment(edition.closed_at),
                title(key),
                edition.value(key),
                now[key].value,
                "○" if key in changed else "",
                edition.note,
            )
            for key in KEYS
            if key in edition.figures
        )
    if not rows:
        return []
    columns = (
        _("年度"),
        _("版"),
        _("確定した日時"),
        _("数字"),
        _("確定したときの値"),
        _("いまの値"),
        _("変わった"),
        _("確定する理由・メモ"),
    )
    return [Sheet(_("確定した報告との違い"), columns, rows, is_table=True)]
