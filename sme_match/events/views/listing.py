"""The lists of events, and the page of one event."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby

from flask import render_template, request
from flask_babel import gettext as _

from sme_match.core.actor import Role
from sme_match.core.clock import jst_date
from sme_match.core.fiscal_year import era_year
from sme_match.events.blueprint import STAFF, blueprint
from sme_match.events.enums import EventState, EventTab
from sme_match.events.labels import MODES
from sme_match.events.models import Event, EventSlot
from sme_match.events.policy import is_call_open, may_plan, may_run
from sme_match.events.queries import get_event
from sme_match.events.queries.listing import EventFilter, count_by_tab, list_events
from sme_match.events.queries.participants import find_part
from sme_match.web.access import allow
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.formats import day
from sme_match.web.labels import choices
from sme_match.web.languages import current_language
from sme_match.web.paging import requested_page

CHIPS = {
    EventState.PREPARING: "wa",
    EventState.PUBLISHED: "ok",
    EventState.ENDED: "",
    EventState.CANCELLED: "ng",
}


@blueprint.get("/events/")
@allow(*STAFF, Role.SME)
def index() -> str:
    """Show the events: to staff those of their body, to managers those they may take part in."""
    session, actor, now = current_session(), current_actor(), current_time()
    filters = EventFilter.of(request.args)
    return render_template(
        "events/index.html",
        page=list_events(session, actor, filters, page=requested_page(), now=now),
        counts=count_by_tab(session, actor, filters, now=now),
        tabs=list(EventTab),
        filters=filters,
        modes=choices(MODES, empty=_("すべて")),
        may_plan=may_plan(actor),
    )


@blueprint.get("/events/<int:event_id>")
@allow(*STAFF, Role.SME)
def show(event_id: int) -> str:
    """Show one event."""
    session, actor, now = current_session(), current_actor(), current_time()
    event = get_event(session, actor, event_id, now=now)
    return render_template(
        "events/show.html",
        event=event,
        staff=actor.is_staff,
        may_run=may_run(actor, event),
        call_open=is_call_open(event, now),
        part=find_part(session, event, actor.company_id) if actor.company_id else None,
    )


@blueprint.app_template_filter("event_days")
def event_days(event: Event) -> str:
    """Return the days of an event in both calendars; each year's era stands once."""
    if not event.days:
        return str(_("日程は未定です"))
    era = era_year(event.days[0].date)
    days = "、".join(day(each.date) for each in event.days)
    return f"{days}（{era.label(current_language())}）" if era else days


@blueprint.app_template_filter("slots_by_day")
def slots_by_day(slots: Iterable[EventSlot]) -> list[tuple[date, list[EventSlot]]]:
    """Return the slots of each day in Japan."""
    return [(on, list(each)) for on, each in groupby(slots, key=lambda slot: jst_date(slot.starts_at))]


@blueprint.app_template_filter("event_chip")
def event_chip(event: Event) -> str:
    """Return the colour of the chip of the state."""
    return CHIPS[event.state]


@blueprint.app_template_filter("event_name")
def event_name(event: Event) -> str:
    """Return the name in the reader's language, where there is one."""
    return event.name if current_language() == "ja" else event.name_en or event.name
