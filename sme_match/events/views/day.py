"""The desk's board of the day: who is here, who is missing, what happens with each meeting."""

import hashlib
from dataclasses import dataclass

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as WerkzeugResponse

from sme_match.core.actor import Role
from sme_match.core.clock import jst_date
from sme_match.core.errors import InvalidError, NotAllowedError
from sme_match.events.blueprint import blueprint
from sme_match.events.day import Pair, Presence, fill_ins, is_fill_in_due, on_and_next
from sme_match.events.enums import EventState
from sme_match.events.forms.day import FillInForm, SubstituteForm, WayForm
from sme_match.events.models import Event, EventSlot, Participant
from sme_match.events.policy import may_look_after, may_run, may_see_day_phone, may_staff_desk
from sme_match.events.queries import get_event
from sme_match.events.queries.day import (
    FELL_AWAY,
    Sitting,
    list_open_pairs,
    list_sittings,
    list_taking_part,
    standbys,
)
from sme_match.events.services import desk, filling, taking_part
from sme_match.meetings.blueprint import current_site
from sme_match.meetings.enums import MeetingChannel, Party
from sme_match.web.access import allow
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.errors import message_of
from sme_match.web.flashes import flash_done
from sme_match.web.routing import requested_id

Answer = str | WerkzeugResponse | tuple[str, int]
UNCHANGED = 204
REFRESH_SECONDS = 15
"""How often the page loads itself again where there is no script."""


@dataclass(frozen=True, slots=True)
class SeatSide:
    """One side of a row: who, whether here, and the number to call."""

    party: Party
    participant: Participant
    presence: Presence
    phone: str


@dataclass(frozen=True, slots=True)
class Row:
    """One meeting of the shown slot."""

    sitting: Sitting
    sides: tuple[SeatSide, SeatSide]
    fill_ins: tuple[tuple[Pair, Participant], ...]
    """Who could take over the buyer's time at once."""

    @property
    def is_missing(self) -> bool:
        """Whether somebody has to be called."""
        return any(side.presence is Presence.MISSING for side in self.sides)


@blueprint.get("/events/<int:event_id>/day")
@allow(Role.COORDINATOR)
def day(event_id: int) -> Answer | Response:
    """Show the board; `part` asks for the changing part alone, `state` is what is shown already."""
    event = _event(event_id)
    model = _board(event)
    if "part" not in request.args:
        return render_template("events/day.html", refresh=REFRESH_SECONDS, **model)
    if request.args.get("state") == model["state"]:
        return Response(status=UNCHANGED)
    return render_template("events/_day.html", **model)


@blueprint.post("/events/<int:event_id>/day/participants/<int:participant_id>")
@allow(Role.COORDINATOR)
def check_in(event_id: int, participant_id: int) -> Answer:
    """Note that a participant has come, or take that back."""
    here = request.form.get("here") == "1"
    desk.check_in(
        current_session(),
        current_actor(),
        event_id,
        participant_id,
        here=here,
        seen=request.form.get("seen") == "1",
        now=current_time(),
    )
    flash_done(_("受付を記録しました。") if here else _("受付を取り消しました。"))
    return _back(event_id)


@blueprint.post("/events/<int:event_id>/day/participants/<int:participant_id>/substitute")
@allow(Role.COORDINATOR)
def substitute(event_id: int, participant_id: int) -> Answer:
    """Note who comes in place of the attendee."""
    form = SubstituteForm()
    if not form.validate():
        return _refused(event_id, str(form.name.errors[0]) if form.name.errors else "")
    taking_part.send_substitute(
        current_session(),
        current_actor(),
        event_id,
        participant_id,
        name=form.name.data,
        now=current_time(),
    )
    flash_done(_("出席する人を記録しました。"))
    return _back(event_id)


@blueprint.post("/events/<int:event_id>/day/participants/<int:participant_id>/link")
@allow(Role.COORDINATOR)
def page_link(event_id: int, participant_id: int) -> Answer:
    """Mail a participant a new link to its own page; earlier links stop working."""
    sent = desk.send_page(
        current_session(),
        current_actor(),
        event_id,
        participant_id,
        now=current_time(),
        site=current_site(),
    )
    flash_done(
        _("ページのリンクをメールで送りました。前のリンクは使えなくなりました。")
        if sent
        else _("メールアドレスが登録されていないため、送れませんでした。")
    )
    return _back(event_id)


@blueprint.post("/events/<int:event_id>/day/meetings/<int:meeting_id>/<any(sme, buyer):side>")
@allow(Role.COORDINATOR)
def mark_side(event_id: int, meeting_id: int, side: str) -> Answer:
    """Note that a side has come to its meeting, or take that back."""
    here = request.form.get("here") == "1"
    desk.mark_side(
        current_session(),
        current_actor(),
        event_id,
        meeting_id,
        Party(side),
        here=here,
        seen=request.form.get("seen") == "1",
        now=current_time(),
    )
    flash_done(_("来たことを記録しました。") if here else _("来たことの記録を取り消しました。"))
    return _back(event_id)


@blueprint.post("/events/<int:event_id>/day/meetings/<int:meeting_id>/way")
@allow(Role.COORDINATOR)
def switch_way(event_id: int, meeting_id: int) -> Answer:
    """Let a meeting go on by web, in person or by phone."""
    form = WayForm()
    if not form.validate():
        return _refused(event_id, _("方法を選んでください。"))
    try:
        desk.switch_way(
            current_session(),
            current_actor(),
            event_id,
            meeting_id,
            desk.Way(*form.way()),
            version=form.opened_version(),
            now=current_time(),
            site=current_site(),
        )
    except InvalidError as error:
        return _refused(event_id, message_of(error))
    flash_done(_("方法を変え、双方にお知らせしました。"))
    return _back(event_id)


