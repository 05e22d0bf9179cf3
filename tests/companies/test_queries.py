"""Finding companies: filters, order, candidates for the same one, what may be matched."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func
from sqlalchemy.orm import Session

from sme_match.companies.models import Certificate, Company
from sme_match.companies.queries import (
    CompanyFilter,
    list_companies,
    list_matchable_companies,
    list_similar_companies,
    select_companies,
)
from sme_match.core.actor import Actor, Role
from sme_match.db.session import Database
from sme_match.schema import METADATA
from sme_match.support_bodies.models import SupportBody
from tests.conftest import NOW
from tests.factories import (
    make_actor,
    make_body,
    make_buyer,
    make_capability,
    make_company,
    make_share,
)


@pytest.fixture
def body(session: Session) -> SupportBody:
    return make_body(session)


@pytest.fixture
def actor(session: Session, body: SupportBody) -> Actor:
    return make_actor(session, body)


def names(session: Session, actor: Actor, filters: CompanyFilter) -> list[str]:
    return [company.name for company in list_companies(session, actor, filters, page=1).items]


@pytest.mark.parametrize(
    "text",
    [
        "みやぎ精密",
        "㈱みやぎ精密",
        "ﾐﾔｷﾞｾｲﾐﾂ",
        "８００００２０１３０００１",
        "022-123-4567",
        "みやぎ　古川",
    ],
)
def test_the_search_box_takes_names_numbers_and_places_of_any_width(
    session: Session, body: SupportBody, actor: Actor, text: str
) -> None:
    make_company(
        session, body, name="株式会社みやぎ精密", name_kana="ミヤギセイミツ",
        phone="０２２（１２３）４５６７",
        corporate_number="8000020130001", address="古川1-2-3",
    )  # fmt: skip
    make_company(session, body, name="株式会社いわて精密", name_kana="イワテセイミツ")
    assert names(session, actor, CompanyFilter(text=text)) == ["株式会社みやぎ精密"]


def test_signs_of_the_search_language_are_plain_characters(
    session: Session, body: SupportBody, actor: Actor
) -> None:
    make_company(session, body, name="普通の会社")
    assert names(session, actor, CompanyFilter(text="%")) == []


def test_filters_narrow_the_list(session: Session, body: SupportBody, actor: Actor) -> None:
    make_buyer(session, body, name="発注", name_kana="1", jsic_code="30")
    miller = make_company(session, body, name="切削", name_kana="2", prefecture_code="06")
    make_capability(session, miller, process_code="milling")
    former = make_company(session, body, name="元切削", name_kana="3")
    make_capability(session, former, process_code="milling", archived_at=NOW)
    make_company(session, body, name="古い", name_kana="4", confirmed_at=NOW - timedelta(days=400))
    make_company(session, body, name="未確認", name_kana="5", confirmed_at=None)
    make_company(session, body, name="退会", name_kana="6", archived_at=NOW)
    everything = ["発注", "切削", "元切削", "古い", "未確認"]
    assert names(session, actor, CompanyFilter()) == everything
    assert names(session, actor, CompanyFilter(side="buyer")) == ["発注"]
    assert names(session, actor, CompanyFilter(side="sme")) == everything[1:]
    assert names(session, actor, CompanyFilter(prefecture="06")) == ["切削"]
    assert names(session, actor, CompanyFilter(jsic="30")) == ["発注"]
    assert names(session, actor, CompanyFilter(process="milling")) == ["切削"]
    stale = CompanyFilter(unconfirmed_since=NOW - timedelta(days=365))
    assert names(session, actor, stale) == ["古い", "未確認"]
    assert names(session, actor, CompanyFilter(archived=True)) == ["退会"]


def test_lists_are_ordered_as_the_url_says_and_odd_orders_mean_kana(
    session: Session, body: SupportBody, actor: Actor
) -> None:
    make_company(session, body, name="大", name_kana="ア", employees=90)
    make_company(session, body, name="小", name_kana="イ", employees=3)
    assert names(session, actor, CompanyFilter(sort="employees")) == ["小", "大"]
    assert names(session, actor, CompanyFilter(sort="-employees")) == ["大", "小"]
    assert names(session, actor, CompanyFilter(sort="'; DROP")) == ["大", "小"]


def test_matching_gets_active_smes_of_the_body_and_those_shared_with_it(session: Session) -> None:
    body, other = make_body(session), make_body(session)
    own = make_company(session, body, name="自社")
    session.add(Certificate(company_id=own.id, standard="iso_9001", created_at=NOW, updated_at=NOW))
    session.flush()
    make_buyer(session, body)
    make_company(session, body, archived_at=NOW)
    make_company(session, other)
    make_share(session, make_company(session, other, name="共有"), body)
    make_share(session, make_company(session, other), body, withdrawn_at=NOW)
    found = list_matchable_companies(session, body_id=body.id)
    assert [company.name for company in found] == ["自社", "共有"]
    assert [[c.standard for c in company.certificates] for company in found] == [["iso_9001"], []]


def test_candidates_for_the_same_company(session: Session, body: SupportBody, actor: Actor) -> None:
    make_company(session, body, name="株式会社髙橋製作所", prefecture_code="03")
    make_company(session, body, name="高橋製作所", prefecture_code="06")
    make_company(session, body, name="別名", phone="019-652-1111")
    make_company(session, body, name="番号", corporate_number="8000020130001")
    make_company(session, make_body(session), name="高橋製作所", prefecture_code="03")

    def similar(name: str, **values: str) -> list[str]:
        found = list_similar_companies(session, actor, name=name, prefecture_code="03", **values)
        return [company.name for company in found]

    assert similar("㈲高橋製作所") == ["株式会社髙橋製作所"]
    assert similar("高橋製作") == []
    assert similar("新会社", phone="０１９（６５２）１１１１") == ["別名"]
    assert similar("新会社", phone="1111") == []
    assert similar("新会社", corporate_number="8000020130001") == ["番号"]


@pytest.mark.parametrize(
    "filters",
    [
        CompanyFilter(),
        CompanyFilter(text="精密"),
        CompanyFilter(side="buyer"),
        CompanyFilter(prefecture="03"),
        CompanyFilter(jsic="24", prefecture="03"),
        CompanyFilter(process="turning", prefecture="03"),
        CompanyFilter(unconfirmed_since=NOW),
        *(CompanyFilter(text="精密", sort=f"-{sort}") for sort in ("kana", "employees", "confirmed")),
        CompanyFilter(sort="updated"),
    ],
    ids=str,
)
def test_the_list_is_found_without_a_look_at_the_long_rows(filters: CompanyFilter) -> None:
    database = Database("sqlite://")
    METADATA.create_all(database.engine)
    actor = Actor(role=Role.LEAD, name="", user_id=1, body_id=1, company_id=None)
    query = select_companies(actor, filters).with_only_columns(Company.id)
    for asked in (query.limit(20), query.with_only_columns(func.count()).order_by(None)):
        sql = str(asked.compile(database.engine))
        with database.engine.connect() as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", (1,) * sql.count("?")).all()
        steps = [step for *_, step in plan if re.match(r"(SEARCH|SCAN) company\b", step)]
        assert steps
        assert all("COVERING INDEX" in step for step in steps), steps
    database.dispose()
