"""A coordinator is told once, by mail, when one more company passes a need that they watch."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from sme_match.accounts.models import User
from sme_match.audit.models import AuditEntry
from sme_match.capabilities.models import Capability
from sme_match.companies.models import Company, CompanyShare
from sme_match.core.actor import Role
from sme_match.core.errors import NotAllowedError, NotFoundError
from sme_match.db.session import Database
from sme_match.matching.models import Exclusion
from sme_match.matching.services.running import match_need
from sme_match.matching.tasks import tell_watchers
from sme_match.matching.watches import start_watch
from sme_match.needs.enums import ConditionKind, ConditionLevel, NeedState
from sme_match.needs.models import Need, NeedCondition
from sme_match.notifications.models import OutboxMail
from sme_match.support_bodies.models import SupportBody
from tests.client import Client
from tests.conftest import NOW
from tests.factories import (
    make_actor,
    make_body,
    make_buyer,
    make_capability,
    make_company,
    make_condition,
    make_need,
    make_share,
    make_user,
)

LATER = NOW + timedelta(hours=1)
WORK = "SUS316Lの微細切削"


@dataclass(frozen=True)
class Scene:
    """A need that is watched since NOW, and a company that passed already."""

    body: SupportBody
    user: User
    need: Need
    old: Company


def passing_company(
    session: Session, body: SupportBody, *, tolerance: str = "0.005", **values: object
) -> Company:
    company = make_company(session, body, **({"updated_at": LATER} | values))
    make_capability(session, company, description=WORK, tolerance_mm=tolerance)
    return company


@pytest.fixture
def scene(database: Database) -> Scene:
    with database.unit_of_work() as session:
        body = make_body(session)
        user = make_user(session, body, name="見張 太郎")
        need = make_need(session, make_buyer(session, body), title=WORK)
        must = ConditionLevel.MUST
        make_condition(session, need, ConditionKind.TOLERANCE_MM, level=must, number="0.01")
        old = passing_company(session, body, name="前からの企業", updated_at=NOW)
        session.expire(need)
        start_watch(session, user.as_actor(), need_id=need.id, now=NOW)
        return Scene(body, user, need, old)


def sweep(database: Database, hours: int = 2) -> int:
    now = NOW + timedelta(hours=hours)
    return tell_watchers(database, now=now, base_url="https://navi.example.jp")


def mails(database: Database) -> list[OutboxMail]:
    with database.reading() as session:
        return list(session.scalars(select(OutboxMail).order_by(OutboxMail.id)))


def test_a_company_that_newly_passes_is_told_once_with_need_reason_and_links(
    database: Database, scene: Scene
) -> None:
    assert sweep(database) == 0
    with database.unit_of_work() as session:
        new = passing_company(session, scene.body, name="新しい微細切削")
    assert sweep(database) == 1
    [mail] = mails(database)
    assert (mail.to_address, mail.to_name) == (scene.user.email, "見張 太郎")
    assert "1社" in mail.subject
    for part in (
        scene.need.number,
        WORK,
        f"https://navi.example.jp/needs/{scene.need.id}/matches",
        "新しい微細切削",
        f"https://navi.example.jp/companies/{new.id}/matches",
        "理由：合っている言葉は",
        "SUS316L",
        "必須条件1/1を確認済み",
        "https://navi.example.jp/matching/watches",
    ):
        assert part in mail.text
    assert scene.old.name not in mail.text
    with database.unit_of_work() as session:
        session.get_one(Company, new.id).updated_at = NOW + timedelta(hours=3)
    assert sweep(database, hours=4) == 0
    assert len(mails(database)) == 1


def test_one_mail_names_the_news_of_all_needs_of_a_coordinator(
    database: Database, scene: Scene
) -> None:
    with database.unit_of_work() as session:
        buyer = make_buyer(session, scene.body)
        second = make_need(session, buyer, title="微細切削の試作")
        other = make_user(session, scene.body, language="en")
        for user in (scene.user, other):
            start_watch(session, user.as_actor(), need_id=second.id, now=NOW)
        passing_company(session, scene.body, name="新しい微細切削")
    assert sweep(database) == 3
    to_first, to_other = mails(database)
    assert to_first.text.count("新しい微細切削") == 2
    assert scene.need.number in to_first.text
    assert second.number in to_first.text
    assert to_other.text.startswith("Dear ")
    assert to_other.text.count("新しい微細切削") == 1


def test_a_company_that_learns_to_pass_is_news_and_one_that_unlearns_it_is_not(
    database: Database, scene: Scene
) -> None:
    with database.unit_of_work() as session:
        coarse = passing_company(session, scene.body, tolerance="0.05", name="粗い切削")
        undecided = passing_company(session, scene.body, name="迷う切削")
        row = session.scalars(select(Capability).where(Capability.company_id == undecided.id)).one()
        row.tolerance_mm = Decimal(1)
        session.flush()
    assert sweep(database) == 0
    with database.unit_of_work() as session:
        row = session.scalars(select(Capability).where(Capability.company_id == coarse.id)).one()
        row.tolerance_mm = Decimal("0.005")
        session.get_one(Company, coarse.id).updated_at = NOW + timedelta(hours=3)
    assert sweep(database, hours=4) == 1
    [mail] = mails(database)
    assert "粗い切削" in mail.text
    assert "迷う切削" not in mail.text


def close(session: Session, scene: Scene) -> None:
    session.get_one(Need, scene.need.id).state = NeedState.CLOSED


def disable(session: Session, scene: Scene) -> None:
    session.get_one(User, scene.user.id).active = False


def promote(session: Session, scene: Scene) -> None:
    session.get_one(User, scene.user.id).role = Role.LEAD


def exclude(session: Session, scene: Scene) -> None:
    company = session.scalars(select(Company).where(Company.name == "新しい微細切削")).one()
    session.add(
        Exclusion(body_id=scene.body.id, company_id=company.id, need_id=scene.need.id, written_at=NOW)
    )


def propose(session: Session, scene: Scene) -> None:
    match_need(session, scene.user.as_actor(), need_id=scene.need.id, now=LATER)


@pytest.mark.parametrize("happening", [close, disable, promote, exclude, propose])
def test_nothing_is_told_when_it_would_be_wrong_or_no_news(
    database: Database, scene: Scene, happening: Callable[[Session, Scene], None]
) -> None:
    with database.unit_of_work() as session:
        passing_company(session, scene.body, name="新しい微細切削")
        happening(session, scene)
    assert sweep(database) == 0
    assert mails(database) == []


def test_a_company_is_news_when_it_is_shared_and_not_when_that_was_withdrawn(
    database: Database, scene: Scene
) -> None:
    with database.unit_of_work() as session:
        other = make_body(session)
        shared = passing_company(session, other, name="分け合う切削", updated_at=NOW)
        gone = passing_company(session, other, name="引き上げた切削", updated_at=NOW)
        make_share(session, shared, scene.body, granted_at=LATER)
        make_share(session, gone, scene.body, granted_at=LATER, withdrawn_at=LATER)
        passing_company(session, other, name="よその切削")
    assert sweep(database) == 1
    [mail] = mails(database)
    assert "分け合う切削" in mail.text
    assert "引き上げた切削" not in mail.text
    assert "よその切削" not in mail.text
    with database.unit_of_work() as session:
        grant = session.scalars(select(CompanyShare).where(CompanyShare.company_id == shared.id))
        grant.one().withdrawn_at = NOW + timedelta(hours=3)
        make_share(session, shared, scene.body, granted_at=NOW + timedelta(hours=4))
    assert sweep(database, hours=5) == 0


def test_companies_that_pass_because_the_need_changed_are_no_news(
    database: Database, scene: Scene
) -> None:
    with database.unit_of_work() as session:
        passing_company(session, scene.body, tolerance="0.05", updated_at=NOW)
        session.execute(delete(NeedCondition).where(NeedCondition.need_id == scene.need.id))
    assert sweep(database) == 0


def test_only_coordinators_of_the_needs_body_watch_it(database: Database, scene: Scene) -> None:
    with database.unit_of_work() as session:
        lead = make_actor(session, scene.body, Role.LEAD)
        with pytest.raises(NotAllowedError):
            start_watch(session, lead, need_id=scene.need.id, now=NOW)
        stranger = make_actor(session, make_body(session))
        with pytest.raises(NotFoundError):
            start_watch(session, stranger, need_id=scene.need.id, now=NOW)


def test_a_watch_is_switched_on_and_off_with_one_click_and_listed(
    client: Client, database: Database
) -> None:
    with database.unit_of_work() as session:
        body = make_body(session)
        user = make_user(session, body)
        need = make_need(session, make_buyer(session, body), title=WORK)
    client.sign_in(user.id)
    assert "知らせを受けている案件はありません" in client.get("/matching/watches").text
    assert f"/needs/{need.id}/watch" in client.get(f"/needs/{need.id}/matches").text
    for _ in range(2):
        assert client.post(f"/needs/{need.id}/watch").status_code == 302
    assert f"/needs/{need.id}/unwatch" in client.get(f"/needs/{need.id}/matches").text
    assert WORK in client.get("/matching/watches").text
    client.post(f"/needs/{need.id}/unwatch")
    assert "知らせを受けている案件はありません" in client.get("/matching/watches").text
    with database.unit_of_work() as session:
        passing_company(session, session.get_one(SupportBody, body.id))
        actions = session.scalars(
            select(AuditEntry.action).where(AuditEntry.subject_type == "need")
        ).all()
    assert actions == ["need.watch", "need.unwatch"]
    assert sweep(database) == 0
    assert "知らせ" in client.get(f"/needs/{need.id}/history").text


def test_a_closed_need_says_on_the_list_that_it_tells_nothing(
    client: Client, database: Database, scene: Scene
) -> None:
    with database.unit_of_work() as session:
        close(session, scene)
    client.sign_in(scene.user.id)
    assert "募集が終わったため" in client.get("/matching/watches").text
