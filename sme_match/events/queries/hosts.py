"""Which bodies a company has to do with besides its own."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from sme_match.db.scope import reaching_every_body
from sme_match.events.models import EventHost, Participant
from sme_match.meetings.models import Meeting


def list_arranging(session: Session, company_id: int) -> list[int]:
    """Return the bodies that arrange meetings of a company or host events it takes part in.

    They are asked for before it is known which bodies may be reached.
    """
    of_company = or_(Meeting.company_id == company_id, Meeting.buyer_id == company_id)
    hosting = select(EventHost.body_id).join(Participant, Participant.event_id == EventHost.event_id)
    bodies = (
        select(Meeting.body_id)
        .where(of_company)
        .union(hosting.where(Participant.company_id == company_id))
    )
    with reaching_every_body(session):
        return list(session.scalars(bodies))
