"""Who may do what with a meeting. The whole policy on one page.

Staff of the body that owns the meeting see it, and its coordinators arrange it. A company sees the
meetings it takes part in, from the moment it is asked; the holder of a signed link acts as its
company.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, or_, true

from sme_match.companies.enums import Visibility
from sme_match.companies.models import Company
from sme_match.core.actor import Actor, Role
from sme_match.core.errors import ConflictError
from sme_match.core.text import mark_text
from sme_match.meetings.enums import MeetingState, Party
from sme_match.meetings.errors import PastMeetingError
from sme_match.meetings.facts import Sides
from sme_match.meetings.models import Meeting


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a meeting may be seen by the actor."""
    if actor.role is Role.SYSTEM:
        return true()
    if actor.is_staff:
        return Meeting.body_id == (actor.body_id or 0)
    if actor.role in {Role.SME, Role.BUYER}:
        own = actor.company_id or 0
        return and_(
            or_(Meeting.company_id == own, Meeting.buyer_id == own),
            Meeting.state != MeetingState.PROPOSED,
        )
    return false()


def may_open_meeting(actor: Actor) -> bool:
    """Coordinators open meetings for their body."""
    return actor.role is Role.COORDINATOR and actor.body_id is not None


def may_arrange(actor: Actor, meeting: Meeting) -> bool:
    """The coordinators of the owner body move, change, cancel and record meetings."""
    return actor.role is Role.COORDINATOR and actor.body_id == meeting.body_id


def party_of(actor: Actor, meeting: Sides) -> Party | None:
    """Return the side on which the actor takes part; None for staff."""
    if actor.role not in {Role.SME, Role.BUYER} or actor.company_id is None:
        return None
    if actor.company_id == meeting.company_id:
        return Party.SME
    return Party.BUYER if actor.company_id == meeting.buyer_id else None


def is_past(meeting: Meeting, now: datetime) -> bool:
    """Tell whether the agreed time is over and nobody has recorded yet what became of it."""
    return (
        meeting.state is MeetingState.CONFIRMED
        and meeting.ends_at is not None
        and meeting.ends_at <= now
    )


def check_not_past(meeting: Meeting, now: datetime) -> None:
    """Refuse to move or call off what already took place or did not.

    Raises:
        PastMeetingError: when the agreed time is over.
    """
    if is_past(meeting, now):
        raise PastMeetingError


def is_of_timetable(meeting: Meeting) -> bool:
    """Tell whether the timetable of an event says when it is: until it is put off from there.

    Times are offered, and with them a day to answer by, only to what has left the timetable.
    """
    put_off = meeting.state is MeetingState.CARRIED_OVER or meeting.answer_by is not None
    return meeting.event_id is not None and not put_off


def has_left_event() -> ColumnElement[bool]:
    """Return the condition that a meeting of an event was put off and is arranged by itself since."""
    return Meeting.answer_by.is_not(None)


def check_no_event(meeting: Meeting) -> None:
    """Refuse to give a meeting of an event another time, or none, behind the back of its timetable.

    Raises:
        ConflictError: when it belongs to an event and was not put off from there.
    """
    if is_of_timetable(meeting):
        # Its slot, desk and limits are rules of the event, which this package does not know.
        raise ConflictError(
            mark_text("商談会の商談です。移動と取りやめは、商談会の時間割で行ってください。")
        )


def may_reply_as(actor: Actor, meeting: Meeting, party: Party) -> bool:
    """Each side replies for itself; coordinators write down what a side said on the phone."""
    return may_arrange(actor, meeting) or party_of(actor, meeting) is party


def may_see_history(actor: Actor, meeting: Meeting) -> bool:
    """The log names people of both sides: it is for staff of the body."""
    return actor.is_staff and actor.body_id == meeting.body_id


def is_buyer_revealed(meeting: Sides) -> bool:
    """An anonymous buyer is named to the SME once both sides have agreed on a time."""
    return not meeting.buyer_anonymous or meeting.confirmed_at is not None


def are_contacts_visible(company: Company, meeting: Meeting) -> bool:
    """The other side sees people and numbers as the company chose, and not before both agreed."""
    return meeting.confirmed_at is not None and company.contact_visibility is not Visibility.BODIES


def are_capabilities_visible(company: Company, meeting: Meeting) -> bool:
    """The buyer sees what the company registered as the company chose, and not before both agreed."""
    return meeting.confirmed_at is not None and company.profile_visibility is not Visibility.BODIES


def may_prepare(meeting: Meeting) -> bool:
    """Conditions and open questions are for the two sides of a meeting that is settled or was held."""
    settled = meeting.state in {MeetingState.CONFIRMED, MeetingState.HELD}
    return settled and meeting.proposal_id is not None
