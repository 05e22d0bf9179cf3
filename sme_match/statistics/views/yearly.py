"""The report of a fiscal year: on screen, printed, as a workbook; its targets; closing it."""

from dataclasses import dataclass
from datetime import date
from functools import partial

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from sme_match.audit.queries import list_history
from sme_match.core.actor import Role
from sme_match.core.errors import InvalidError, NotFoundError, StaleVersionError
from sme_match.outcomes.enums import AmountSource
from sme_match.statistics.blueprint import STAFF, blueprint
from sme_match.statistics.columns import Ids
from sme_match.statistics.evidence import Part, RecordKind, parts_of
from sme_match.statistics.forms import CloseYearForm, TargetForm
from sme_match.statistics.policy import may_keep_years
from sme_match.statistics.queries import RecordLine, list_lines
from sme_match.statistics.views.asking import (
    check_year,
    figures_file,
    page_of,
    requested_day,
    requested_part,
    this_year,
    year_choices,
)
from sme_match.statistics.words import (
    SOURCES,
    HasDay,
    _,
    known_text,
    prefecture_title,
)
from sme_match.statistics.workbook import record_table
from sme_match.statistics.yearly import words
from sme_match.statistics.yearly.definitions import ALL_DEFINITIONS
from sme_match.statistics.yearly.editions import restatements
from sme_match.statistics.yearly.figures import TARGET_KEYS
from sme_match.statistics.yearly.reading import find_target
from sme_match.statistics.yearly.services import (
    NO_TARGET_YET,
    YearReport,
    close_year,
    count_years,
    is_over,
    make_year_report,
    set_targets,
)
from sme_match.statistics.yearly.workbook import title, year_sheets
from sme_match.support_bodies.queries import get_body
from sme_match.tables.writing import write_csv, write_xlsx
from sme_match.web.access import allow
from sme_match.web.conflicts import differences
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.flashes import flash_done
from sme_match.web.formats import moment
from sme_match.web.history import Vocabulary, Words, in_words

Answer = str | Redirect | tuple[str, int]

MET_PREFIX = "met-"
"""Before the key of a source: its deals by the year of the meeting, not by that of the deal."""


def source_key(source: AmountSource | None) -> str:
    """Return the name in URLs of the deals whose amounts have one source."""
    return f"source-{source.value if source else 'none'}"


@blueprint.get("/years")
@allow(*STAFF, Role.ADMINISTRATOR)
def years() -> Redirect:
    """Go to the present fiscal year."""
    page = ".year" if current_actor().is_staff else ".year_of_all"
    return redirect(url_for(page, year=this_year()))


@blueprint.get("/years/<int:year>")
@allow(*STAFF)
def year(year: int) -> str:
    """Show the report of a fiscal year with the four before it."""
    report = _report(year)
    names = {key: title(key) for key in report.count.figures}
    editions = [(edition, restatements(edition, report.count)) for edition in report.own_editions]
    return render_template(
        "statistics/year.html",
        report=report,
        body=get_body(current_session(), current_actor(), current_actor().body_id or 0),
        sections=[
            (name, [f for f in report.count.figures.values() if f.section is section])
            for section, name in words.SECTIONS.items()
        ],
        words=words,
        definitions=ALL_DEFINITIONS,
        sources=SOURCES,
        source_key=source_key,
        editions=editions,
        years=year_choices(year),
        chart=words.draw_years(report, names),
        known=known_text(report, current_time()),
        known_on=report.known_on,
        arguments=_known_arguments(report),
        may_keep=may_keep_years(current_actor()),
        is_over=is_over(year, current_time()),
    )


@blueprint.get("/years/<int:year>/report.xlsx")
@allow(*STAFF)
def export_year(year: int) -> Response:
    """Send the report of a fiscal year as a workbook with tables and charts of its own."""
    report = _report(year)
    body = get_body(current_session(), current_actor(), current_actor().body_id or 0)
    head = [
        (_("資料名"), _("%(year)s 年度報告", year=words.year_title(year))),
        (_("支援機関"), body.name),
        (_("作成日時"), moment(current_time())),
        (_("記録の時点"), known_text(report, current_time())),
        (_("注意"), _("金額は税抜の円です。見込みは成約に足していません。")),
        (
            _("年度の数え方"),
            _("商談と結果は商談の年度、成約と金額は成約の年度で数えます。"),
        ),
    ]
    name = _("年度報告%(year)s", year=year)
    return figures_file(write_xlsx(year_sheets(report, head=head)), name, "xlsx")


@blueprint.get("/years/<int:year>/records/<key>")
@allow(*STAFF)
def year_records(year: int, key: str) -> str:
    """List the records behind a figure of a fiscal year."""
    found = _requested(year, key)
    return render_template(
        "statistics/year_records.html",
        found=found,
        year=year,
        words=words,
        prefecture_title=prefecture_title,
        definitions=ALL_DEFINITIONS,
        page=page_of(found.ids, partial(_lines, found)),
        known=known_text(found, current_time()),
        arguments=_known_arguments(found),
    )


@blueprint.get("/years/<int:year>/records/<key>.csv")
@allow(*STAFF)
def export_year_records(year: int, key: str) -> Response:
    """Send the records behind a figure of a fiscal year as CSV."""
    found = _requested(year, key)
    headers, rows = record_table(found.kind, _lines(found, found.ids))
    return figures_file(write_csv(headers, rows).data, f"{found.title}_{year}", "csv")


