"""Moving a meeting, changing how and where the sides meet, and calling it off."""

from collections.abc import Callable

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.core.actor import Role
from sme_match.core.clock import jst_date, to_jst
from sme_match.core.errors import NotAllowedError
from sme_match.meetings.attempts import DONE, attempt
from sme_match.meetings.blueprint import blueprint, current_site
from sme_match.meetings.enums import MeetingState, RoomKind
from sme_match.meetings.errors import PastMeetingError
from sme_match.meetings.forms import CancelForm, MoveForm, PlaceForm
from sme_match.meetings.models import Meeting
from sme_match.meetings.offers import MINUTES
from sme_match.meetings.policy import is_past, may_arrange
from sme_match.meetings.queries import get_meeting
from sme_match.meetings.services.changing import cancel_meeting, change_place, move_meeting
from sme_match.meetings.states import may_step
from sme_match.web.access import allow
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.errors import message_of
from sme_match.web.fields import EditForm
from sme_match.web.flashes import flash_done

Answer = str | Response | tuple[str, int]


@blueprint.route("/meetings/<int:meeting_id>/move", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def move(meeting_id: int) -> Answer:
    """Give a confirmed meeting another time and tell both sides."""
    meeting = _arranged(meeting_id)
    form = MoveForm()
    if not form.is_submitted() and meeting.starts_at and meeting.ends_at:
        form.day.process_data(jst_date(meeting.starts_at))
        form.time.data = f"{to_jst(meeting.starts_at):%H:%M}"
        minutes = int((meeting.ends_at - meeting.starts_at).total_seconds()) // 60
        form.minutes.data = str(minutes if minutes in MINUTES else 30)
    return _change(
        meeting,
        form,
        "meetings/move.html",
        lambda: move_meeting(
            current_session(),
            current_actor(),
            meeting_id,
            starts_at=form.starts_at(),
            minutes=int(form.minutes.data),
            version=form.opened_version(),
            now=current_time(),
            site=current_site(),
        ),
        possible=meeting.state is MeetingState.CONFIRMED,
        done=_("日時を変え、双方にお知らせしました。"),
    )


@blueprint.route("/meetings/<int:meeting_id>/place", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def place(meeting_id: int) -> Answer:
    """Change how and where the sides meet, or paste another link."""
    meeting = _arranged(meeting_id)
    form = PlaceForm()
    if not form.is_submitted():
        form.show(meeting)
        if meeting.room_kind is not RoomKind.PASTED:
            form.room_url.data = ""
    return _change(
        meeting,
        form,
        "meetings/place.html",
        lambda: change_place(
            current_session(),
            current_actor(),
            meeting_id,
            form.place(),
            version=form.opened_version(),
            now=current_time(),
            site=current_site(),
        ),
        possible=meeting.state in {MeetingState.ASKED, MeetingState.CONFIRMED},
        done=_("方法・場所を変えました。"),
    )


@blueprint.route("/meetings/<int:meeting_id>/cancel", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def cancel(meeting_id: int) -> Answer:
    """Call a meeting or a request off, with a reason."""
    meeting = _arranged(meeting_id)
    form = CancelForm()
    return _change(
        meeting,
        form,
        "meetings/cancel.html",
        lambda: cancel_meeting(
            current_session(),
            current_actor(),
            meeting_id,
            reason=form.reason.data,
            version=form.opened_version(),
            now=current_time(),
        ),
        possible=may_step(meeting.state, MeetingState.CANCELLED),
        done=_("商談を取りやめ、双方にお知らせしました。"),
    )


def _arranged(meeting_id: int) -> Meeting:
    actor = current_actor()
    meeting = get_meeting(current_session(), actor, meeting_id)
    if not may_arrange(actor, meeting):
        raise NotAllowedError
    return meeting


def _change(
    meeting: Meeting,
    form: EditForm,
    template: str,
    act: Callable[[], object],
    *,
    possible: bool,
    done: str,
) -> Answer:
    """Show the form, or do what it says; a form that cannot be used now leads to the meeting."""
    page = url_for("meetings.show", meeting_id=meeting.id)
    if request.method == "GET":
        if is_past(meeting, current_time()):
            flash_done(message_of(PastMeetingError()))
            return redirect(page)
        if possible:
            return render_template(template, form=form, meeting=meeting)
        flash_done(_("いまの状態では、この操作はできません。"))
        return redirect(page)
    status = attempt(form, act)
    if status != DONE:
        return render_template(template, form=form, meeting=meeting), status
    flash_done(done)
    return redirect(page)
