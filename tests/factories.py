"""Records for tests: plausible, minimal, every field open to the test."""

from datetime import UTC, datetime
from itertools import count
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from sme_match.accounts.models import User
from sme_match.capabilities.models import Capability
from sme_match.companies.models import Company, CompanyShare, Contact
from sme_match.companies.services import searchable
from sme_match.core.actor import Actor, Role
from sme_match.needs.enums import ConditionKind, ConditionLevel, NeedState
from sme_match.needs.models import Need, NeedCondition
from sme_match.needs.services import searchable as searchable_need
from sme_match.support_bodies.models import SupportBody

CREATED = datetime(2026, 10, 1, 0, 0, tzinfo=UTC)
_numbers = count(1)
T = TypeVar("T")


def make_body(session: Session, **values: Any) -> SupportBody:
    n = next(_numbers)
    defaults: dict[str, Any] = {
        "name": f"第{n}産業振興機構",
        "name_en": f"Industry Support {n}",
        "short_name": f"機構{n}",
        "prefecture_code": "03",
        "phone": "019-000-0000",
        "email": f"desk{n}@example.jp",
        "active": True,
        "desk_hours": "平日 9:00–17:00",
        "created_at": CREATED,
    }
    return _add(session, SupportBody(**(defaults | values)))


def make_user(
    session: Session, body: SupportBody | None, role: Role = Role.COORDINATOR, **values: Any
) -> User:
    n = next(_numbers)
    defaults: dict[str, Any] = {
        "body_id": body.id if body and role is not Role.ADMINISTRATOR else None,
        "role": role,
        "name": f"利用 者{n}",
        "name_kana": "リヨウ シャ",
        "email": f"user{n}@example.jp",
        "password_hash": None,
        "language": "ja",
        "active": True,
        "created_at": CREATED,
    }
    return _add(session, User(**(defaults | values)))


def make_actor(
    session: Session, body: SupportBody, role: Role = Role.COORDINATOR, **values: Any
) -> Actor:
    return make_user(session, body, role, **values).as_actor()


def make_company(session: Session, body: SupportBody, **values: Any) -> Company:
    n = next(_numbers)
    defaults: dict[str, Any] = {
        "body_id": body.id,
        "is_sme": True,
        "is_buyer": False,
        "name": f"株式会社試験製作所{n}",
        "name_kana": f"シケンセイサクショ{n}",
        "short_name": f"試験{n}"[:6],
        "prefecture_code": "03",
        "municipality_code": "",
        "jsic_code": "24",
        "employees": 20,
        "pr_text": "",
        "confirmed_at": CREATED,
        "created_at": CREATED,
        "updated_at": CREATED,
    }
    company = Company(**(defaults | values))
    company.search_text = searchable(company)
    return _add(session, company)


def make_buyer(session: Session, body: SupportBody, **values: Any) -> Company:
    n = next(_numbers)
    defaults: dict[str, Any] = {
        "is_sme": False,
        "is_buyer": True,
        "name": f"試験発注{n}株式会社",
        "name_kana": f"シケンハッチュウ{n}",
        "prefecture_code": "13",
    }
    return make_company(session, body, **(defaults | values))


def make_contact(session: Session, company: Company, **values: Any) -> Contact:
    n = next(_numbers)
    defaults: dict[str, Any] = {
        "company_id": company.id,
        "name": f"担当 {n}",
        "name_kana": "タントウ",
        "email": f"contact{n}@example.jp",
        "phone": "019-000-0001",
        "created_at": CREATED,
        "updated_at": CREATED,
    }
    return _add(session, Contact(**(defaults | values)))


def make_share(session: Session, company: Company, body: SupportBody, **values: Any) -> CompanyShare:
    defaults: dict[str, Any] = {
        "company_id": company.id,
        "body_id": body.id,
        "granted_at": CREATED,
    }
    return _add(session, CompanyShare(**(defaults | values)))


def make_capability(session: Session, company: Company, **values: Any) -> Capability:
    defaults: dict[str, Any] = {
        "company_id": company.id,
        "process_code": "milling",
        "description": "ステンレスの精密切削",
        "materials": ["SUS304"],
        "machines": [],
        "drawing_formats": ["pdf"],
        "in_house": True,
        "created_at": CREATED,
        "updated_at": CREATED,
    }
    return _add(session, Capability(**(defaults | values)))


def make_need(session: Session, buyer: Company, **values: Any) -> Need:
    n = next(_numbers)
    defaults: dict[str, Any] = {
        "body_id": buyer.body_id,
        "number": f"N-2026-{n:04d}",
        "buyer_id": buyer.id,
        "state": NeedState.OPEN,
        "title": "ステンレス部品の切削加工",
        "description": "SUS304の精密部品を小ロットで。",
        "process_code": "milling",
        "materials": ["SUS304"],
        "sme_wanted": 3,
        "created_at": CREATED,
        "updated_at": CREATED,
    }
    need = Need(**(defaults | values))
    need.search_text = need.search_text or searchable_need(need, buyer, need.number)
    return _add(session, need)


def make_condition(
    session: Session, need: Need, kind: ConditionKind, *, level: ConditionLevel, **values: Any
) -> NeedCondition:
    return _add(session, NeedCondition(need_id=need.id, kind=kind, level=level, **values))


def _add(session: Session, record: T) -> T:
    session.add(record)
    session.flush()
    return record
