"""The reason sheet (提案理由書) of a pair, as staff print it and write on it."""

import pytest
from sqlalchemy import select

from sme_match.accounts.models import User
from sme_match.audit.queries import list_history
from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.matching.models import Proposal
from sme_match.matching.sheets import prepare
from sme_match.needs.enums import ConditionKind, ConditionLevel
from sme_match.support_bodies.models import SupportBody
from tests.client import Client
from tests.factories import (
    make_body,
    make_buyer,
    make_capability,
    make_company,
    make_condition,
    make_need,
    make_user,
)
from tests.meetings.scenes import make_proposal

CONDITIONS: list[dict[str, object]] = [
    {"kind": "region", "level": "wish", "verdict": "fail", "required": "東北", "offered": "関東"},
    {"kind": "certificate", "level": "wish", "verdict": "unknown", "required": "iso_9001",
     "offered": None},
    {"kind": "tolerance_mm", "level": "must", "verdict": "pass", "required": 0.01, "offered": 0.005},
    {"kind": "lead_time_days", "level": "must", "verdict": "unknown", "required": 14,
     "offered": None},
]  # fmt: skip
EXPLANATION: dict[str, object] = {
    "parts": {"text": 40, "conditions": 20, "freshness": 10},
    "terms": [
        {"query": "旋盤", "document": "turning", "points": 30},
        {"query": "SUS304", "document": "SUS304", "points": 8},
        {"query": "", "document": "", "points": 2},
    ],
    "conditions": CONDITIONS,
    "excerpt": {"text": "CNC turning of <small> parts", "marks": [[4, 11]]},
}


@pytest.fixture
def pair(database: Database) -> tuple[User, Proposal]:
    with database.unit_of_work() as session:
        body = make_body(session)
        buyer = make_buyer(session, body, name="名無しの発注")
        need = make_need(session, buyer, title="軸の旋盤加工", buyer_anonymous=True)
        company = make_company(session, body, name="旋削製作所")
        make_capability(session, company, process_code="milling", description="フライス加工")
        make_capability(session, company, process_code="welding", description="溶接")
        proposal = make_proposal(session, need, company, explanation=EXPLANATION)
        return make_user(session, body), proposal


def address(proposal: Proposal, language: str = "ja") -> str:
    return f"/proposals/{proposal.id}/sheet?lang={language}"


def stored(database: Database) -> Proposal:
    with database.reading() as session:
        return session.scalars(select(Proposal)).one()


def test_conditions_stand_musts_first_and_every_unknown_one_becomes_a_question(
    client: Client, database: Database, pair: tuple[User, Proposal]
) -> None:
    with client.app.test_request_context("/?lang=ja"):
        found = prepare(stored(database))
    assert [row.title for row in found.conditions] == ["公差", "納期", "地方", "認証"]
    assert [row.result for row in found.conditions] == ["満たす", "不明", "希望に届かない", "不明"]
    assert [words for _level, words in found.questions] == [
        "納期は14日以内にできますか。",
        "「ISO 9001（品質）」をお持ちですか。有効期限はいつまでですか。",
    ]
    assert (found.known, len(found.conditions)) == (2, 4)


def test_the_sheet_says_why_with_both_values_and_keeps_an_anonymous_buyer_anonymous(
    client: Client, pair: tuple[User, Proposal]
) -> None:
    user, proposal = pair
    page = client.sign_in(user.id).get(address(proposal)).text
    for text in ("旋盤 ≒ turning <b>+30</b>", "SUS304 <b>+8</b>", "±0.01mm以内", "±0.005mm", "満たす"):
        assert text in page
    assert "CNC <mark>turning</mark> of &lt;small&gt; parts" in page
    assert "匿名" in page
    assert "名無しの発注" not in page
    assert "フライス" in page
    assert "わかっている条件" in page


@pytest.mark.parametrize("stored_language", ["ja", "en"])
def test_each_language_can_be_printed_whatever_the_user_reads(
    client: Client, database: Database, pair: tuple[User, Proposal], stored_language: str
) -> None:
    user, proposal = pair
    with database.unit_of_work() as session:
        session.get_one(User, user.id).language = stored_language
    client.sign_in(user.id)
    japanese, english = (client.get(address(proposal, code)).text for code in ("ja", "en"))
    assert '<html lang="ja">' in japanese
    assert '<h1 id="sheet-t">提案理由書</h1>' in japanese
    assert '<html lang="en">' in english
    for text in ("Reason sheet</h1>", "Can you keep a lead time of 14 days or less?", "Wish not met"):
        assert text in english
    # The switch of the page itself leads out of the language that the address names.
    assert f'href="/language/ja?next=/proposals/{proposal.id}/sheet"' in english
    assert client.get(f"/proposals/{proposal.id}/sheet?lang=fr").status_code == 200


