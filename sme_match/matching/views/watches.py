"""Watches: being told by mail when one more company passes a need."""

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.core.actor import Role
from sme_match.matching.blueprint import blueprint
from sme_match.matching.watches import list_watches, start_watch, stop_watch
from sme_match.needs.enums import NeedState
from sme_match.web.access import allow
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.flashes import flash_done


@blueprint.get("/matching/watches")
@allow(Role.COORDINATOR)
def watches() -> str:
    """List what the coordinator watches."""
    return render_template(
        "matching/watches.html",
        watches=list_watches(current_session(), current_actor()),
        open_state=NeedState.OPEN,
    )


@blueprint.post("/needs/<int:need_id>/watch")
@allow(Role.COORDINATOR)
def watch(need_id: int) -> Response:
    """Begin to tell the coordinator of companies that newly pass the need."""
    start_watch(current_session(), current_actor(), need_id=need_id, now=current_time())
    flash_done(_("新しく合う企業が登録されたら、メールでお知らせします。"))
    return redirect(url_for("matching.review", need_id=need_id))


@blueprint.post("/needs/<int:need_id>/unwatch")
@allow(Role.COORDINATOR)
def unwatch(need_id: int) -> Response:
    """Tell the coordinator no more."""
    need = stop_watch(current_session(), current_actor(), need_id=need_id, now=current_time())
    flash_done(_("「%(title)s」の知らせを止めました。", title=need.title))
    return redirect(url_for("matching.watches"))
