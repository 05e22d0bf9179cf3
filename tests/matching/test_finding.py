"""Companies found by any text, and companies that are like another one, as staff meet them."""

from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select

from sme_match.accounts.models import User
from sme_match.companies.models import Company
from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.matching.finding import LARGEST_TEXT, Hint, TextSearch
from sme_match.matching.models import MatchRun
from sme_match.support_bodies.models import SupportBody
from tests.client import Client
from tests.conftest import NOW
from tests.factories import make_body, make_capability, make_company, make_share, make_user


def region(database: Database, role: Role = Role.COORDINATOR) -> tuple[User, dict[str, Company]]:
    """Make a body with a miller and a caster, and another body with a second miller."""
    with database.unit_of_work() as session:
        body, other = make_body(session), make_body(session)
        made = {
            "miller": make_company(session, body, name="微細切削工業", prefecture_code="03"),
            "caster": make_company(session, body, name="岩手鋳造", prefecture_code="04"),
            "stranger": make_company(session, other, name="よその切削"),
        }
        for name in ("miller", "stranger"):
            make_capability(session, made[name], description="SUS316Lの微細切削です。")
        make_capability(
            session, made["caster"], process_code="casting", description="銅合金の鋳造と切削",
            materials=["CAC406"],
        )  # fmt: skip
        at_company = {"company_id": made["miller"].id} if role is Role.SME else {}
        user = make_user(session, body, role, **at_company)
    return user, made


def search(client: Client, **arguments: str) -> str:
    return client.get("/matching/search", query_string=arguments).text


def test_a_text_finds_companies_with_marked_words_and_records_nothing(
    client: Client, database: Database
) -> None:
    user, made = region(database)
    client.sign_in(user.id)
    page = search(client, q="SUS316Lの微細切削をお願いしたい")
    assert page.index(made["miller"].name) < page.index(made["caster"].name)
    assert "<mark>SUS316L</mark>" in page
    assert made["stranger"].name not in page
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(MatchRun)) == 0


def test_a_shared_company_is_found_until_its_sharing_is_withdrawn(
    client: Client, database: Database
) -> None:
    user, made = region(database)
    with database.unit_of_work() as session:
        share = make_share(session, made["stranger"], session.get_one(SupportBody, user.body_id))
    client.sign_in(user.id)
    assert made["stranger"].name in search(client, q="微細切削")
    assert made["stranger"].name in client.get(f"/companies/{made['miller'].id}/similar").text
    with database.unit_of_work() as session:
        session.merge(share).withdrawn_at = NOW
    assert made["stranger"].name not in search(client, q="微細切削")
    assert made["stranger"].name not in client.get(f"/companies/{made['miller'].id}/similar").text


def test_filters_stand_in_the_address_and_say_when_they_hide_everything(
    client: Client, database: Database
) -> None:
    user, made = region(database)
    client.sign_in(user.id)
    miller, caster = made["miller"].name, made["caster"].name
    page = search(client, q="切削", prefecture="04")
    assert (caster in page, miller in page) == (True, False)
    page = search(client, q="切削", process="milling")
    assert (caster in page, miller in page) == (False, True)
    assert "この都道府県・加工では見つかりませんでした" in search(client, q="切削", prefecture="47")


def test_a_short_text_becomes_an_address_and_a_long_one_is_answered_at_once(
    client: Client, database: Database
) -> None:
    user, made = region(database)
    client.sign_in(user.id)
    data = {"q": "微細切削\n1個から", "prefecture": "03", "process": ""}
    answer = client.post("/matching/search", data)
    asked = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert asked == {"q": ["微細切削\n1個から"], "prefecture": ["03"]}

    long = "図面のとおりSUS316Lを微細切削してください。\n" * 1500
    assert 80_000 < len(long.encode()) < LARGEST_TEXT
    page = client.post("/matching/search", {"q": long})
    assert page.status_code == 200
    assert made["miller"].name in page.text


def test_a_text_that_is_too_long_is_kept_and_refused_in_words(
    client: Client, database: Database
) -> None:
    user, made = region(database)
    client.sign_in(user.id)
    answer = client.post("/matching/search", {"q": "微細切削" * 10_000})
    assert answer.status_code == 422
    assert "長すぎます" in answer.text
    assert "微細切削" * 10_000 in answer.text
    assert made["miller"].name not in answer.text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "そのまま貼りつけてください"),
        ("   ", "そのまま貼りつけてください"),
        ("1", "何の数字かわかりません"),
        ("90210 12345", "何の数字かわかりません"),
        ("🏭✨", "手がかりになる言葉がありません"),
        ("！？…", "手がかりになる言葉がありません"),
        ("竜", "1文字だけでは"),
        ("ラーメンどんぶり", "どの企業の情報にもありません"),
        ("Точение", "どの企業の情報にもありません"),
    ],
)
def test_what_finds_nothing_is_told_why_and_what_to_do(
    client: Client, database: Database, text: str, words: str
) -> None:
    user, _ = region(database)
    client.sign_in(user.id)
    answer = client.get("/matching/search", query_string={"q": text})
    assert answer.status_code == 200
    assert words in answer.text


def test_a_hint_stands_over_the_little_that_one_character_finds(
    client: Client, database: Database
) -> None:
    user, made = region(database)
    client.sign_in(user.id)
    page = search(client, q="鋳")
    assert "手がかりが少ない文章です" in page
    assert made["caster"].name in page


def test_hints_look_at_letters_only() -> None:
    assert TextSearch(text="5軸").hint is None
    assert TextSearch(text="１２３").hint is Hint.ONLY_DIGITS
    assert TextSearch(text="(a)").hint is Hint.ONE_CHARACTER


def test_similar_companies_leave_the_company_itself_out(client: Client, database: Database) -> None:
    user, made = region(database)
    client.sign_in(user.id)
    page = client.get(f"/companies/{made['miller'].id}/similar").text
    assert f'id="c{made["caster"].id}-t"' in page
    assert f'id="c{made["miller"].id}-t"' not in page
    assert "切削" in page
    assert (
        f"/companies/{made['miller'].id}/similar" in client.get(f"/companies/{made['miller'].id}").text
    )


def test_each_empty_list_of_similar_companies_says_why(client: Client, database: Database) -> None:
    user, made = region(database)
    with database.unit_of_work() as session:
        body = session.get_one(SupportBody, user.body_id)
        silent = make_company(session, body)
        buyer = make_company(session, body, is_sme=False, is_buyer=True)
    client.sign_in(user.id)
    assert "似ている企業が見つかりません" in client.get(f"/companies/{silent.id}/similar").text
    assert "対象ではありません" in client.get(f"/companies/{buyer.id}/similar").text
    assert client.get(f"/companies/{made['stranger'].id}/similar").status_code == 404


def test_managers_neither_search_nor_see_who_is_like_them(client: Client, database: Database) -> None:
    manager, made = region(database, Role.SME)
    client.sign_in(manager.id)
    assert client.get("/matching/search?q=切削").status_code == 403
    assert client.get(f"/companies/{made['miller'].id}/similar").status_code == 403
