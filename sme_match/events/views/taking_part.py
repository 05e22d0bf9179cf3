"""A participant's own page of an event: by the link of a mail, or signed in."""

from dataclasses import dataclass
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as WerkzeugResponse

from sme_match.core.actor import Actor, Role
from sme_match.core.errors import InvalidError, NotFoundError
from sme_match.events.blueprint import STAFF, blueprint
from sme_match.events.day import MISSING_AFTER, ROOM_OPENS, is_room_open, phase_of
from sme_match.events.enums import EventState, Side
from sme_match.events.forms.day import ObjectionForm, SubstituteForm
from sme_match.events.models import Event, Participant
from sme_match.events.queries import get_event
from sme_match.events.queries.day import (
    NO_PARTICIPANT,
    Sitting,
    find_own,
    get_sitting,
    get_taking_part,
    list_sittings,
)
from sme_match.events.services import taking_part
from sme_match.meetings import ical
from sme_match.meetings.calendars import entries_for, list_agreed
from sme_match.meetings.enums import MeetingChannel, Party
from sme_match.web.access import allow, public
from sme_match.web.context import current_actor, current_session, current_time, reach
from sme_match.web.flashes import flash_done

Answer = str | WerkzeugResponse | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Visit:
    """Who looks at whose page of which event, and by which way."""

    actor: Actor
    event: Event
    participant: Participant
    token: str | None = None

    @property
    def party(self) -> Party:
        """Return the side of the participant in its meetings."""
        return Party.SME if self.participant.side is Side.SME else Party.BUYER

    def url(self, page: str, *, meeting_id: int | None = None) -> str:
        """Return the address of one of the participant's pages, by the way that it came."""
        values: dict[str, Any] = {} if meeting_id is None else {"meeting_id": meeting_id}
        if self.token is not None:
            return url_for(f"events.{page}_by_link", token=self.token, **values)
        return url_for(f"events.{page}", event_id=self.event.id, **values)


@blueprint.route("/events/<int:event_id>/mine", methods=["GET", "POST"])
@allow(Role.SME)
def mine(event_id: int) -> Answer:
    """Show a signed-in manager the own timetable, or take what the company says to it."""
    return _own_page(_signed_in(event_id))


@blueprint.route("/attend/<token>", methods=["GET", "POST"])
@public
def mine_by_link(token: str) -> Answer:
    """Do the same for the holder of a mail's link."""
    return _own_page(_linked(token))


@blueprint.route("/events/<int:event_id>/mine/<int:meeting_id>", methods=["GET", "POST"])
@allow(Role.SME)
def room(event_id: int, meeting_id: int) -> Answer:
    """Show a signed-in manager the door of one meeting."""
    return _room(_signed_in(event_id), meeting_id)


@blueprint.route("/attend/<token>/<int:meeting_id>", methods=["GET", "POST"])
@public
def room_by_link(token: str, meeting_id: int) -> Answer:
    """Do the same for the holder of a mail's link."""
    return _room(_linked(token), meeting_id)


@blueprint.get("/events/<int:event_id>/calendar.ics")
@allow(*STAFF, Role.SME)
def calendar(event_id: int) -> Response:
    """Give the meetings of an event that the reader may see as a file for calendars."""
    actor = current_actor()
    return _file(actor, get_event(current_session(), actor, event_id, now=current_time()))


@blueprint.get("/attend/<token>/calendar.ics")
@public
def calendar_by_link(token: str) -> Response:
    """Do the same for the holder of a mail's link."""
    visit = _linked(token)
    return _file(visit.actor, visit.event)


def _signed_in(event_id: int) -> Visit:
    session, actor, now = current_session(), current_actor(), current_time()
    event = get_event(session, actor, event_id, now=now)
    participant = find_own(session, actor, event)
    if participant is None:
        raise NotFoundError(NO_PARTICIPANT)
    return Visit(actor, event, participant)


def _linked(token: str) -> Visit:
    session, now = current_session(), current_time()
    actor, participant_id = taking_part.follow_page_link(session, token, now=now)
    reach(actor)
    stored = session.get(Participant, participant_id)
    if stored is None or stored.company_id != actor.company_id:
        raise NotFoundError(NO_PARTICIPANT)
    event = get_event(session, actor, stored.event_id, now=now)
    return Visit(actor, event, get_taking_part(session, event, participant_id), token)


