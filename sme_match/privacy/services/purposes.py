"""Telling people what their data is used for, and taking their answers.

個人情報保護法 第17条, 第18条 and 第21条: the purpose is specified, kept to and told. A new version asks
everybody anew; nobody is kept from reading for not having answered.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sme_match.audit.services import record
from sme_match.core.actor import Actor, Role
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from sme_match.core.text import mark_text
from sme_match.privacy.models import Consent, PurposeText
from sme_match.privacy.queries.purposes import find_answer, find_purpose
from sme_match.support_bodies.models import SupportBody


def publish_purpose(session: Session, actor: Actor, *, text: str, now: datetime) -> PurposeText:
    """Tell people of the body a new version of the purposes.

    Raises:
        NotAllowedError: unless the actor is a lead.
        InvalidError: without a text, or when it says the same as before.
    """
    if actor.role is not Role.LEAD or actor.body_id is None:
        raise NotAllowedError
    if not text:
        raise InvalidError(mark_text("利用目的を入力してください。"), field="text")
    # Versions of a body are counted one by one.
    session.get_one(SupportBody, actor.body_id, with_for_update={"key_share": True})
    newest = find_purpose(session, actor.body_id)
    if newest is not None and newest.text == text:
        raise InvalidError(mark_text("いまの版と同じ文です。"), field="text")
    highest = select(func.max(PurposeText.number)).where(PurposeText.body_id == actor.body_id)
    purpose = PurposeText(
        body_id=actor.body_id,
        number=(session.scalar(highest) or 0) + 1,
        text=text,
        published_at=now,
        published_by=actor.user_id,
    )
    session.add(purpose)
    session.flush()
    _note(session, actor, purpose, "purpose.publish", now=now)
    return purpose


def answer_purpose(
    session: Session, actor: Actor, purpose_id: int, *, agreed: bool, now: datetime
) -> Consent:
    """Note what a person says to the version it was shown.

    Raises:
        NotFoundError: when its body says nothing of that kind.
        ConflictError: when there is a newer version, which the person has not read.
    """
    purpose = find_purpose(session, actor.body_id)
    if purpose is None or actor.user_id is None:
        raise NotFoundError
    if purpose.id != purpose_id:
        raise ConflictError(mark_text("新しい版があります。もう一度読んでからお答えください。"))
    answer = find_answer(session, actor, purpose)
    if answer is None:
        answer = Consent(body_id=purpose.body_id, user_id=actor.user_id, purpose_id=purpose.id)
        session.add(answer)
    answer.agreed, answer.answered_at, answer.withdrawn_at = agreed, now, None
    session.flush()
    action = "purpose.agree" if agreed else "purpose.refuse"
    _note(session, actor, purpose, action, now=now)
    return answer


def withdraw_consent(session: Session, actor: Actor, *, now: datetime) -> Consent:
    """Take the consent to the present version back.

    Raises:
        NotFoundError: when the person has not agreed to it.
    """
    purpose = find_purpose(session, actor.body_id)
    answer = None if purpose is None else find_answer(session, actor, purpose)
    if purpose is None or answer is None or not answer.agreed:
        raise NotFoundError
    if answer.withdrawn_at is None:
        answer.withdrawn_at = now
        session.flush()
        _note(session, actor, purpose, "purpose.withdraw", now=now)
    return answer


def _note(session: Session, actor: Actor, purpose: PurposeText, action: str, *, now: datetime) -> None:
    record(
        session,
        actor,
        action=action,
        subject=("purpose_text", purpose.id),
        body_id=purpose.body_id,
        now=now,
        changes={"number": (None, purpose.number)},
    )
