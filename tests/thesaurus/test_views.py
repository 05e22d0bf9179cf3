"""Pages of the words of the trade."""

import pytest
from sqlalchemy import select

from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.matching.enums import WordState
from sme_match.matching.models import WordEntry
from tests.client import Client
from tests.factories import make_body, make_company, make_user

FORM = {
    "kind": "trade",
    "ja": "ガラ箱、ｶﾞﾗ入れ",
    "en": "scrap bin",
    "broader": "タンク",
    "reason": "発注企業が使う",
    "example": "ガラ箱を10台",
}


@pytest.fixture
def people(database: Database) -> dict[str, int]:
    with database.unit_of_work() as session:
        body, other = make_body(session, name="岩手機構"), make_body(session, name="山形機構")
        return {
            "proposer": make_user(session, body, name="提案 花子").id,
            "colleague": make_user(session, body, name="同僚 次郎").id,
            "lead": make_user(session, body, Role.LEAD).id,
            "stranger": make_user(session, other, name="他県 太郎").id,
            "administrator": make_user(session, None, Role.ADMINISTRATOR).id,
            "manager": make_user(session, body, Role.SME, company_id=make_company(session, body).id).id,
        }


@pytest.fixture
def proposed(client: Client, people: dict[str, int], database: Database) -> str:
    client.sign_in(people["proposer"])
    answer = client.post("/words/propose", FORM)
    assert answer.status_code == 302
    return str(answer.location)


def stored(database: Database) -> WordEntry:
    with database.reading() as session:
        return session.scalars(select(WordEntry)).one()


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", "機械加工"),
        ("?q=挽物", "旋盤加工"),
        ("?q=LATHE&kind=process", "旋盤加工"),
        ("?q=ﾒｯｷ", "めっき"),
        ("?kind=certificate", "ISO 9001"),
        ("?q=%00&page=99999999", "語中 961–"),
        ("?q=どこにも無い", "条件に合う用語がありません"),
        ("?page=3", "語中 41–60"),
        ("?kind=odd", "機械加工"),
    ],
)
def test_words_are_found_in_either_language(
    client: Client, people: dict[str, int], query: str, shown: str
) -> None:
    client.sign_in(people["lead"])
    assert shown in client.get(f"/words/{query}").text


def test_a_concept_shows_its_names_and_what_stands_around_it(
    client: Client, people: dict[str, int]
) -> None:
    page = client.sign_in(people["proposer"]).get("/words/concepts/turning").text
    for text in ("挽物", "lathe", "機械加工", "NC旋盤", "名前の追加を提案する"):
        assert text in page
    assert client.get("/words/concepts/AU/EU").status_code == 200
    assert client.get("/words/concepts/nothing").status_code == 404


def test_a_word_goes_from_proposal_to_the_list(
    client: Client, people: dict[str, int], proposed: str, database: Database
) -> None:
    assert "自分の提案は自分では採用できません" in client.get(proposed).text
    client.sign_in(people["colleague"])
    page = client.get(proposed).text
    assert "この提案を確認する" in page
    answer = client.post(f"{proposed}/decide", {"accept": "1", "version": "1", "note": ""})
    assert answer.location == "/words/proposals/"
    assert "元に戻す" in client.get("/words/proposals/").text
    assert "ガラ入れ" in client.get("/words/?q=ガラ箱").text
    assert stored(database).state is WordState.ACCEPTED
    client.post(f"{proposed}/reopen")
    assert "条件に合う用語がありません" in client.get("/words/?q=ガラ箱").text


def test_a_rejection_without_a_reason_is_asked_for_one(
    client: Client, people: dict[str, int], proposed: str, database: Database
) -> None:
    client.sign_in(people["lead"])
    answer = client.post(f"{proposed}/decide", {"reject": "1", "version": "1"})
    assert answer.status_code == 422
    assert "見送る理由を入力してください。" in answer.text
    client.post(f"{proposed}/decide", {"reject": "1", "version": "1", "note": "一般語"})
    assert stored(database).state is WordState.REJECTED
    client.sign_in(people["proposer"])
    assert "一般語" in client.get(proposed).text


