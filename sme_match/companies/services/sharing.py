"""Sharing a company with another body, with its consent, and withdrawing that."""

from datetime import date, datetime

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sme_match.audit.services import record
from sme_match.companies.models import Company, CompanyShare
from sme_match.companies.policy import check_in_use, may_share_company
from sme_match.companies.queries import get_company, get_share, list_possible_receivers
from sme_match.core.actor import Actor
from sme_match.core.clock import jst_date
from sme_match.core.errors import InvalidError, NotAllowedError
from sme_match.core.text import mark_text


def share_company(
    session: Session,
    actor: Actor,
    company_id: int,
    *,
    body_id: int,
    consented_on: date,
    note: str,
    now: datetime,
) -> CompanyShare:
    """Let another body see the company, which agreed to it on the given day.

    Raises:
        NotFoundError: when the actor may not see the company.
        NotAllowedError: unless the actor is a coordinator of the owner body.
        InvalidError: when the receiver sees it already or is none, or the day is still to come.
        ConflictError: while the use of its data is stopped.
    """
    company = get_company(session, actor, company_id)
    if not may_share_company(actor, company):
        raise NotAllowedError
    check_in_use(company)
    if consented_on > jst_date(now):
        raise InvalidError(
            mark_text("同意の日は、今日か、それより前の日にしてください。"), field="consented_on"
        )
    receivers = {body.id: body for body in list_possible_receivers(session, company)}
    if body_id not in receivers:
        raise _taken()
    share = CompanyShare(
        company_id=company.id,
        body_id=body_id,
        consented_on=consented_on,
        note=note,
        granted_by=actor.user_id,
        granted_at=now,
    )
    try:
        with session.begin_nested():
            session.add(share)
    except IntegrityError:
        # A second click was faster; the database keeps one living grant per receiver.
        raise _taken() from None
    session.execute(
        update(Company).where(Company.id == company.id).values(share_consent_on=consented_on)
    )
    record(
        session,
        actor,
        action="share.grant",
        subject=("company", company.id),
        body_id=company.body_id,
        now=now,
        changes={"consented_on": ("", consented_on), "note": ("", note)},
        note=receivers[body_id].name,
    )
    return share


def withdraw_share(session: Session, actor: Actor, share_id: int, *, now: datetime) -> CompanyShare:
    """End a grant: at the next request the receiver no longer sees the company.

    Raises:
        NotFoundError: when the actor's body did not give it.
        NotAllowedError: unless the actor is a coordinator of the owner body.
    """
    share = get_share(session, actor, share_id)
    company = get_company(session, actor, share.company_id)
    if not may_share_company(actor, company):
        raise NotAllowedError
    if share.withdrawn_at is None:
        share.withdrawn_at = now
        session.flush()
        record(
            session,
            actor,
            action="share.withdraw",
            subject=("company", company.id),
            body_id=company.body_id,
            now=now,
            note=share.body.name,
        )
    return share


def _taken() -> InvalidError:
    return InvalidError(
        mark_text("共有先を選びなおしてください。すでに共有しているか、共有できない支援機関です。"),
        field="body_id",
    )
