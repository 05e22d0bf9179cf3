"""One meeting: its page, its history, its calendar file, and the page to try out the connection."""

from flask import Response, render_template

from sme_match.audit.queries import list_history
from sme_match.core.actor import Role
from sme_match.core.errors import NotFoundError
from sme_match.core.text import mark_text
from sme_match.meetings import ical
from sme_match.meetings.blueprint import STAFF, blueprint, current_site
from sme_match.meetings.enums import MeetingState, Party
from sme_match.meetings.labels import ACTIONS
from sme_match.meetings.messages import calendar_entry, main_contact
from sme_match.meetings.models import Meeting
from sme_match.meetings.policy import are_contacts_visible, is_past, may_arrange, may_prepare, party_of
from sme_match.meetings.queries import find_sheet, get_meeting
from sme_match.meetings.rooms import generated_room_url, new_room_token
from sme_match.meetings.wording import (
    is_over,
    is_room_open,
    partner_of,
    room_opens_at,
    standing_of,
    vocabularies,
)
from sme_match.web.access import allow, public
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.history import in_words


@blueprint.get("/meetings/<int:meeting_id>")
@allow(*STAFF, Role.SME)
def show(meeting_id: int) -> str:
    """Show one meeting to staff of its body and to the companies that take part."""
    meeting = get_meeting(current_session(), current_actor(), meeting_id)
    return render_template("meetings/show.html", **page_of(meeting))


def page_of(meeting: Meeting) -> dict[str, object]:
    """Return what the page of a meeting shows to the signed-in reader."""
    actor, now = current_actor(), current_time()
    party = party_of(actor, meeting)
    return {
        "meeting": meeting,
        "party": party,
        "partner": partner_of(meeting, party),
        "standing": standing_of(meeting, now, party),
        "contacts": _contacts(meeting, party),
        "offers": [offer for offer in meeting.offers if offer.withdrawn_at is None],
        "replies": {reply.party: reply for reply in meeting.replies},
        "may_arrange": may_arrange(actor, meeting),
        "may_prepare": party is not None and may_prepare(meeting),
        "sheet_id": find_sheet(current_session(), actor, meeting),
        "is_staff": actor.is_staff,
        "is_over": is_over(meeting, now),
        "is_past": is_past(meeting, now),
        "begun": meeting.starts_at is not None and meeting.starts_at <= now,
        "room_open": is_room_open(meeting, now),
        "room_opens": room_opens_at(meeting),
    }


def _contacts(meeting: Meeting, party: Party | None) -> dict[Party, object]:
    """Return the person of each side whom the reader may see."""
    contacts: dict[Party, object] = {}
    for side, company, chosen in (
        (Party.SME, meeting.company, meeting.company_contact),
        (Party.BUYER, meeting.buyer, meeting.buyer_contact),
    ):
        if party is None or side is party or are_contacts_visible(company, meeting):
            contacts[side] = chosen or main_contact(company)
    return contacts


@blueprint.get("/meetings/<int:meeting_id>/history")
@allow(*STAFF)
def history(meeting_id: int) -> str:
    """Show staff who did what with the meeting."""
    session = current_session()
    meeting = get_meeting(session, current_actor(), meeting_id)
    entries = in_words(list_history(session, "meeting", meeting.id), vocabularies())
    return render_template(
        "meetings/history.html", meeting=meeting, entries=entries, labels={}, actions=ACTIONS
    )


@blueprint.get("/meetings/<int:meeting_id>/calendar.ics")
@allow(*STAFF, Role.SME)
def calendar(meeting_id: int) -> Response:
    """Give the meeting as a file for the reader's calendar."""
    actor = current_actor()
    meeting = get_meeting(current_session(), actor, meeting_id)
    if meeting.starts_at is None or meeting.ends_at is None:
        raise NotFoundError(mark_text("日時がまだ決まっていないため、予定のファイルはありません。"))
    span = (meeting.starts_at, meeting.ends_at)
    entry = calendar_entry(meeting, party_of(actor, meeting) or Party.BUYER, span, now=current_time())
    if meeting.state is MeetingState.CANCELLED:
        text = ical.cancellation(entry)
    else:
        text = ical.published([entry])
    return Response(
        text,
        mimetype="text/calendar",
        headers={"Content-Disposition": f'attachment; filename="meeting-{meeting.id}.ics"'},
    )


@blueprint.get("/meetings/connection-test")
@public
def connection_test() -> str:
    """Show everybody how to try out camera, microphone and connection before the day."""
    room = generated_room_url(current_site().room_base_url, new_room_token())
    return render_template("meetings/connection_test.html", room=room)
