"""Keeping what shows an amount: a document, or a note about who saw it where."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.audit.services import record
from sme_match.core.actor import Actor
from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text, normalize_width
from sme_match.meetings.models import Meeting
from sme_match.outcomes.evidence import MOST_BYTES, sniff
from sme_match.outcomes.models import OutcomeEvidence, OutcomeReport

NAME_LENGTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenDocument:
    """What was handed in with a report; a file, a note, or both."""

    note: str = ""
    filename: str = ""
    content: bytes = b""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was handed in."""
        return not self.note and not self.content


def check_document(seen: SeenDocument) -> None:
    """Refuse a file that is too large, or neither a PDF nor an image.

    Raises:
        InvalidError: naming the field.
    """
    if len(seen.content) > MOST_BYTES:
        raise InvalidError(
            mark_text("ファイルが大きすぎます。10MBまでのファイルを選んでください。"), field="document"
        )
    if seen.content and sniff(seen.content) is None:
        raise InvalidError(
            mark_text("PDFか画像（PNG・JPEG・WebP・HEIC）のファイルを選んでください。"),
            field="document",
        )


def has_evidence(session: Session, meeting_id: int) -> bool:
    """Return whether something that shows an amount of the meeting is kept already."""
    found = select(OutcomeEvidence.id).where(OutcomeEvidence.meeting_id == meeting_id).limit(1)
    return session.scalar(found) is not None


def keep_document(
    session: Session,
    actor: Actor,
    meeting: Meeting,
    report: OutcomeReport,
    seen: SeenDocument,
    *,
    now: datetime,
) -> OutcomeEvidence:
    """Keep what was handed in with a report, for good."""
    name = normalize_width(seen.filename)[-NAME_LENGTH:] if seen.content else ""
    kept = OutcomeEvidence(
        meeting_id=meeting.id,
        body_id=meeting.body_id,
        report_id=report.id,
        note=seen.note,
        filename=name,
        media_type=sniff(seen.content) or "",
        size=len(seen.content),
        sha256=hashlib.sha256(seen.content).hexdigest() if seen.content else "",
        content=seen.content or None,
        added_by=actor.user_id,
        added_by_name=actor.name,
        added_at=now,
    )
    session.add(kept)
    session.flush()
    record(
        session,
        actor,
        action="outcome.evidence",
        subject=("outcome", meeting.id),
        body_id=meeting.body_id,
        now=now,
        changes={"filename": (None, name), "sha256": (None, kept.sha256)},
        note=seen.note,
    )
    return kept