def _own_page(visit: Visit) -> Answer:
    objection, substitute = _forms()
    if request.method == "POST":
        done = _said(visit, objection, substitute)
        if done:
            flash_done(done)
            return redirect(visit.url("mine"))
    published = visit.event.state in {EventState.PUBLISHED, EventState.ENDED}
    rows = list_sittings(current_session(), visit.event, own=visit.participant) if published else []
    now = current_time()
    page = render_template(
        "events/mine.html",
        visit=visit,
        event=visit.event,
        participant=visit.participant,
        rows=rows,
        phases={row.meeting.id: phase_of(row.starts_at, row.ends_at, now=now) for row in rows},
        published=published,
        open=visit.event.state is EventState.PUBLISHED,
        objection=objection,
        substitute=substitute,
        needs_test=any(row.meeting.channel is MeetingChannel.WEB for row in rows),
    )
    return (page, 422) if request.method == "POST" else page


def _forms() -> tuple[ObjectionForm, SubstituteForm]:
    """Return both forms of the page; only the one that was sent holds what was typed."""
    what = request.form.get("do")
    return (
        ObjectionForm() if what != "substitute" else ObjectionForm(formdata=None),
        SubstituteForm() if what != "object" else SubstituteForm(formdata=None),
    )


def _said(visit: Visit, objection: ObjectionForm, substitute: SubstituteForm) -> str:
    """Do what the participant said and return what to tell it; empty when it was refused."""
    session, now = current_session(), current_time()
    ids = (visit.event.id, visit.participant.id)
    match request.form.get("do"):
        case "confirm":
            taking_part.confirm(session, visit.actor, *ids, now=now)
            return str(_("ありがとうございます。この時間割で参加すると受け付けました。"))
        case "tested":
            taking_part.note_connection_test(session, visit.actor, *ids, now=now)
            return str(_("接続の確認が済んだことを記録しました。"))
        case "object" if objection.validate():
            words = objection.words.data
            try:
                taking_part.object_to(session, visit.actor, *ids, words=words, now=now)
            except InvalidError as error:
                objection.refuse(error)
                return ""
            return str(_("お知らせを受け付けました。支援機関の担当者がご連絡します。"))
        case "substitute" if substitute.validate():
            name = substitute.name.data
            taking_part.send_substitute(session, visit.actor, *ids, name=name, now=now)
            return str(_("出席する人を記録しました。"))
        case "object" | "substitute":
            return ""
        case _:
            objection.form_errors.append(_("もう一度、ボタンを押してください。"))
            return ""


def _room(visit: Visit, meeting_id: int) -> Answer:
    session, now = current_session(), current_time()
    if request.method == "POST":
        ids = (visit.event.id, visit.participant.id, meeting_id)
        taking_part.arrive(session, visit.actor, *ids, now=now)
        flash_done(_("入室の合図を送りました。相手が来るまでお待ちください。"))
        return redirect(visit.url("room", meeting_id=meeting_id))
    sitting = get_sitting(session, visit.event, meeting_id, own=visit.participant)
    return render_template(
        "events/room.html",
        visit=visit,
        event=visit.event,
        participant=visit.participant,
        sitting=sitting,
        partner=partner_of(visit, sitting),
        other=Party.BUYER if visit.party is Party.SME else Party.SME,
        phase=phase_of(sitting.starts_at, sitting.ends_at, now=now),
        opens_at=sitting.starts_at - ROOM_OPENS,
        room_open=sitting.stands and is_room_open(sitting.starts_at, sitting.ends_at, now=now),
        call_after=int(MISSING_AFTER.total_seconds() // 60),
        now=now,
    )


def partner_of(visit: Visit, sitting: Sitting) -> str:
    """Return the name of the other side."""
    meeting = sitting.meeting
    return meeting.buyer_name if visit.party is Party.SME else meeting.company_name


@blueprint.app_template_global("event_partner")
def event_partner(visit: Visit, sitting: Sitting) -> str:
    """Return the name of the other side for a row."""
    return partner_of(visit, sitting)


def _file(actor: Actor, event: Event) -> Response:
    meetings = list_agreed(current_session(), actor, event_id=event.id)
    name = f'attachment; filename="event-{event.id}.ics"'
    return Response(
        ical.published(entries_for(actor, meetings)),
        mimetype="text/calendar",
        headers={"Content-Disposition": name},
    )


@blueprint.app_template_global("takes_part_in")
def takes_part_in(event: Event) -> bool:
    """Tell whether the signed-in company has a page of its own in the event."""
    actor = current_actor()
    return actor.role is Role.SME and find_own(current_session(), actor, event) is not None
