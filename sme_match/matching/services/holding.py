"""What happens to an accepted proposal afterwards: a meeting rests on it, a deal comes of it."""

from sqlalchemy.orm import Session

from sme_match.core.errors import ConflictError
from sme_match.core.text import mark_text
from sme_match.matching.enums import ProposalState
from sme_match.matching.models import Proposal


def note_deal(session: Session, *, proposal_id: int, is_deal: bool) -> None:
    """Remember whether a proposal led to a first order: then it tells more about the company."""
    proposal = session.get_one(Proposal, proposal_id)
    if proposal.led_to_deal is not is_deal:
        proposal.led_to_deal = is_deal
        session.flush()


def hold_for_meeting(session: Session, *, proposal_id: int, meeting_id: int) -> None:
    """Keep a proposal accepted for as long as the meeting may take place.

    Raises:
        ConflictError: when it is not accepted any more, or another meeting holds it.
    """
    proposal = session.get_one(
        Proposal, proposal_id, with_for_update={"key_share": True}, populate_existing=True
    )
    if proposal.state is not ProposalState.ACCEPTED:
        raise ConflictError(
            mark_text("この提案は、もう採用されていません。先に、マッチングの画面で採用してください。")
        )
    if proposal.live_meeting_id not in {None, meeting_id}:
        raise ConflictError(mark_text("この提案の商談は、もう申し込まれています。"))
    proposal.live_meeting_id = meeting_id
    session.flush()


def release_from_meeting(session: Session, *, proposal_id: int, meeting_id: int) -> None:
    """Let a proposal be decided on again: its meeting took place or will not."""
    proposal = session.get_one(
        Proposal, proposal_id, with_for_update={"key_share": True}, populate_existing=True
    )
    if proposal.live_meeting_id == meeting_id:
        proposal.live_meeting_id = None
        session.flush()
