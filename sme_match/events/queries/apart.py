"""Pairs that must not meet: a side said so at this event, or matching keeps them apart.

Who said so, and why, stays private both ways: a pair kept apart is offered to nobody, without a word.
"""

from functools import lru_cache

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, exists, func, or_, select
from sqlalchemy.orm import aliased

from sme_match.companies.models import Company
from sme_match.events.models import Avoidance, Candidate, Participant
from sme_match.matching.policy import is_company_stopped, is_excluded

KEPT_STATEMENTS = 100


def avoids(
    participant_id: SQLColumnExpression[int], company_id: SQLColumnExpression[int]
) -> ColumnElement[bool]:
    """Return the condition that a participant named a company, by this or another record of it."""
    named, given = aliased(Company), aliased(Company)
    same = or_(given.id == named.id, given.corporate_number == named.corporate_number)
    return exists(
        select(Avoidance.company_id)
        .join(named, named.id == Avoidance.company_id)
        .join(given, same)
        .where(Avoidance.participant_id == participant_id, given.id == company_id)
    )


def must_not_meet(
    buyer: type[Participant], sme: type[Participant], need_id: SQLColumnExpression[int]
) -> ColumnElement[bool]:
    """Return the condition that two participants must not meet about a need."""
    return or_(
        avoids(sme.id, buyer.company_id),
        avoids(buyer.id, sme.company_id),
        is_excluded(sme.company_id, need_id),
        # Who meets about no need in particular is not found through the need.
        is_company_stopped(buyer.company_id),
    )


@lru_cache(KEPT_STATEMENTS)
def kept_apart(event_id: int) -> Select[int]:
    """Return the query for the candidates of an event whose sides must not meet.

    Kept, because putting so many aliases together takes longer than asking.
    """
    buyer, sme, pair = aliased(Participant), aliased(Participant), aliased(Candidate)
    return (
        select(pair.id)
        .join(buyer, buyer.id == pair.buyer_id)
        .join(sme, sme.id == pair.sme_id)
        .where(pair.event_id == event_id, must_not_meet(buyer, sme, func.coalesce(pair.need_id, 0)))
    )
