"""The reader's meetings in a calendar program: an address to subscribe to, and files."""

from flask import Response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as WerkzeugResponse

from sme_match.core.actor import Role
from sme_match.meetings import ical
from sme_match.meetings.blueprint import STAFF, blueprint
from sme_match.meetings.calendars import KEPT, entries_for, find_address, list_agreed
from sme_match.meetings.services.feeds import close_feed, follow_feed, open_feed
from sme_match.web.access import allow, public
from sme_match.web.context import current_actor, current_session, current_settings, current_time, reach
from sme_match.web.flashes import flash_done


@blueprint.get("/meetings/calendar")
@allow(*STAFF, Role.SME)
def subscription() -> str:
    """Show whether the own calendar can be subscribed to, and since when."""
    return _page(address="")


@blueprint.post("/meetings/calendar")
@allow(*STAFF, Role.SME)
def subscribe() -> str:
    """Make a new address and show it this once: only its hash is stored."""
    token = open_feed(current_session(), current_actor(), now=current_time())
    path = url_for("meetings.feed", token=token)
    return _page(address=f"{current_settings().base_url}{path}")


@blueprint.post("/meetings/calendar/close")
@allow(*STAFF, Role.SME)
def unsubscribe() -> WerkzeugResponse:
    """Take the address back."""
    if close_feed(current_session(), current_actor(), now=current_time()):
        flash_done(_("予定表のアドレスを取り消しました。登録していた予定表には、もう届きません。"))
    return redirect(url_for("meetings.subscription"))


@blueprint.get("/calendar/<token>.ics")
@public
def feed(token: str) -> Response:
    """Give a calendar program the meetings of the address's owner."""
    session, now = current_session(), current_time()
    actor = follow_feed(session, token, now=now)
    reach(actor)
    meetings = list_agreed(session, actor, since=now - KEPT)
    text = ical.published(entries_for(actor, meetings), name=str(_("商談の予定")))
    return Response(text, mimetype="text/calendar")


def _page(*, address: str) -> str:
    stored = find_address(current_session(), current_actor(), now=current_time())
    return render_template("meetings/calendar.html", stored=stored, address=address)
