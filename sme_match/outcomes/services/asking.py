"""Asking both sides for their reports, by mails with signed links."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.links import create_link
from sme_match.meetings.enums import Party
from sme_match.meetings.messages import Site
from sme_match.meetings.models import Meeting
from sme_match.notifications.services import queue_mail
from sme_match.outcomes.messages import compose_report_request
from sme_match.outcomes.models import OutcomeReport
from sme_match.outcomes.policy import SIDES

LINK_LIFE = timedelta(days=60)


def ask_for_reports(
    session: Session,
    meeting: Meeting,
    *,
    months_after: int,
    now: datetime,
    site: Site,
    again: bool = False,
) -> int:
    """Queue the request of one round to each side that can be written to; return how many.

    A side that has reported for this round already is not asked. `again` says that it is the second
    time.
    """
    asked = 0
    for party in Party:
        company_id = meeting.company_id if party is Party.SME else meeting.buyer_id
        letter = compose_report_request(meeting, party, months_after=months_after, link="", again=again)
        if not letter.to_address or _has_reported(session, meeting, party, months_after):
            continue
        token = create_link(
            session,
            purpose=LinkPurpose.OUTCOME_REPORT,
            subject_id=meeting.id,
            company_id=company_id,
            body_id=meeting.body_id,
            holder_name=letter.to_name.removeprefix(letter.company_name).strip(),
            expires_at=now + LINK_LIFE,
            now=now,
        )
        letter = compose_report_request(
            meeting,
            party,
            months_after=months_after,
            link=f"{site.base_url}/report/{token}",
            again=again,
        )
        queue_mail(
            session,
            key=f"outcome:{meeting.id}:{months_after}:{secrets.token_hex(6)}:{party}",
            to_address=letter.to_address,
            to_name=letter.to_name,
            reply_to=meeting.body.email,
            subject=letter.subject,
            text=letter.text,
            body_id=meeting.body_id,
            now=now,
        )
        asked += 1
    return asked


def _has_reported(session: Session, meeting: Meeting, party: Party, months_after: int) -> bool:
    reported = exists().where(
        OutcomeReport.meeting_id == meeting.id,
        OutcomeReport.reporter == SIDES[party],
        OutcomeReport.months_after >= months_after,
    )
    return bool(session.scalar(select(reported)))
