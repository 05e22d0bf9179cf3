"""The need as the match review shows it: plain columns, read with one statement.

The record with its buyer and conditions takes several times longer to load than all else of the page.
"""

from datetime import date
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from sme_match.companies.enums import MeetingMode
from sme_match.companies.models import Company
from sme_match.core.actor import Actor
from sme_match.core.errors import NotFoundError
from sme_match.db.paging import KEPT_STATEMENTS, Columns
from sme_match.matching.models import Watch
from sme_match.needs.conditions import ConditionDraft, stored_draft
from sme_match.needs.enums import NeedState
from sme_match.needs.models import Need, NeedCondition
from sme_match.needs.policy import visible_to
from sme_match.needs.queries import NOT_FOUND, buyer_name_for


class ReviewedNeed(NamedTuple):
    """A need, what of its buyer the reader may know, and whether the reader watches it."""

    id: int
    body_id: int
    version: int
    number: str
    state: NeedState
    title: str
    description: str
    process_code: str
    materials: list[str]
    lot_quantity: int | None
    monthly_quantity: int | None
    yearly_quantity: int | None
    due_on: date | None
    expires_on: date | None
    meeting_mode: MeetingMode
    buyer_anonymous: bool
    buyer_name: str
    """Empty where it is hidden from the reader."""
    buyer_prefecture_code: str
    buyer_jsic_code: str
    watched: bool


_CONDITION = (NeedCondition.level, NeedCondition.kind, NeedCondition.number, NeedCondition.text)
_STORED = ReviewedNeed._fields[: ReviewedNeed._fields.index("buyer_name")]


def get_reviewed_need(
    session: Session, actor: Actor, need_id: int
) -> tuple[ReviewedNeed, tuple[ConditionDraft, ...]]:
    """Return a need with its conditions.

    Raises:
        NotFoundError: when it does not exist, or not for this actor.
    """
    values = {"need": need_id}
    rows = session.connection().execute(_select_reviewed(actor), values).all()
    if not rows:
        raise NotFoundError(NOT_FOUND)
    width = len(ReviewedNeed._fields)
    # A need without conditions comes as one row that has none.
    conditions = tuple(stored_draft(*row[width:]) for row in rows if row[width] is not None)
    return ReviewedNeed(*rows[0][:width]), conditions


@lru_cache(KEPT_STATEMENTS)
def _select_reviewed(actor: Actor) -> Columns:
    columns = chain(
        (getattr(Need, name) for name in _STORED),
        (
            buyer_name_for(actor),
            Company.prefecture_code,
            Company.jsic_code,
            exists().where(Watch.need_id == Need.id, Watch.user_id == (actor.user_id or 0)),
        ),
        _CONDITION,
    )
    return (
        select(*columns)
        .select_from(Need)
        .join(Need.buyer)
        .outerjoin(Need.conditions)
        .where(Need.id == bindparam("need"), visible_to(actor))
        .order_by(NeedCondition.id)
    )
