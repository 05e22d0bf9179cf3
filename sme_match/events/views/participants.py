"""Who takes part: the lists of both sides, one participant, deciding about it."""

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.audit.queries import list_history
from sme_match.core.actor import Role
from sme_match.core.errors import NotAllowedError
from sme_match.core.text import normalize_width
from sme_match.events.attempts import DONE, attempt
from sme_match.events.blueprint import STAFF, blueprint
from sme_match.events.enums import EventState, ParticipantState, Side
from sme_match.events.forms.applying import AcceptForm, ReasonForm
from sme_match.events.history_words import ACTIONS, vocabularies
from sme_match.events.policy import is_open, may_look_after, may_plan
from sme_match.events.queries import get_event
from sme_match.events.queries.participants import (
    find_own_companies,
    get_participant,
    list_participants,
    list_unnamed,
    list_wishes,
)
from sme_match.events.services.deciding import accept, refuse, withdraw
from sme_match.meetings.blueprint import current_site
from sme_match.web.access import allow
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.flashes import flash_done
from sme_match.web.history import in_words

Page = str | Response | tuple[str, int]
KEYWORD_LIMIT = 100


def requested_side() -> Side:
    """Return the side of the URL; buyers first."""
    return Side.SME if request.args.get("side") == Side.SME.value else Side.BUYER


@blueprint.get("/events/<int:event_id>/participants")
@allow(*STAFF)
def participants(event_id: int) -> str:
    """Show the companies of one side to the staff of the hosts."""
    session, actor, now = current_session(), current_actor(), current_time()
    event = get_event(session, actor, event_id, now=now)
    lists = {side: list_participants(session, event, side) for side in Side}
    return render_template(
        "events/participants.html",
        event=event,
        side=requested_side(),
        lists=lists,
        states=ParticipantState,
        own_body=actor.body_id,
        unnamed=list_unnamed(session, actor, event),
        may_add=may_plan(actor) and is_open(event),
    )


@blueprint.get("/events/<int:event_id>/companies")
@allow(Role.COORDINATOR)
def choose_company(event_id: int) -> str:
    """Find a company of the own body that does not take part yet."""
    session, actor, now = current_session(), current_actor(), current_time()
    event = get_event(session, actor, event_id, now=now)
    text, side = normalize_width(request.args.get("q", ""))[:KEYWORD_LIMIT], requested_side()
    return render_template(
        "events/choose_company.html",
        event=event,
        side=side,
        text=text,
        found=find_own_companies(session, actor, event, text, side=side),
    )


@blueprint.get("/events/participants/<int:participant_id>")
@allow(*STAFF)
def participant(participant_id: int) -> str:
    """Show one company's part to the staff of the body that looks after it."""
    session, actor, now = current_session(), current_actor(), current_time()
    part = get_participant(session, actor, participant_id, now=now)
    event = get_event(session, actor, part.event_id, now=now)
    entries = list_history(session, "event_participant", part.id)
    return render_template(
        "events/participant.html",
        event=event,
        part=part,
        wishes=list_wishes(session, part) if part.side is Side.SME else [],
        taken={row.slot_id for row in part.unavailable},
        entries=in_words(entries, vocabularies()),
        actions=ACTIONS,
        may_decide=may_look_after(actor, part) and is_open(event),
    )


@blueprint.route(
    "/events/participants/<int:participant_id>/<any(accept,refuse,withdraw):decision>",
    methods=["GET", "POST"],
)
@allow(Role.COORDINATOR)
def decide(participant_id: int, decision: str) -> Page:
    """Accept, refuse or withdraw a company of the own body."""
    session, actor, now = current_session(), current_actor(), current_time()
    part = get_participant(session, actor, participant_id, now=now)
    if not may_look_after(actor, part):
        raise NotAllowedError
    event = get_event(session, actor, part.event_id, now=now)
    form = AcceptForm() if decision == "accept" else ReasonForm()
    status = DONE
    if form.is_submitted():
        released: list[int] = []
        status = attempt(form, lambda: released.append(_decide(participant_id, decision, form)))
        if status == DONE:
            flash_done(_("「%(name)s」について記録しました。", name=part.company.name))
            if any(released) and event.state is EventState.PUBLISHED:
                flash_done(_("商談%(count)s件を取りやめ、双方に知らせました。", count=released[0]))
                flash_done(_("空いた時間を埋める案を計算しています。動く商談がいちばん少ない案です。"))
                return redirect(url_for("events.runs", event_id=event.id))
            return redirect(url_for("events.participants", event_id=event.id, side=part.side.value))
    page = render_template("events/decide.html", event=event, part=part, form=form, decision=decision)
    return page, status


def _decide(participant_id: int, decision: str, form: AcceptForm | ReasonForm) -> int:
    """Decide and return how many meetings left the timetable."""
    session, actor, now = current_session(), current_actor(), current_time()
    if not isinstance(form, ReasonForm):
        accept(session, actor, participant_id, now=now)
        return 0
    act = refuse if decision == "refuse" else withdraw
    return act(session, actor, participant_id, reason=form.reason.data, now=now, site=current_site())
