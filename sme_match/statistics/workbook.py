"""The report as sheets for a spreadsheet, and the records behind a figure as a table.

Numbers stay numbers: shares are fractions of 1 and amounts plain yen.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from sme_match.statistics.comparison import (
    compare,
    manufacturing_quotients,
    official_columns,
    quotient_series,
)
from sme_match.statistics.definitions import DEFINITIONS
from sme_match.statistics.evaluation import JudgedRow
from sme_match.statistics.evidence import RecordKind
from sme_match.statistics.frames import Group
from sme_match.statistics.key_figures import KeyFigure, Unit
from sme_match.statistics.publishing import HIDDEN, NOTHING_WITHHELD, Withheld
from sme_match.statistics.queries import RecordLine
from sme_match.statistics.report import Report
from sme_match.statistics.series import Series
from sme_match.statistics.words import (
    SOURCES,
    UNITS,
    _,
    filter_facts,
    industry_title,
    month_title,
    prefecture_title,
    process_title,
    word,
)
from sme_match.tables.writing import Sheet, Value
from sme_match.web.languages import current_language


def report_sheets(
    report: Report, *, head: Sequence[tuple[str, str]], withheld: Withheld = NOTHING_WITHHELD
) -> list[Sheet]:
    """Return the sheets of a report; `head` are facts for the first sheet (body, as-of time).

    Published sheets leave out those from which what is withheld could be found.
    """
    facts = [*head, *filter_facts(report)]
    return [
        Sheet(_("この表について"), (_("項目"), _("内容")), facts),
        _figures(report.figures, withheld),
        *([] if withheld.is_published else [_funnel(report)]),
        _groups(
            _("都道府県"),
            report.prefectures,
            prefecture_title,
            partial(withheld.hides, "prefecture"),
        ),
        _groups(_("工程"), report.processes, process_title, partial(withheld.hides, "process")),
        _groups(_("業種"), report.industries, industry_title, partial(withheld.hides, "industry")),
        _months(report, withheld),
        _amounts(report, withheld),
        *([] if withheld.is_published else [*_late(report), _official(report)]),
        _definitions(),
    ]


def record_table(kind: RecordKind, lines: Iterable[RecordLine]) -> tuple[list[str], list[list[Value]]]:
    """Return headers and rows of the records behind a figure."""
    if kind is RecordKind.COMPANY:
        rows: list[list[Value]] = [[line.title, prefecture_title(line.prefecture)] for line in lines]
        return [_("企業名"), _("所在地")], rows
    headers = [
        _("案件番号"),
        _("案件名"),
        _("受注側企業"),
        _("発注企業"),
        _("日付"),
        _("状態"),
        _("結果の段階"),
    ]
    return headers, [
        [
            line.number,
            line.title,
            line.sme,
            line.buyer,
            line.day,
            word(line.state),
            word(line.stage),
        ]
        for line in lines
    ]


def judged_table(
    rows: Iterable[JudgedRow], lines: Mapping[int, RecordLine]
) -> tuple[list[str], list[list[Value]]]:
    """Return headers and rows of decided proposals."""
    headers = [
        _("案件番号"),
        _("案件名"),
        _("受注側企業"),
        _("順位"),
        _("判断"),
        _("見送る理由"),
        _("判断した日"),
        _("エンジンの版"),
        _("商談を実施"),
        _("成約"),
    ]
    return headers, [
        [
            lines[row.proposal_id].number,
            lines[row.proposal_id].title,
            lines[row.proposal_id].sme,
            row.rank,
            word(row.state),
            word(row.reason),
            row.decided_on,
            row.engine,
            int(row.met),
            int(row.dealt),
        ]
        for row in rows
    ]


def _figures(figures: Sequence[KeyFigure], withheld: Withheld) -> Sheet:
    columns = (
        _("数字"),
        _("この期間"),
        _("前年同期"),
        _("差"),
        _("単位"),
        _("分母"),
        _("不明の数"),
    )

    def shown(value: Value, *parts: tuple[str, bool]) -> Value:
        return HIDDEN if withheld.figures.intersection(parts) else value

    rows = [
        (
            _(DEFINITIONS[figure.key].title),
            shown(figure.current.value, (figure.key, False)),
            shown(figure.previous.value, (figure.key, True)),
            shown(figure.difference, (figure.key, False), (figure.key, True)),
            _unit(figure),
            shown(
                len(figure.current.base_ids) if figure.unit is Unit.RATE else None, (figure.key, False)
            ),
            shown(len(figure.current.unknown_ids), (figure.key, False)),
        )
        for figure in figures
    ]
    return Sheet(_("概要"), columns, rows)


def _unit(figure: KeyFigure) -> str:
    if figure.unit is Unit.RATE:
        return _("割合（1が100%）")
    return _("円") if figure.unit is Unit.YEN else str(UNITS.get(figure.key, _("件")))


def _funnel(report: Report) -> Sheet:
    columns = (_("段階"), _("数"), _("前の段階から進んだ割合（1が100%）"), _("一番低い段階"))
    rows: list[Sequence[Value]] = [
        (_(DEFINITIONS[stage.key].title), stage.count, stage.conversion, "○" if stage.is_lowest else "")
        for stage in report.funnel.stages
    ]
    rows.append((_(DEFINITIONS["unproposed"].title), len(report.unproposed_ids), None, ""))
    return Sheet(_("流れ"), columns, rows)


def _groups(
    name: str,
    groups: Sequence[Group],
    title: Callable[[str | None], str],
    hides: Callable[[str, object], bool],
) -> Sheet:
    columns = (
        name,
        _("コード"),
        _("発注企業のニーズ"),
        _("推薦した組み合わせ"),
        _("商談を実施した数"),
        _("見積り・試作"),
        _("成約した数"),
        _("商談に参加した企業の数"),
        _("初回受注額（円）"),
        _("契約した金額（円）"),
    )
    rows: list[Sequence[Value]] = []
    for group in groups:
        values = (
            ("needs", len(group.need_ids)),
            ("proposals", len(group.proposal_ids)),
            ("meetings", len(group.meeting_ids)),
            ("quotes", len(group.quote_ids)),
            ("deals", len(group.deal_ids)),
            ("meetings", len(group.sme_ids)),
            ("first_order_yen", group.amounts.first_order_yen),
            ("total_yen", group.amounts.total_yen),
        )
        shown = [HIDDEN if hides(column, group.key) else value for column, value in values]
        rows.append((title(group.key), group.key, *shown))
    return Sheet(name, columns, rows)


def _months(report: Report, withheld: Withheld) -> Sheet:
    columns = (_("月"), _("商談を実施した数"), _("前年"), _("成約した数"), _("前年の成約"))
    names = ("meeting_ids", "previous_meeting_ids", "deal_ids", "previous_deal_ids")
    rows: list[Sequence[Value]] = [
        (
            month_title(month.period),
            *(
                HIDDEN
                if withheld.hides("month", name, month.period.start)
                else len(getattr(month, name))
                for name in names
            ),
        )
        for month in report.months
    ]
    return Sheet(_("月"), columns, rows)


def _amounts(report: Report, withheld: Withheld) -> Sheet:
    columns = (
        _("金額の根拠"),
        _("件数"),
        _("初回受注額（円）"),
        _("契約した金額（円）"),
        _("1年の見込み額（円）"),
    )
    rows: list[Sequence[Value]] = []
    for part in report.sources:
        values = (
            ("deals", len(part.ids)),
            ("first_order_yen", part.amounts.first_order_yen),
            ("total_yen", part.amounts.total_yen),
        )
        shown = [
            HIDDEN if withheld.hides("source", column, part.source) else value
            for column, value in values
        ]
        rows.append((str(SOURCES[part.source]), *shown, None))
    prospects = report.prospects
    few = withheld.hides("source", "prospects", None)
    rows.append(
        (
            _("見込み（成約に足していません）"),
            HIDDEN if few else len(prospects.ids),
            None,
            None,
            HIDDEN
            if withheld.hides("source", "expected_year_yen", None)
            else prospects.expected_year_yen,
        )
    )
    return Sheet(_("金額"), columns, rows)


def _late(report: Report) -> list[Sheet]:
    """Return how results show up late; no sheet while the history is too short."""
    late = report.late
    if late is None:
        return []
    rows: list[Sequence[Value]] = [
        (_("確定した成約（期間中に実施した商談）"), late.confirmed),
        (_("まだ成約のない、12か月に満たない商談"), late.open),
        (_("12か月後の見込み（平均）"), round(late.expected, 1)),
        (_("12か月後の見込み（下限）"), late.low),
        (_("12か月後の見込み（上限）"), late.high),
        *(
            (_("%(months)sか月で見える割合（1が100%%）", months=months), round(part, 3))
            for months, part in late.visible
        ),
        (_("根拠にした12か月以上前の商談"), late.history),
    ]
    return [Sheet(_("遅れて現れる成果"), (_("項目"), _("数")), rows)]


def _official(report: Report) -> Sheet:
    english = current_language() != "ja"

    def source(series: Series, year: int) -> str:
        publisher = series.publisher
        if english:
            return f"{year} {series.basis_en}. {publisher.name_en}"
        return f"{year}年 {series.basis_ja}　{publisher.name_ja}（{publisher.licence}）"

    year, _quotients = manufacturing_quotients()
    columns = [
        _("都道府県"),
        _("登録企業"),
        _("商談に参加した企業の数"),
        _("商談を実施した数"),
        _("成約した数"),
    ]
    columns += [
        f"{column.column.title_en if english else column.column.title_ja}"
        f"（{source(column.series, column.year)}）"
        for column in official_columns()
    ]
    quotient = _("製造業従業者の特化係数")
    columns.append(f"{quotient}（{source(quotient_series(), year)}）")
    rows = [
        (
            prefecture_title(row.prefecture),
            row.companies,
            len(row.group.sme_ids) if row.group else 0,
            len(row.group.meeting_ids) if row.group else 0,
            len(row.group.deal_ids) if row.group else 0,
            *row.official,
            row.quotient,
        )
        for row in compare(report.companies, report.sme_prefectures)
    ]
    return Sheet(_("公式統計との比較"), columns, rows)


def _definitions() -> Sheet:
    columns = (_("数字"), _("数え方"), _("分母"), _("出典"))
    rows = [
        (_(d.title), _(d.text), _(d.denominator) if d.denominator else "", _(d.source))
        for d in DEFINITIONS.values()
    ]
    return Sheet(_("定義"), columns, rows)
