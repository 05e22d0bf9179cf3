"""Official series of a few prefectures, cut at their breaks."""

from collections.abc import Sequence

from flask import render_template, request

from sme_match.core.actor import Role
from sme_match.reference.prefectures import Prefecture, list_prefectures
from sme_match.statistics.blueprint import STAFF, blueprint
from sme_match.statistics.charts import MAX_LINES, yearly_lines
from sme_match.statistics.imported.queries import list_series, read_table
from sme_match.statistics.series import Series
from sme_match.statistics.series_lines import read_lines
from sme_match.statistics.services import companies_by_prefecture
from sme_match.statistics.words import _
from sme_match.web.access import allow
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.languages import current_language

DEFAULT_SERIES = "manufacturing"


@blueprint.get("/official")
@allow(*STAFF, Role.ADMINISTRATOR)
def official() -> str:
    """Show an official series of a few prefectures, cut at its breaks."""
    session = current_session()
    all_series = {each.key: each for each in list_series(session)}
    series = all_series.get(request.args.get("series", ""), all_series[DEFAULT_SERIES])
    column = request.args.get("column", "")
    column = column if column in series.columns else next(iter(series.columns))
    chosen = _requested_prefectures()
    table = read_table(session, series, [prefecture.code for prefecture in chosen])
    divisions = table.divisions()
    division = request.args.get("division", "")
    division = division if division in divisions else next(iter(divisions), "")
    language = current_language()
    named = [(prefecture.code, prefecture.name(language)) for prefecture in chosen]
    found = read_lines(table, column, named, division=division or None)
    unit = found.unit_ja if language == "ja" else f" {found.unit_en}"
    return render_template(
        "statistics/official.html",
        all_series=all_series.values(),
        series=series,
        column_key=column,
        divisions=divisions,
        division=division,
        chosen=chosen,
        found=found,
        unit=unit,
        max_lines=MAX_LINES,
        chart=yearly_lines(found.lines, unit=unit, summary=_series_summary(series, chosen)),
    )


def _requested_prefectures() -> Sequence[Prefecture]:
    """Return the chosen prefectures, each once; without a choice those of the own companies."""
    by_code = {prefecture.code: prefecture for prefecture in list_prefectures()}
    codes = dict.fromkeys(code for code in request.args.getlist("prefecture") if code in by_code)
    actor = current_actor()
    if not codes and actor.is_staff:
        companies = companies_by_prefecture(current_session(), actor, now=current_time())
        codes = dict.fromkeys(
            sorted((c for c in companies if c in by_code), key=lambda c: -companies[c])
        )
    return [by_code[code] for code in codes][:MAX_LINES] or [by_code["13"]]


def _series_summary(series: Series, chosen: Sequence[Prefecture]) -> str:
    language = current_language()
    title = series.title_ja if language == "ja" else series.title_en
    names = "、".join(prefecture.name(language) for prefecture in chosen)
    return _("%(title)sの推移。%(names)s。値は下の表にあります。", title=title, names=names)