def test_a_reviewer_who_was_overtaken_sees_the_corrected_proposal(
    client: Client, people: dict[str, int], proposed: str
) -> None:
    changed = FORM | {"ja": "ガラ入れ箱", "version": "1"}
    assert client.post(f"{proposed}/edit", changed).location == proposed
    late = client.post(f"{proposed}/edit", FORM | {"version": "1"})
    assert late.status_code == 409
    assert "ガラ入れ箱" in late.text
    client.sign_in(people["colleague"])
    answer = client.post(f"{proposed}/decide", {"accept": "1", "version": "1", "note": "よい"})
    assert answer.status_code == 409
    assert "提案がその間に直されました" in answer.text
    assert "よい" in answer.text


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"ja": ""}, "日本語と英語の名前が一つずつ"),
        ({"ja": "メッキ"}, "「めっき」の名前です"),
        ({"en": "スクラップ"}, "英字で入力"),
        ({"ja": "、".join(f"言葉{n}" for n in range(21))}, "20個まで"),
        ({"ja": "あ" * 61}, "60文字まで"),
        ({"reason": ""}, "提案の理由を入力してください。"),
        ({"kind": "odd"}, "入力を確認してください"),
        ({"broader": "どこにも無い言葉"}, "辞書にありません"),
    ],
)
def test_wrong_input_is_explained_and_kept(
    client: Client,
    people: dict[str, int],
    database: Database,
    changed: dict[str, str],
    message: str,
) -> None:
    client.sign_in(people["proposer"])
    answer = client.post("/words/propose", FORM | changed)
    assert answer.status_code == 422
    assert message in answer.text
    assert "ガラ箱を10台" in answer.text
    with database.reading() as session:
        assert session.scalars(select(WordEntry)).all() == []


def test_names_are_proposed_for_a_concept_and_against_it(
    client: Client, people: dict[str, int], database: Database
) -> None:
    client.sign_in(people["proposer"])
    address = "/words/propose?concept=turning&change=remove"
    assert "外す言葉" in client.get(address).text
    answer = client.post(address, {"ja": "丸物", "reason": "角物の会社も書く"})
    assert "名前の削除" in client.get(answer.location).text
    assert "名前の削除：" in client.get("/words/concepts/turning").text
    entry = stored(database)
    assert (entry.concept_code, entry.kind.value) == ("turning", "process")


def test_another_body_sees_the_body_and_nobody_by_name(
    client: Client, people: dict[str, int], proposed: str
) -> None:
    assert "提案 花子" in client.get(proposed).text
    client.sign_in(people["stranger"])
    for address in (proposed, "/words/proposals/", "/waiting/words-to-review"):
        page = client.get(address).text
        assert "岩手機構" in page
        assert "提案 花子" not in page
    client.post(f"{proposed}/decide", {"accept": "1", "version": "1"})
    client.sign_in(people["proposer"])
    page = client.get(proposed).text
    assert "山形機構" in page
    assert "他県 太郎" not in page


def test_another_body_may_decide_but_not_change_a_proposal(
    client: Client, people: dict[str, int], proposed: str, database: Database
) -> None:
    client.sign_in(people["stranger"])
    assert client.get(f"{proposed}/edit").status_code == 403
    assert client.post(f"{proposed}/edit", FORM | {"version": "1"}).status_code == 403
    assert client.post(f"{proposed}/withdraw").status_code == 403
    assert stored(database).state is WordState.PROPOSED


def test_what_waits_stands_on_the_home_pages_of_those_who_may_decide(
    client: Client, people: dict[str, int], proposed: str
) -> None:
    for person in ("colleague", "lead", "stranger", "administrator"):
        client.sign_in(people[person])
        assert "/waiting/words-to-review" in client.get("/").text
        assert proposed in client.get("/waiting/words-to-review").text
    client.sign_in(people["proposer"])
    assert "/waiting/words-to-review" not in client.get("/").text


def test_managers_of_companies_do_not_keep_words(
    client: Client, people: dict[str, int], proposed: str
) -> None:
    client.sign_in(people["manager"])
    for address in ("/words/", "/words/concepts/turning", proposed, "/words/propose"):
        assert client.get(address).status_code == 403
    assert client.post(f"{proposed}/decide", {"accept": "1", "version": "1"}).status_code == 403


def test_a_withdrawn_proposal_can_be_taken_up_again(
    client: Client, proposed: str, database: Database
) -> None:
    assert client.post(f"{proposed}/withdraw").location == proposed
    assert "元に戻す" in client.get(proposed).text
    assert stored(database).state is WordState.WITHDRAWN
    client.post(f"{proposed}/reopen")
    assert stored(database).state is WordState.PROPOSED


def test_english_pages_are_english(client: Client, people: dict[str, int], proposed: str) -> None:
    client.get("/language/en")
    page = client.get("/words/").text
    assert "Terms" in page
    assert "Same meaning" in page