def test_a_newer_explanation_names_the_relation_the_field_and_points_of_conditions(
    client: Client, database: Database, pair: tuple[User, Proposal]
) -> None:
    user, proposal = pair
    with database.unit_of_work() as session:
        term = {
            "query": "旋盤",
            "document": "turning",
            "points": 40,
            "relation": "same",
            "field": "profile",
        }
        conditions = [CONDITIONS[2] | {"points": 20}]
        session.get_one(Proposal, proposal.id).explanation = EXPLANATION | {
            "terms": [term],
            "conditions": conditions,
        }
    page = client.sign_in(user.id).get(address(proposal)).text
    assert "旋盤 = turning <b>+40</b> <small>紹介文</small>" in page
    assert '<td class="n" data-l="点">20</td>' in page


def test_the_coordinator_writes_the_note_and_the_need_remembers_who_did(
    client: Client, database: Database, pair: tuple[User, Proposal]
) -> None:
    user, proposal = pair
    client.sign_in(user.id)
    form = {
        "sheet_note": "量産の立ち上げに\r\n慣れています。",
        "version": str(stored(database).version),
    }
    done = client.post(address(proposal, "en"), form)
    assert (done.status_code, done.location) == (302, address(proposal, "en"))
    assert stored(database).sheet_note == "量産の立ち上げに\n慣れています。"
    with database.reading() as session:
        entry = list_history(session, "need", proposal.need_id)[0]
    assert (entry.action, entry.actor_name, entry.note) == ("proposal.note", user.name, "旋削製作所")
    history = client.get(f"/needs/{proposal.need_id}/history").text
    assert "提案理由書の所見を書きました" in history


def test_bad_and_late_notes_are_refused_in_words_and_nothing_typed_is_lost(
    client: Client, database: Database, pair: tuple[User, Proposal]
) -> None:
    user, proposal = pair
    client.sign_in(user.id)
    opened = str(stored(database).version)
    long = "長" * 401
    refused = client.post(address(proposal), {"sheet_note": long, "version": opened})
    assert refused.status_code == 422
    assert long in refused.text
    assert "エラー：" in refused.text
    client.post(address(proposal), {"sheet_note": "先に書いた所見", "version": opened})
    late = client.post(address(proposal), {"sheet_note": "あとの所見", "version": opened})
    assert late.status_code == 409
    assert "ほかの人が先に更新しました" in late.text
    assert "先に書いた所見" in late.text
    assert ">あとの所見</textarea>" in late.text
    assert stored(database).sheet_note == "先に書いた所見"
    again = client.post(
        address(proposal), {"sheet_note": "あとの所見", "version": str(stored(database).version)}
    )
    assert again.status_code == 302


def test_decisions_leave_the_note_alone(
    client: Client, database: Database, pair: tuple[User, Proposal]
) -> None:
    user, proposal = pair
    client.sign_in(user.id)
    note = {"sheet_note": "所見", "version": str(stored(database).version)}
    client.post(address(proposal), note)
    decision = {"decision": "hold", "version": str(stored(database).version)}
    client.post(f"/proposals/{proposal.id}/decision", decision)
    assert stored(database).sheet_note == "所見"


def test_leads_read_the_sheet_and_nobody_else_opens_it(
    client: Client, database: Database, pair: tuple[User, Proposal]
) -> None:
    user, proposal = pair
    with database.unit_of_work() as session:
        own = session.get_one(SupportBody, user.body_id)
        body, lead = make_body(session), make_user(session, own, Role.LEAD)
        manager = make_user(session, own, Role.SME, company_id=proposal.company_id)
        stranger = make_user(session, body)
    page = client.sign_in(lead.id).get(address(proposal))
    assert page.status_code == 200
    assert "<textarea" not in page.text
    assert client.post(address(proposal), {"sheet_note": "x", "version": "1"}).status_code == 403
    assert client.sign_in(stranger.id).get(address(proposal)).status_code == 404
    assert client.sign_in(manager.id).get(address(proposal)).status_code == 403


def test_the_card_of_a_proposal_leads_to_its_sheet(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        body = make_body(session)
        user, lead = make_user(session, body), make_user(session, body, Role.LEAD)
        need = make_need(session, make_buyer(session, body), title="SUS316Lの微細切削")
        make_condition(
            session, need, ConditionKind.TOLERANCE_MM, level=ConditionLevel.MUST, number="0.01"
        )
        make_capability(session, make_company(session, body), description="SUS316Lの微細切削です。")
    client.sign_in(user.id).post(f"/needs/{need.id}/matches/run")
    link = f'href="/proposals/{stored(database).id}/sheet"'
    for reader in (user, lead):
        assert link in client.sign_in(reader.id).get(f"/needs/{need.id}/matches").text
    page = client.get(f"/proposals/{stored(database).id}/sheet").text
    assert "公差±0.01mm以内で加工できますか。" in page
