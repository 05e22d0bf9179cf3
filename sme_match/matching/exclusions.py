"""Exclusions: whom a buyer or a company does not want to meet. Private, recorded, and revocable.

The history of a need or company says that one was written down or withdrawn, never whom it names.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, literal, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from sme_match.audit.services import record
from sme_match.companies.models import Company
from sme_match.companies.policy import visible_to as companies_visible_to
from sme_match.companies.policy import visible_to_body
from sme_match.companies.queries import get_company
from sme_match.core.actor import Actor
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from sme_match.core.text import fold_for_search, mark_text
from sme_match.matching.models import Exclusion
from sme_match.matching.policy import (
    exclusions_visible_to,
    is_excluded,
    may_exclude_buyers,
    may_exclude_from_need,
)
from sme_match.needs.models import Need
from sme_match.needs.queries import find_buyer, get_need

COMPANIES_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusionDraft:
    """Who must not be proposed, and why; `other_id` is the company or the buyer that is named."""

    other_id: int | None
    reason: str = ""


def exclude_company(
    session: Session, actor: Actor, need_id: int, draft: ExclusionDraft, *, now: datetime
) -> Exclusion:
    """Note that a company must not be proposed for a need.

    Raises:
        NotFoundError: when the actor may not see the need.
        NotAllowedError: unless the actor coordinates at the body that owns it.
        InvalidError: when there is no such company, or it is excluded already.
    """
    need = get_need(session, actor, need_id)
    if not may_exclude_from_need(actor, need):
        raise NotAllowedError
    company = session.scalar(
        _candidates(actor).where(Company.id == (draft.other_id or 0), Company.id != need.buyer_id)
    )
    if company is None:
        raise InvalidError(mark_text("企業を選んでください。"), field="other_id")
    exclusion = Exclusion(
        body_id=need.body_id, company_id=company.id, need_id=need.id, reason=draft.reason
    )
    return _write(session, actor, exclusion, now=now)


def exclude_buyer(
    session: Session, actor: Actor, company_id: int, draft: ExclusionDraft, *, now: datetime
) -> Exclusion:
    """Note that a company does not want to be proposed to a buyer.

    Raises:
        NotFoundError: when the actor may not see the company.
        NotAllowedError: unless the actor coordinates at the body that owns it.
        InvalidError: when there is no such buyer, or it is excluded already.
    """
    company = get_company(session, actor, company_id)
    if not may_exclude_buyers(actor, company):
        raise NotAllowedError
    buyer = find_buyer(session, actor, draft.other_id)
    if buyer is None or buyer.id == company.id:
        raise InvalidError(mark_text("発注企業を選んでください。"), field="other_id")
    exclusion = Exclusion(
        body_id=company.body_id, company_id=company.id, buyer_id=buyer.id, reason=draft.reason
    )
    return _write(session, actor, exclusion, now=now)


def withdraw_exclusion(
    session: Session, actor: Actor, exclusion_id: int, *, now: datetime
) -> Exclusion:
    """Let an exclusion hold no longer.

    Raises:
        NotFoundError: when it does not exist, or not for this actor.
    """
    exclusion = get_exclusion(session, actor, exclusion_id)
    if exclusion.withdrawn_at is None:
        exclusion.withdrawn_at = now
        session.flush()
        _record(session, actor, exclusion, "exclusion.withdraw", now=now)
    return exclusion


def restore_exclusion(session: Session, actor: Actor, exclusion_id: int, *, now: datetime) -> Exclusion:
    """Let a withdrawn exclusion hold again: the way back from withdrawing.

    Raises:
        NotFoundError: when it does not exist, or not for this actor.
        ConflictError: when the same pair was excluded anew meanwhile.
    """
    exclusion = get_exclusion(session, actor, exclusion_id)
    if exclusion.withdrawn_at is not None:
        try:
            with session.begin_nested():
                exclusion.withdrawn_at = None
        except IntegrityError:
            raise ConflictError(mark_text("同じ相手が、もう一度除外に登録されています。")) from None
        _record(session, actor, exclusion, "exclusion.write", now=now)
    return exclusion


def get_exclusion(session: Session, actor: Actor, exclusion_id: int) -> Exclusion:
    """Return an exclusion.

    Raises:
        NotFoundError: when it does not exist, or not for this actor.
    """
    exclusion = session.scalar(
        select(Exclusion).where(Exclusion.id == exclusion_id, exclusions_visible_to(actor))
    )
    if exclusion is None:
        raise NotFoundError(mark_text("この除外の登録は見つかりませんでした。"))
    return exclusion


def list_exclusions(
    session: Session, actor: Actor, *, need_id: int | None = None, company_id: int | None = None
) -> list[Exclusion]:
    """Return the exclusions that hold for a need, or those that a company asked for."""
    query = (
        select(Exclusion)
        .where(exclusions_visible_to(actor), Exclusion.withdrawn_at.is_(None))
        .options(joinedload(Exclusion.company), joinedload(Exclusion.buyer))
        .order_by(Exclusion.id)
    )
    if need_id is not None:
        return list(session.scalars(query.where(Exclusion.need_id == need_id)))
    return list(
        session.scalars(
            query.where(Exclusion.company_id == company_id, Exclusion.buyer_id.is_not(None))
        )
    )


def find_companies(session: Session, actor: Actor, text: str) -> list[Company]:
    """Return the first SMEs that the actor may see whose names match; none without a text."""
    query = _candidates(actor)
    words = text.split()
    for word in words:
        query = query.where(Company.search_text.contains(fold_for_search(word), autoescape=True))
    query = query.order_by(Company.name_kana, Company.id).limit(COMPANIES_SHOWN)
    return list(session.scalars(query)) if words else []


def excluded_companies(session: Session, need: Need) -> frozenset[int]:
    """Return the companies in reach of the need's body that must not be proposed for it."""
    query = select(Company.id).where(
        visible_to_body(need.body_id),
        Company.is_sme,
        Company.archived_at.is_(None),
        is_excluded(Company.id, literal(need.id)),
    )
    return frozenset(session.scalars(query))


def needs_excluding(session: Session, company: Company, *, body_id: int) -> frozenset[int]:
    """Return the needs of a body for which the company must not be proposed."""
    query = select(Need.id).where(Need.body_id == body_id, is_excluded(literal(company.id), Need.id))
    return frozenset(session.scalars(query))


def _candidates(actor: Actor) -> Select[Company]:
    return select(Company).where(
        companies_visible_to(actor), Company.is_sme, Company.archived_at.is_(None)
    )


def _write(session: Session, actor: Actor, exclusion: Exclusion, *, now: datetime) -> Exclusion:
    exclusion.written_by, exclusion.written_at = actor.user_id, now
    try:
        with session.begin_nested():
            session.add(exclusion)
    except IntegrityError:
        raise InvalidError(mark_text("すでに登録されています。"), field="other_id") from None
    _record(session, actor, exclusion, "exclusion.write", now=now)
    return exclusion


def _record(
    session: Session, actor: Actor, exclusion: Exclusion, action: str, *, now: datetime
) -> None:
    subject = (
        ("company", exclusion.company_id) if exclusion.need_id is None else ("need", exclusion.need_id)
    )
    record(session, actor, action=action, subject=subject, body_id=exclusion.body_id, now=now)
