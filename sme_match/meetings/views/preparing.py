"""What the two sides of a confirmed meeting prepare with: conditions and questions, never scores.

The reason sheet itself stays with the body: its score, words and notes are for nobody else.
"""

from flask import render_template
from sqlalchemy.orm import Session

from sme_match.core.actor import Role
from sme_match.core.errors import NotFoundError
from sme_match.core.text import mark_text
from sme_match.matching.models import Proposal
from sme_match.matching.sheets import prepare
from sme_match.meetings.blueprint import blueprint
from sme_match.meetings.enums import Party
from sme_match.meetings.models import Meeting
from sme_match.meetings.policy import are_capabilities_visible, may_prepare, party_of
from sme_match.meetings.queries import get_meeting
from sme_match.meetings.views.replying import find_linked
from sme_match.meetings.wording import partner_of
from sme_match.web.access import allow, public
from sme_match.web.context import current_actor, current_session

NOTHING_TO_PREPARE = mark_text("準備の用紙は、日時が決まった商談にだけあります。")


@blueprint.get("/meetings/<int:meeting_id>/preparation")
@allow(Role.SME)
def preparation(meeting_id: int) -> str:
    """Show a signed-in manager how the conditions stand and what will be asked."""
    session, actor = current_session(), current_actor()
    meeting = get_meeting(session, actor, meeting_id)
    return _page(session, meeting, party_of(actor, meeting))


@blueprint.get("/reply/<token>/preparation")
@public
def preparation_by_link(token: str) -> str:
    """Show the same to the holder of a mail's link."""
    meeting, _actor, party = find_linked(token)
    return _page(current_session(), meeting, party)


def _page(session: Session, meeting: Meeting, party: Party | None) -> str:
    if party is None or meeting.proposal_id is None or not may_prepare(meeting):
        raise NotFoundError(NOTHING_TO_PREPARE)
    proposal = session.get_one(Proposal, meeting.proposal_id)
    return render_template(
        "meetings/preparation.html",
        meeting=meeting,
        party=party,
        partner=partner_of(meeting, party),
        preparation=prepare(proposal),
        shows_offers=party is Party.SME or are_capabilities_visible(meeting.company, meeting),
    )
