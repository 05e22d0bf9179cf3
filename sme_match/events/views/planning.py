"""Planning an event: writing and changing it, its history, calling it off."""

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.audit.queries import list_history
from sme_match.core.actor import Role
from sme_match.core.errors import InvalidError, NotAllowedError, StaleVersionError
from sme_match.events.attempts import DONE, attempt
from sme_match.events.blueprint import STAFF, blueprint
from sme_match.events.forms.planning import CancelEventForm, EventForm
from sme_match.events.history_words import ACTIONS, vocabularies
from sme_match.events.models import Event
from sme_match.events.policy import is_open, may_run
from sme_match.events.queries import get_event
from sme_match.events.services.cancelling import cancel_event
from sme_match.events.services.planning import create_event, edit_event, known_bodies
from sme_match.meetings.blueprint import current_site
from sme_match.web.access import allow
from sme_match.web.conflicts import differences
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.flashes import flash_done
from sme_match.web.history import in_words

Page = str | Response | tuple[str, int]


@blueprint.route("/events/new", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def create() -> Page:
    """Plan a new event."""
    session, actor = current_session(), current_actor()
    form = EventForm(known_bodies(session, except_id=actor.body_id or 0))
    if not form.is_submitted():
        return _edit_page(form, None)
    if form.validate():
        try:
            event = create_event(session, actor, form.draft(), now=current_time())
        except InvalidError as error:
            form.refuse(error)
        else:
            flash_done(_("「%(name)s」を作りました。次に委託側の企業を招きます。", name=event.name))
            return redirect(url_for("events.show", event_id=event.id))
    return _edit_page(form, None), 422


@blueprint.route("/events/<int:event_id>/edit", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def edit(event_id: int) -> Page:
    """Change the plan of an event."""
    session, actor, now = current_session(), current_actor(), current_time()
    event = get_event(session, actor, event_id, now=now)
    if not may_run(actor, event):
        raise NotAllowedError
    form = EventForm(known_bodies(session, except_id=event.body_id))
    if not form.is_submitted():
        form.show(event)
        return _edit_page(form, event)
    if not form.validate():
        return _edit_page(form, event), 422
    try:
        edit_event(
            session, actor, event_id, form.draft(),
            version=form.opened_version(), now=now, site=current_site(),
        )  # fmt: skip
    except InvalidError as error:
        form.refuse(error)
        return _edit_page(form, event), 422
    except StaleVersionError:
        return _conflict_page(form, event), 409
    flash_done(_("保存しました。"))
    return redirect(url_for("events.show", event_id=event_id))


@blueprint.route("/events/<int:event_id>/cancel", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def cancel(event_id: int) -> Page:
    """Call an event off."""
    session, actor, now = current_session(), current_actor(), current_time()
    event = get_event(session, actor, event_id, now=now)
    if not may_run(actor, event):
        raise NotAllowedError
    form = CancelEventForm()
    if not form.is_submitted():
        if not is_open(event):
            return redirect(url_for("events.show", event_id=event_id))
        return render_template("events/cancel.html", event=event, form=form)
    status = attempt(
        form,
        lambda: cancel_event(
            session, actor, event_id, reason=form.reason.data, version=form.opened_version(), now=now
        ),
    )
    if status != DONE:
        return render_template("events/cancel.html", event=event, form=form), status
    flash_done(_("中止にして、参加企業へのメールを用意しました。"))
    return redirect(url_for("events.show", event_id=event_id))


@blueprint.get("/events/<int:event_id>/history")
@allow(*STAFF)
def history(event_id: int) -> str:
    """Show staff who changed what of the event."""
    session = current_session()
    event = get_event(session, current_actor(), event_id, now=current_time())
    entries = in_words(list_history(session, "event", event.id), vocabularies(), hidden={"change"})
    return render_template("events/history.html", event=event, entries=entries, actions=ACTIONS)


def _edit_page(form: EventForm, event: Event | None, **more: object) -> str:
    return render_template("events/edit.html", form=form, event=event, **more)


def _conflict_page(form: EventForm, event: Event) -> str:
    session = current_session()
    stored = EventForm([])
    stored.host_ids.choices = form.host_ids.choices
    stored.show(event)
    conflict = differences(form, stored)
    form.version.data = str(event.version)
    last = list_history(session, "event", event.id)[:1]
    return _edit_page(form, event, conflict=conflict, last=last)
