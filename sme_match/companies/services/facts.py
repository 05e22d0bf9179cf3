"""The facts about a company: registering and changing them."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sme_match.audit.services import apply_changes, record
from sme_match.companies.enums import AgglomerationType, MeetingMode
from sme_match.companies.models import Company
from sme_match.companies.policy import may_edit_company, may_register_company
from sme_match.companies.queries import get_company
from sme_match.core.actor import Actor
from sme_match.core.errors import InvalidError, NotAllowedError
from sme_match.core.text import digits_only, fold_for_search, mark_text
from sme_match.db.bulk import in_parts
from sme_match.db.versions import check_version


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyDraft:
    """The facts about a company that a form or a file states."""

    name: str
    name_kana: str = ""
    name_en: str = ""
    short_name: str = ""
    corporate_number: str | None = None
    is_sme: bool = True
    is_buyer: bool = False
    postal_code: str = ""
    prefecture_code: str
    municipality_code: str = ""
    address: str = ""
    phone: str = ""
    website: str = ""
    jsic_code: str = ""
    capital_man_yen: int | None = None
    employees: int | None = None
    founded_year: int | None = None
    agglomeration: AgglomerationType | None = None
    pr_text: str = ""
    work_style: str = ""
    decarbonisation: str = ""
    meeting_mode: MeetingMode | None = None


def draft_of(company: Company) -> CompanyDraft:
    """Return the facts as they stand, to change some of them and keep the others."""
    return CompanyDraft(**{field.name: getattr(company, field.name) for field in fields(CompanyDraft)})


def register_company(session: Session, actor: Actor, draft: CompanyDraft, *, now: datetime) -> Company:
    """Add a company to the register of the actor's body.

    Raises:
        NotAllowedError: unless the actor is a coordinator.
        InvalidError: when the draft breaks a rule or the number is registered already.
    """
    if not may_register_company(actor) or actor.body_id is None:
        raise NotAllowedError
    check_draft(draft)
    refuse_known_number(session, actor.body_id, draft.corporate_number, except_id=None)
    company = Company(
        body_id=actor.body_id, created_at=now, updated_at=now, confirmed_at=now, **asdict(draft)
    )
    company.search_text = searchable(company)
    try:
        with session.begin_nested():
            session.add(company)
    except IntegrityError:
        # Somebody registered the same number between the look and the write.
        refuse_known_number(session, actor.body_id, draft.corporate_number, except_id=None)
        raise
    record(
        session,
        actor,
        action="company.create",
        subject=("company", company.id),
        body_id=company.body_id,
        now=now,
    )
    return company


def edit_company(
    session: Session,
    actor: Actor,
    company_id: int,
    draft: CompanyDraft,
    *,
    version: int,
    now: datetime,
) -> Company:
    """Change the facts about a company; saving also confirms that they are true.

    Raises:
        NotFoundError: when the actor may not see it.
        NotAllowedError: when the actor may see but not change it.
        StaleVersionError: when it changed since the form was opened.
        InvalidError: when the draft breaks a rule.
    """
    company = get_company(session, actor, company_id)
    if not may_edit_company(actor, company):
        raise NotAllowedError
    check_version(company, version)
    check_draft(draft)
    refuse_known_number(session, company.body_id, draft.corporate_number, except_id=company.id)
    changes = apply_changes(company, asdict(draft))
    company.confirmed_at = now
    if changes:
        company.updated_at = now
        company.search_text = searchable(company)
    session.flush()
    record(
        session,
        actor,
        action="company.edit",
        subject=("company", company.id),
        body_id=company.body_id,
        now=now,
        changes=changes,
    )
    return company


def touch_company(session: Session, *company_ids: int, now: datetime) -> None:
    """Note that something about the companies changed and that their profiles were looked at.

    The versions stay: a new contact or capability is no conflict for somebody who edits the facts.
    """
    for some in in_parts(company_ids):
        session.execute(
            update(Company).where(Company.id.in_(some)).values(updated_at=now, confirmed_at=now)
        )


def check_draft(draft: CompanyDraft) -> None:
    """Check the rules that hold wherever the facts come from.

    Raises:
        InvalidError: naming the field.
    """
    if not draft.name:
        raise InvalidError(mark_text("企業名を入力してください。"), field="name")
    if not (draft.is_sme or draft.is_buyer):
        raise InvalidError(
            mark_text("受託側（中小企業）か委託側（発注企業）の、少なくとも一方を選んでください。"),
            field="is_sme",
        )


def refuse_known_number(
    session: Session, body_id: int, corporate_number: str | None, *, except_id: int | None
) -> None:
    """Refuse a 法人番号 that another company of the body carries.

    Raises:
        InvalidError: naming that company.
    """
    if not corporate_number:
        return
    known = session.scalar(
        select(Company).where(Company.body_id == body_id, Company.corporate_number == corporate_number)
    )
    if known is not None and known.id != except_id:
        raise InvalidError(
            mark_text("この法人番号は「%(name)s」で登録されています。"),
            field="corporate_number",
            name=known.name,
        )


def searchable(company: Company | CompanyDraft) -> str:
    """Return what the search box looks through: the name first, the digits of the phone last."""
    parts = (
        company.name,
        company.name_kana,
        company.name_en,
        company.short_name,
        company.corporate_number or "",
        company.address,
        digits_only(company.phone or ""),
    )
    return " ".join(fold_for_search(part) for part in parts if part)
