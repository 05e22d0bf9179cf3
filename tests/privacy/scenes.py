"""A body with one record of every kind, and nothing yet about how personal data is handled."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from sme_match.privacy.models import AccessEntry, Consent, PurposeText, RetentionSetting
from tests.architecture.region import Side, build_side


def make_side(session: Session, word: str) -> Side:
    """Make a body in which nobody has seen, been told or answered anything; `word` is in all texts."""
    side = build_side(session, word)
    for kind in (AccessEntry, Consent, PurposeText, RetentionSetting):
        session.execute(delete(kind).where(kind.body_id == side.body.id))
    return side
