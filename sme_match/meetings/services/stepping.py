"""Taking a meeting from one state to the next, in step with the proposal it came from."""

from sqlalchemy.orm import Session

from sme_match.matching.services.holding import hold_for_meeting, release_from_meeting
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import Meeting
from sme_match.meetings.states import OPEN, check_step


def step_to(session: Session, meeting: Meeting, state: MeetingState) -> None:
    """Give the meeting its next state; its proposal is held while the meeting may take place.

    Raises:
        ConflictError: when the table of steps has no such step, or the meeting may take place again
            but its proposal is not accepted any more.
    """
    check_step(meeting.state, state)
    if meeting.proposal_id is not None:
        if state in OPEN:
            hold_for_meeting(session, proposal_id=meeting.proposal_id, meeting_id=meeting.id)
        else:
            release_from_meeting(session, proposal_id=meeting.proposal_id, meeting_id=meeting.id)
    meeting.state = state