@blueprint.post("/events/<int:event_id>/day/meetings/<int:meeting_id>/fill-in")
@allow(Role.COORDINATOR)
def fill_in(event_id: int, meeting_id: int) -> Answer:
    """Give the place of a meeting that fell away to an SME that is free now."""
    form = FillInForm()
    if not form.validate():
        return _refused(event_id, _("入れる受託側を選んでください。"))
    try:
        # A refusal takes back what was freed for it: the board is drawn from the same transaction.
        with current_session().begin_nested():
            filling.fill_in(
                current_session(),
                current_actor(),
                event_id,
                meeting_id,
                form.candidate.data or 0,
                version=form.opened_version(),
                now=current_time(),
                site=current_site(),
            )
    except InvalidError as error:
        return _refused(event_id, message_of(error))
    flash_done(_("空いたコマに入れ、双方にお知らせしました。"))
    return _back(event_id)


def _event(event_id: int) -> Event:
    actor = current_actor()
    event = get_event(current_session(), actor, event_id, now=current_time())
    if not may_staff_desk(actor, event):
        raise NotAllowedError
    return event


def _board(event: Event) -> dict[str, object]:
    session, actor, now = current_session(), current_actor(), current_time()
    published = event.state in {EventState.PUBLISHED, EventState.ENDED}
    sittings = list_sittings(session, event) if published else []
    people = list_taking_part(session, event)
    slots = list(event.slots)
    on, coming = on_and_next([(slot.starts_at, slot.ends_at) for slot in slots], now=now)
    wished = requested_id("slot")
    shown = next((slot for slot in slots if slot.id == wished), None) or _first(slots, on, coming)
    rows = _rows(event, sittings, people, shown) if shown else []
    today = jst_date(now) in {day.date for day in event.days}
    phones = {
        each.id: each.day_phone
        for each in people
        if may_see_day_phone(actor, event, each, on_the_day=today)
    }
    model: dict[str, object] = {
        "event": event,
        "slots": slots,
        "shown": shown,
        "on": slots[on] if on is not None else None,
        "coming": slots[coming] if coming is not None else None,
        "rows": rows,
        "people": people,
        "phones": phones,
        "own_people": {each.id for each in people if may_look_after(actor, each)},
        "objections": [each for each in people if each.objection and each.id in phones],
        "runs": may_run(actor, event),
        "open": event.state is EventState.PUBLISHED,
        "published": published,
        "channels": list(MeetingChannel),
        "wished": wished,
        "now": now,
    }
    return model | {"state": _state(event, shown, rows, people)}


def _first(slots: list[EventSlot], on: int | None, coming: int | None) -> EventSlot | None:
    if not slots:
        return None
    if on is not None:
        return slots[on]
    return slots[coming] if coming is not None else slots[-1]


def _rows(
    event: Event, sittings: list[Sitting], people: list[Participant], slot: EventSlot
) -> list[Row]:
    session, actor, now = current_session(), current_actor(), current_time()
    today = jst_date(now) in {day.date for day in event.days}
    pairs = list_open_pairs(session, event)
    ready = standbys(event, people, sittings, slot)
    by_id = {each.id: each for each in people}
    rows = []
    for sitting in (each for each in sittings if each.starts_at == slot.starts_at):
        sides = tuple(
            SeatSide(
                party,
                participant := sitting.side(party),
                sitting.presence(party, now),
                participant.day_phone
                if may_see_day_phone(actor, event, participant, on_the_day=today)
                else "",
            )
            for party in (Party.BUYER, Party.SME)
        )
        buyer, sme = sides
        gone = sitting.meeting.state in FELL_AWAY and sitting.placement is not None
        free = gone or (sitting.stands and sme.presence is Presence.MISSING)
        due = is_fill_in_due(
            buyer_free=free and buyer.presence is Presence.HERE,
            starts_at=sitting.starts_at,
            ends_at=sitting.ends_at,
            now=now,
        )
        found = fill_ins(sitting.buyer.id, pairs, ready) if due else ()
        rows.append(Row(sitting, (buyer, sme), tuple((pair, by_id[pair.sme]) for pair in found)))
    return sorted(rows, key=lambda row: (not row.is_missing, row.sitting.meeting.id))


def _state(event: Event, shown: EventSlot | None, rows: list[Row], people: list[Participant]) -> str:
    """Return a mark that differs whenever the board would show something else."""
    facts = [
        event.revision,
        event.state,
        shown.id if shown else 0,
        [
            (
                row.sitting.meeting.id,
                row.sitting.meeting.version,
                [side.presence for side in row.sides],
                [pair.candidate for pair, _sme in row.fill_ins],
            )
            for row in rows
        ],
        [(each.id, each.version) for each in people],
    ]
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def _back(event_id: int) -> WerkzeugResponse:
    slot = request.form.get("slot", "")
    shown = slot if slot.isascii() and slot.isdigit() and slot != "0" else None
    return redirect(url_for("events.day", event_id=event_id, slot=shown))


def _refused(event_id: int, message: str) -> tuple[str, int]:
    """Show the board again with what stood against it."""
    model = _board(_event(event_id))
    return render_template("events/day.html", refresh=0, refusal=message, **model), 422


@blueprint.app_template_global("is_at_desk_of")
def is_at_desk_of(event: Event) -> bool:
    """Tell whether the signed-in reader works at the desk of the event."""
    return may_staff_desk(current_actor(), event)
