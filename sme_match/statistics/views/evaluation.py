"""How good the proposals were, by what was decided about them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import Response, render_template, request

from sme_match.core.clock import jst_date
from sme_match.core.errors import NotFoundError
from sme_match.db.paging import PAGE_SIZE, Page
from sme_match.statistics import words
from sme_match.statistics.blueprint import STAFF, blueprint
from sme_match.statistics.definitions import DEFINITIONS
from sme_match.statistics.evaluation import (
    PARTS,
    JudgedRow,
    by_engine,
    by_month,
    by_reason,
    within,
)
from sme_match.statistics.evidence import RecordKind
from sme_match.statistics.filters import (
    StatisticsFilter,
    find_period,
    name_month,
)
from sme_match.statistics.periods import Period, last_twelve_months
from sme_match.statistics.queries import (
    RecordLine,
    list_judged,
    list_lines,
)
from sme_match.statistics.views.asking import (
    LONGEST_CODE,
    figures_file,
    requested_filter,
)
from sme_match.statistics.words import _
from sme_match.statistics.workbook import judged_table
from sme_match.tables.writing import write_csv
from sme_match.web.access import allow
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.paging import requested_page


@dataclass(frozen=True, slots=True)
class _Evaluated:
    """The decided proposals that a URL asks for; empty choices choose all."""

    filters: StatisticsFilter
    period: Period
    part: str
    engine: str
    reason: str

    def choose(self, rows: Iterable[JudgedRow]) -> list[JudgedRow]:
        """Return those of the period that belong to the part, engine and reason."""
        return [
            row
            for row in within(rows, self.period).rows
            if PARTS[self.part](row)
            and self.engine in {"", row.engine}
            and self.reason in {"", row.reason}
        ]


def _requested_evaluation() -> _Evaluated:
    today, part = jst_date(current_time()), request.args.get("part", "judged")
    if part not in PARTS:
        raise NotFoundError
    filters = requested_filter()
    return _Evaluated(
        filters=filters,
        period=find_period(filters.period, today) or last_twelve_months(today),
        part=part,
        engine=request.args.get("engine", "")[:LONGEST_CODE],
        reason=request.args.get("reason", "")[:LONGEST_CODE],
    )


@blueprint.get("/evaluation")
@allow(*STAFF)
def evaluation() -> str:
    """Show how good the proposals were, month by month, by what was decided about them."""
    asked = _requested_evaluation()
    judged = within(list_judged(current_session(), current_actor()), asked.period)
    return render_template(
        "statistics/evaluation.html",
        period=asked.period,
        filters=asked.filters,
        whole=judged,
        months=by_month(judged, asked.period),
        engines=by_engine(judged),
        reasons=by_reason(judged),
        words=words,
        definitions=DEFINITIONS,
        periods=words.period_choices(asked.filters, asked.period, jst_date(current_time())),
        month_name=name_month,
        now=current_time(),
    )


@blueprint.get("/evaluation/records")
@allow(*STAFF)
def evaluated() -> str:
    """List the decided proposals behind a figure, each with the way to its reasons."""
    asked = _requested_evaluation()
    rows = asked.choose(list_judged(current_session(), current_actor()))
    number = min(requested_page(), max(1, -(-len(rows) // PAGE_SIZE)))
    shown = rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    lines = _lines_of(shown)
    return render_template(
        "statistics/evaluated.html",
        asked=asked,
        words=words,
        page=Page([(row, lines[row.proposal_id]) for row in shown], number, PAGE_SIZE, len(rows)),
    )


@blueprint.get("/evaluation.csv")
@allow(*STAFF)
def export_evaluation() -> Response:
    """Send the decided proposals behind a figure as CSV: every figure can be counted from them."""
    rows = _requested_evaluation().choose(list_judged(current_session(), current_actor()))
    headers, table = judged_table(rows, _lines_of(rows))
    return figures_file(write_csv(headers, table).data, _("推薦の評価"), "csv")


def _lines_of(rows: Sequence[JudgedRow]) -> dict[int, RecordLine]:
    ids = tuple(row.proposal_id for row in rows)
    found = list_lines(current_session(), current_actor(), RecordKind.PROPOSAL, ids)
    return {line.record_id: line for line in found}
