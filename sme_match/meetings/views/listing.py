"""The lists of meetings, and the accepted proposals nobody has been asked about yet."""

from datetime import datetime

from flask import render_template, request

from sme_match.core.actor import Role
from sme_match.core.clock import last_jst_date
from sme_match.meetings.blueprint import STAFF, blueprint
from sme_match.meetings.enums import MeetingTab
from sme_match.meetings.facts import MeetingFacts
from sme_match.meetings.models import Meeting
from sme_match.meetings.policy import may_open_meeting, party_of
from sme_match.meetings.queries import (
    MeetingFilter,
    count_by_tab,
    find_next_meeting,
    list_meetings,
    list_waiting_proposals,
)
from sme_match.meetings.wording import is_room_open, partner_of, room_opens_at, standing_of
from sme_match.web.access import allow
from sme_match.web.arguments import requested_day
from sme_match.web.context import current_actor, current_session, current_time, find_actor
from sme_match.web.formats import day
from sme_match.web.paging import requested_page

TEXT_LIMIT = 100


def requested_filter(problems: list[str]) -> MeetingFilter:
    """Return the filter of the URL; what cannot be read is named in `problems` and left out."""
    args = request.args
    tabs = {tab.value: tab for tab in MeetingTab}
    return MeetingFilter(
        tab=tabs.get(args.get("tab", ""), _first_tab()),
        text=args.get("q", "")[:TEXT_LIMIT],
        need=args.get("need", "")[:TEXT_LIMIT],
        from_on=requested_day("from", problems),
        to_on=requested_day("to", problems),
    )


def _first_tab() -> MeetingTab:
    """Companies look for what comes next, staff for what waits."""
    return MeetingTab.WAITING if current_actor().is_staff else MeetingTab.COMING


@blueprint.get("/meetings/")
@allow(*STAFF, Role.SME)
def index() -> str:
    """Show the meetings in four lists: to staff those of the body, to managers their own."""
    session, actor, now = current_session(), current_actor(), current_time()
    problems: list[str] = []
    filters = requested_filter(problems)
    coming = None if actor.is_staff else find_next_meeting(session, actor, now=now)
    return render_template(
        "meetings/index.html",
        page=list_meetings(session, actor, filters, page=requested_page(), now=now),
        counts=count_by_tab(session, actor, now=now),
        tabs=list(MeetingTab),
        filters=filters,
        problems=problems,
        coming=coming,
        may_open=may_open_meeting(actor),
    )


@blueprint.get("/meetings/new")
@allow(Role.COORDINATOR)
def choose() -> str:
    """Show the accepted proposals for which no meeting has been opened yet."""
    page = list_waiting_proposals(current_session(), current_actor(), page=requested_page())
    return render_template("meetings/choose.html", page=page)


@blueprint.app_template_global("next_meeting")
def next_meeting() -> Meeting | None:
    """Return the next meeting of the signed-in company, for the card on its own pages."""
    actor = find_actor()
    if actor is None or actor.role is not Role.SME:
        return None
    return find_next_meeting(current_session(), actor, now=current_time())


@blueprint.app_template_filter("last_day")
def last_day(until: datetime | None) -> str:
    """Return the last day before a deadline that falls on midnight: what people call its day."""
    return "" if until is None else day(last_jst_date(until))


@blueprint.app_template_global("meeting_words")
def meeting_words(meeting: MeetingFacts) -> dict[str, object]:
    """Return what a row or card says about a meeting to the signed-in reader."""
    actor, now = current_actor(), current_time()
    party = party_of(actor, meeting)
    return {
        "party": party,
        "partner": partner_of(meeting, party),
        "standing": standing_of(meeting, now, party),
        "room_open": is_room_open(meeting, now),
        "room_opens": room_opens_at(meeting),
    }
