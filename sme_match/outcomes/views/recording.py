"""Recording what became of a meeting, and closing a follow-up that nobody answers."""

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.core.actor import Role
from sme_match.core.errors import NotAllowedError
from sme_match.meetings.attempts import DONE, attempt
from sme_match.meetings.blueprint import current_site
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.policy import may_arrange
from sme_match.meetings.queries import get_meeting
from sme_match.meetings.services.changing import ON_THE_DAY
from sme_match.meetings.states import may_step
from sme_match.outcomes.blueprint import blueprint
from sme_match.outcomes.forms import AttendanceForm, CloseForm
from sme_match.outcomes.policy import may_close_follow_up
from sme_match.outcomes.queries import get_follow_up
from sme_match.outcomes.services.attendance import record_attendance
from sme_match.outcomes.services.following import close_follow_up
from sme_match.web.access import allow
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.flashes import flash_done
from sme_match.web.redirects import next_path

Answer = str | Response | tuple[str, int]


@blueprint.route("/outcomes/<int:meeting_id>/attendance", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def attend(meeting_id: int) -> Answer:
    """Record that a meeting was held, or who was absent, or that it is carried over."""
    session, actor, now = current_session(), current_actor(), current_time()
    meeting = get_meeting(session, actor, meeting_id)
    if not may_arrange(actor, meeting):
        raise NotAllowedError
    possible = [state for state in ON_THE_DAY if may_step(meeting.state, state)]
    begun = meeting.starts_at is not None and meeting.starts_at <= now
    if not begun:
        possible = [state for state in possible if state is MeetingState.CARRIED_OVER]
    page = url_for("meetings.show", meeting_id=meeting.id)
    form = AttendanceForm()
    form.result.choices = [
        choice for choice in form.result.choices if MeetingState(choice[0]) in possible
    ]
    if request.method == "GET":
        if not possible:
            flash_done(_("いまの状態では、この操作はできません。"))
            return redirect(page)
        return render_template("outcomes/attend.html", form=form, meeting=meeting)
    status = attempt(
        form,
        lambda: record_attendance(
            session,
            actor,
            meeting_id,
            form.day(),
            version=form.opened_version(),
            now=now,
            site=current_site(),
        ),
    )
    if status != DONE:
        return render_template("outcomes/attend.html", form=form, meeting=meeting), status
    if form.day().result is MeetingState.HELD:
        flash_done(_("実施と記録し、双方に結果の報告をお願いしました。"))
        return redirect(next_path(url_for("outcomes.show", meeting_id=meeting.id)))
    flash_done(_("記録しました。"))
    return redirect(next_path(page))


@blueprint.route("/outcomes/follow-ups/<int:follow_up_id>/close", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def close(follow_up_id: int) -> Answer:
    """Close a follow-up as unknown, with a reason."""
    session, actor = current_session(), current_actor()
    follow_up = get_follow_up(session, actor, follow_up_id)
    if not may_close_follow_up(actor, follow_up.meeting):
        raise NotAllowedError
    form = CloseForm()
    if request.method == "GET":
        return render_template("outcomes/close.html", form=form, follow_up=follow_up)
    status = attempt(
        form,
        lambda: close_follow_up(
            session, actor, follow_up_id, reason=form.reason.data, now=current_time()
        ),
    )
    if status != DONE:
        return render_template("outcomes/close.html", form=form, follow_up=follow_up), status
    flash_done(_("追跡を「不明」として終えました。"))
    return redirect(url_for("outcomes.index", tab="follow_up"))
