"""Official series that administrators bring in: the list, what stands beside the figures, removal."""

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from sme_match.audit.queries import list_history
from sme_match.core.actor import Role
from sme_match.core.errors import InvalidError, StaleVersionError
from sme_match.statistics.blueprint import blueprint
from sme_match.statistics.forms import SeriesForm
from sme_match.statistics.imported.queries import get_series_row, list_imported
from sme_match.statistics.imported.register import OFFICIAL
from sme_match.statistics.imported.services import create_series, edit_series, remove_series
from sme_match.statistics.words import _
from sme_match.web.access import allow
from sme_match.web.conflicts import differences
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.flashes import flash_done
from sme_match.web.history import Vocabulary, in_words

Page = str | Response | tuple[str, int]
EDIT = "statistics/series_edit.html"


@blueprint.get("/official/series")
@allow(Role.ADMINISTRATOR)
def imported() -> str:
    """Show the series that were brought in, for administrators."""
    return render_template(
        "statistics/series.html", rows=list_imported(current_session()), register=OFFICIAL
    )


@blueprint.route("/official/series/new", methods=["GET", "POST"])
@allow(Role.ADMINISTRATOR)
def create_imported() -> Page:
    """Describe a new series, for administrators; choosing its file comes next."""
    form = SeriesForm()
    if not form.is_submitted():
        return render_template(EDIT, form=form, row=None)
    if form.validate():
        try:
            made = create_series(current_session(), current_actor(), form.draft(), now=current_time())
        except InvalidError as error:
            form.refuse(error)
        else:
            flash_done(
                _("「%(title)s」を用意しました。次に値のファイルを選んでください。", title=made.title)
            )
            return redirect(url_for("registers.choose", register=f"{OFFICIAL}-{made.id}"))
    return render_template(EDIT, form=form, row=None), 422


@blueprint.route("/official/series/<int:series_id>", methods=["GET", "POST"])
@allow(Role.ADMINISTRATOR)
def edit_imported(series_id: int) -> Page:
    """Change what stands beside the figures of a series, for administrators."""
    session, actor = current_session(), current_actor()
    row, form = get_series_row(session, series_id), SeriesForm()
    entries = in_words(
        list_history(session, "official_series", series_id),
        {"official_series": Vocabulary(labels={}, words={})},
    )
    page = {"form": form, "row": row, "entries": entries, "register": f"{OFFICIAL}-{series_id}"}
    if not form.is_submitted():
        form.show_series(row.series)
        return render_template(EDIT, **page)
    if not form.validate():
        return render_template(EDIT, **page), 422
    try:
        edit_series(
            session,
            actor,
            series_id,
            form.draft(),
            version=form.opened_version(),
            now=current_time(),
        )
    except InvalidError as error:
        form.refuse(error)
        return render_template(EDIT, **page), 422
    except StaleVersionError:
        stored = SeriesForm()
        stored.show_series(row.series)
        conflict = differences(form, stored)
        form.version.data = str(row.series.version)
        return render_template(EDIT, **page, conflict=conflict), 409
    flash_done(_("保存しました。"))
    return redirect(url_for("statistics.imported"))


@blueprint.post("/official/series/<int:series_id>/remove")
@allow(Role.ADMINISTRATOR)
def remove_imported(series_id: int) -> Response:
    """Remove a series with its figures."""
    gone = remove_series(current_session(), current_actor(), series_id, now=current_time())
    flash_done(_("「%(title)s」を削除しました。", title=gone.title))
    return redirect(url_for("statistics.imported"))
