"""The page between the draft and its publication: checks, every mail, and the one button."""

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.core.actor import Role
from sme_match.core.errors import ConflictError, InvalidError
from sme_match.events.blueprint import blueprint
from sme_match.events.queries import get_event
from sme_match.events.queries.timetable import load_timetable
from sme_match.events.services.publication import check_publication, preview_mails, publish
from sme_match.meetings.blueprint import current_site
from sme_match.web.access import allow
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.errors import message_of, status_of
from sme_match.web.flashes import flash_done


@blueprint.route("/events/<int:event_id>/publish", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def publish_timetable(event_id: int) -> str | Response | tuple[str, int]:
    """Show what publishing would do, and do it."""
    session, actor, now, site = current_session(), current_actor(), current_time(), current_site()
    error: ConflictError | InvalidError | None = None
    if request.method == "POST":
        revision = request.form.get("revision", -1, type=int)
        try:
            with session.begin_nested():
                count = publish(session, actor, event_id, revision=revision, now=now, site=site)
        except (ConflictError, InvalidError) as refused:
            error = refused
        else:
            flash_done(_("時間割を公開し、%(count)s件の商談をお知らせしました。", count=count))
            return redirect(url_for("events.timetable", event_id=event_id))
    event = get_event(session, actor, event_id, now=now)
    letters = preview_mails(session, actor, event, site=site)
    page = render_template(
        "events/publish.html",
        event=event,
        checks=check_publication(load_timetable(session, event)),
        letters=letters,
        sent=sum(bool(letter.to_address) for letter in letters),
        error=message_of(error) if error else "",
    )
    return page if error is None else (page, status_of(error))
