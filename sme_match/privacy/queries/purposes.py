"""The purposes that a body tells people, and who answered what."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from sme_match.accounts.models import User
from sme_match.audit.kept import KeptFigures
from sme_match.core.actor import Actor, Role
from sme_match.db.paging import Page, fetch_page
from sme_match.privacy.models import Consent, PurposeText


class Version(NamedTuple):
    """A version of the purposes and how many people agreed to it, and did not."""

    purpose: PurposeText
    agreed: int
    refused: int


_to_answer: KeptFigures[int | None] = KeptFigures()


def _newest(body_id: int) -> Select[PurposeText]:
    query = select(PurposeText).where(PurposeText.body_id == body_id)
    return query.order_by(PurposeText.number.desc()).limit(1)


def find_purpose(session: Session, body_id: int | None) -> PurposeText | None:
    """Return what the body says now; None when it has not said anything, or there is no body."""
    return None if body_id is None else session.scalar(_newest(body_id))


def find_answer(session: Session, actor: Actor, purpose: PurposeText) -> Consent | None:
    """Return what the actor answered to this version."""
    return session.scalar(
        select(Consent).where(Consent.user_id == actor.user_id, Consent.purpose_id == purpose.id)
    )


def must_answer(session: Session, actor: Actor, *, now: datetime) -> bool:
    """Tell whether a version waits for the actor's answer; kept until somebody changes it."""

    def read() -> int | None:
        purpose = find_purpose(session, actor.body_id)
        answered = purpose is None or find_answer(session, actor, purpose) is not None
        return None if answered or purpose is None else purpose.id

    if actor.user_id is None or actor.body_id is None:
        return False
    return _to_answer.get(session, (actor.user_id, actor.body_id), read, now=now) is not None


def list_versions(session: Session, actor: Actor) -> list[Version]:
    """Return the versions of a lead's own body, the newest first."""
    agreed = func.count().filter(Consent.agreed, Consent.withdrawn_at.is_(None))
    query = (
        select(PurposeText, agreed, func.count(Consent.id) - agreed)
        .outerjoin(Consent, Consent.purpose_id == PurposeText.id)
        .where(PurposeText.body_id == (actor.body_id or 0))
        .group_by(PurposeText.id)
        .order_by(PurposeText.number.desc())
    )
    return [Version(*row) for row in session.execute(query)]


def list_people_asked(
    session: Session, actor: Actor, purpose: PurposeText | None, *, page: int
) -> tuple[Page[User], dict[int, Consent]]:
    """Return a page of the accounts of a lead's own body and what they answered to this version."""
    query = select(User).where(
        User.active, User.body_id == (actor.body_id or 0), User.role != Role.ADMINISTRATOR
    )
    people = fetch_page(session, query.order_by(User.name_kana, User.name, User.id), number=page)
    ids = [user.id for user in people.items]
    answers: Sequence[Consent] = session.scalars(
        select(Consent).where(
            and_(Consent.user_id.in_(ids), Consent.purpose_id == (purpose.id if purpose else 0))
        )
    ).all()
    return people, {answer.user_id: answer for answer in answers}