@blueprint.route("/years/<int:year>/targets", methods=["GET", "POST"])
@allow(Role.LEAD)
def targets(year: int) -> Answer:
    """Set what the body wants to reach in a fiscal year."""
    check_year(year)
    session, actor = current_session(), current_actor()
    form = TargetForm()
    kept = find_target(session, actor.body_id or 0, year)
    if not form.is_submitted():
        form.show_targets(kept.targets if kept else {})
        form.version.data = str(kept.version if kept else NO_TARGET_YET)
        return _targets_page(year, form)
    if not form.validate():
        return _targets_page(year, form), 422
    try:
        set_targets(
            session,
            actor,
            year,
            form.targets(),
            version=form.opened_version(),
            now=current_time(),
        )
    except InvalidError as error:
        form.refuse(error)
        return _targets_page(year, form), 422
    except StaleVersionError:
        kept = find_target(session, actor.body_id or 0, year)
        stored = TargetForm(formdata=None)
        stored.show_targets(kept.targets if kept else {})
        form.version.data = str(kept.version if kept else NO_TARGET_YET)
        return _targets_page(year, form, differences(form, stored)), 409
    flash_done(_("%(year)sの目標を保存しました。", year=words.year_title(year)))
    return redirect(url_for(".year", year=year))


@blueprint.route("/years/<int:year>/close", methods=["GET", "POST"])
@allow(Role.LEAD)
def close(year: int) -> Answer:
    """Keep the figures of a year as they are reported now."""
    check_year(year)
    form = CloseYearForm()
    if not form.is_submitted():
        return _close_page(year, form)
    if not form.validate():
        return _close_page(year, form), 422
    try:
        closed = close_year(
            current_session(), current_actor(), year, note=form.note.data, now=current_time()
        )
    except InvalidError as error:
        form.refuse(error)
        return _close_page(year, form), 422
    flash_done(
        _(
            "%(year)sの数字を、第%(edition)s版として確定しました。",
            year=words.year_title(year),
            edition=closed.edition,
        )
    )
    return redirect(url_for(".year", year=year))


@dataclass(frozen=True, slots=True)
class _Requested:
    """The records that a URL asks for."""

    known_on: date | None
    key: str
    title: str
    definition: str
    kind: RecordKind
    part: Part
    parts: dict[Part, Ids]

    @property
    def ids(self) -> Ids:
        return tuple(reversed(self.parts[self.part]))


def _requested(year: int, key: str) -> _Requested:
    check_year(year)
    known_on, part = requested_day(request.args.get("known", "")), requested_part()
    session, actor, now = current_session(), current_actor(), current_time()
    count = count_years(session, actor, (year,), now=now, known_on=known_on)[0]
    sources = {source_key(each.source): each for each in count.sources_by_deal}
    sources |= {MET_PREFIX + source_key(each.source): each for each in count.sources_by_meeting}
    if key in sources:
        way = _("商談の年度") if key.startswith(MET_PREFIX) else _("成約の年度")
        name = f"{title('amounts_by_source')}（{way}）：{SOURCES[sources[key].source]}"
        definition, kind = "amounts_by_source", RecordKind.MEETING
        parts = {Part.COUNTED: sources[key].ids}
    elif key in count.figures:
        figure = count.figures[key]
        name, definition, kind = title(key), key, figure.counted
        parts = parts_of(figure.measure)
    else:
        raise NotFoundError
    if part not in parts:
        raise NotFoundError
    return _Requested(known_on, key, name, definition, kind, part, parts)


def _lines(found: _Requested, ids: Ids) -> list[RecordLine]:
    return list_lines(current_session(), current_actor(), found.kind, ids)


def _report(year: int) -> YearReport:
    check_year(year)
    known_on = requested_day(request.args.get("known", ""))
    return make_year_report(
        current_session(), current_actor(), year, now=current_time(), known_on=known_on
    )


def _known_arguments(figures: HasDay) -> dict[str, str]:
    return {"known": figures.known_on.isoformat()} if figures.known_on else {}


def _targets_page(
    year: int, form: TargetForm, conflict: list[tuple[str, str, str]] | None = None
) -> str:
    session, actor = current_session(), current_actor()
    kept = find_target(session, actor.body_id or 0, year)
    vocabulary = Vocabulary(
        labels={key: title(key) for key in TARGET_KEYS},
        words={key: _target_word(key) for key in TARGET_KEYS},
    )
    entries = list_history(session, "year_target", kept.id) if kept else []
    before = make_year_report(session, actor, year, now=current_time()).counts
    return render_template(
        "statistics/year_targets.html",
        year=year,
        form=form,
        keys=TARGET_KEYS,
        words=words,
        conflict=conflict,
        entries=in_words(entries, {"year_target": vocabulary}),
        definitions=ALL_DEFINITIONS,
        before=before[-2],
    )


def _target_word(key: str) -> Words:
    return lambda value: words.shown(key, value)


def _close_page(year: int, form: CloseYearForm) -> str:
    now = current_time()
    return render_template(
        "statistics/year_close.html",
        report=make_year_report(current_session(), current_actor(), year, now=now),
        form=form,
        words=words,
        definitions=ALL_DEFINITIONS,
        is_over=is_over(year, now),
    )
