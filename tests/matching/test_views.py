"""The match review as a coordinator works on it."""

import re

from sqlalchemy import select

from sme_match.accounts.models import User
from sme_match.companies.models import Company
from sme_match.db.session import Database
from sme_match.matching.enums import ProposalState
from sme_match.matching.models import Proposal
from sme_match.needs.enums import ConditionKind, ConditionLevel
from sme_match.needs.models import Need, NeedShare
from sme_match.support_bodies.models import SupportBody
from tests.client import Client
from tests.conftest import NOW
from tests.factories import (
    make_body,
    make_buyer,
    make_capability,
    make_company,
    make_condition,
    make_contact,
    make_need,
    make_user,
)
from tests.queries import count_queries


def region(database: Database, *, companies: int = 2) -> tuple[User, Need]:
    with database.unit_of_work() as session:
        body = make_body(session)
        user = make_user(session, body)
        need = make_need(session, make_buyer(session, body), title="SUS316Lの微細切削")
        make_condition(
            session, need, ConditionKind.TOLERANCE_MM, level=ConditionLevel.MUST, number="0.01"
        )
        for n in range(companies):
            company = make_company(session, body, name=f"微細切削{n}")
            make_capability(
                session, company, description="SUS316Lの微細切削です。", tolerance_mm="0.005"
            )
    return user, need


def state_of(database: Database) -> list[ProposalState]:
    with database.reading() as session:
        return list(session.scalars(select(Proposal.state).order_by(Proposal.rank)))


def test_a_coordinator_computes_accepts_and_takes_it_back(client: Client, database: Database) -> None:
    user, need = region(database)
    client.sign_in(user.id)
    empty = client.get(f"/needs/{need.id}/matches")
    assert "まだ計算していません" in empty.text
    assert client.post(f"/needs/{need.id}/matches/run").status_code == 302
    page = client.get(f"/needs/{need.id}/matches")
    assert "<mark>SUS316L</mark>" in page.text
    assert "公差 ±0.01mm以内" in page.text
    assert "±0.005mm" in page.text
    with database.reading() as session:
        proposal = session.scalars(select(Proposal).order_by(Proposal.rank)).first()
    assert proposal is not None
    data = {"decision": "accept", "version": str(proposal.version)}
    assert client.post(f"/proposals/{proposal.id}/decision", data).status_code == 302
    assert state_of(database) == [ProposalState.ACCEPTED, ProposalState.NEW]
    told = client.get(f"/needs/{need.id}/matches")
    undo = re.search(r'action="(/decisions/\d+/undo)"', told.text)
    assert undo is not None
    client.post(undo[1])
    assert state_of(database) == [ProposalState.NEW, ProposalState.NEW]


def test_the_history_of_a_need_tells_what_was_decided_to_its_own_body_alone(
    client: Client, database: Database
) -> None:
    user, need = region(database, companies=1)
    client.sign_in(user.id)
    client.post(f"/needs/{need.id}/matches/run")
    with database.unit_of_work() as session:
        proposal = session.scalars(select(Proposal)).one()
        guest = make_body(session)
        reader = make_user(session, guest)
        session.add(NeedShare(need_id=need.id, body_id=guest.id, granted_at=NOW))
    data = {"decision": "hold", "version": str(proposal.version)}
    client.post(f"/proposals/{proposal.id}/decision", data)
    client.post(f"/needs/{need.id}/watch")
    page = client.get(f"/needs/{need.id}/history")
    assert page.status_code == 200
    assert "推薦について判断しました" in page.text
    assert "<del>未確認</del> → <ins>保留</ins>" in page.text
    assert "微細切削0" in page.text
    assert "新しく合う企業の知らせを受けはじめました" in page.text
    shared = client.sign_in(reader.id).get(f"/needs/{need.id}/history")
    assert "合う企業を計算しました" in shared.text
    assert "微細切削0" not in shared.text
    assert "新しく合う企業の知らせを受けはじめました" not in shared.text


def test_a_rejection_without_script_asks_for_the_reason_on_its_own_page(
    client: Client, database: Database
) -> None:
    user, need = region(database, companies=1)
    client.sign_in(user.id)
    client.post(f"/needs/{need.id}/matches/run")
    with database.reading() as session:
        proposal = session.scalars(select(Proposal)).one()
    version = {"version": str(proposal.version)}
    asked = client.post(f"/proposals/{proposal.id}/decision", version | {"decision": "reject"})
    assert asked.location == f"/proposals/{proposal.id}/reject"
    refused = client.post(asked.location, version | {"note": "電話で確認"})
    assert refused.status_code == 422
    assert "見送る理由を選んでください。" in refused.text
    assert 'value="電話で確認"' in refused.text
    done = client.post(asked.location, version | {"reason": "lot", "note": "電話で確認"})
    assert done.status_code == 302
    page = client.get(f"/needs/{need.id}/matches")
    assert "理由：ロット数が合わない" in page.text
    assert "電話で確認" in page.text


def test_what_is_not_known_can_be_asked_without_naming_the_buyer(
    client: Client, database: Database
) -> None:
    user, need = region(database, companies=1)
    with database.unit_of_work() as session:
        for kind, text in (
            (ConditionKind.CERTIFICATE, "iso_9001"),
            (ConditionKind.MEETING_MODE, "web"),
        ):
            make_condition(session, need, kind, level=ConditionLevel.MUST, text=text)
        company = session.scalars(select(Company).where(Company.is_sme)).one()
        make_contact(session, company, name="受注 花子", email="hanako@example.jp")
        buyer = session.scalars(select(Company.name).where(Company.is_buyer)).one()
    client.sign_in(user.id)
    client.post(f"/needs/{need.id}/matches/run")
    review = client.get(f"/needs/{need.id}/matches")
    assert "+10点" in review.text
    asked = re.search(r'href="(/proposals/\d+/questions)"', review.text)
    assert asked is not None
    page = client.get(asked[1])
    assert "「ISO 9001（品質）」をお持ちですか。" in page.text
    assert "mailto:hanako@example.jp?subject=" in page.text
    assert buyer not in page.text


def test_the_review_says_what_each_must_costs_and_what_is_lacking(
    client: Client, database: Database
) -> None:
    user, need = region(database, companies=1)
    with database.unit_of_work() as session:
        body = session.scalars(select(SupportBody)).one()
        rough = make_company(session, body, name="荒加工の会社")
        make_capability(session, rough, description="SUS316Lの微細切削です。", tolerance_mm="0.05")
    client.sign_in(user.id)
    client.post(f"/needs/{need.id}/matches/run")
    page = client.get(f"/needs/{need.id}/matches").text
    assert "±0.05mmまで（要求 ±0.01mm）" in page
    assert "「公差 ±0.01mm以内」を必須から外すと、1社増えます。" in page
    assert f'href="/needs/{need.id}/edit#must_tolerance_mm"' in page


def test_a_decision_on_an_old_page_is_refused_in_words(client: Client, database: Database) -> None:
    user, need = region(database, companies=1)
    client.sign_in(user.id)
    client.post(f"/needs/{need.id}/matches/run")
    with database.reading() as session:
        proposal = session.scalars(select(Proposal)).one()
    old = {"version": str(proposal.version)}
    client.post(f"/proposals/{proposal.id}/decision", old | {"decision": "hold"})
    answer = client.post(f"/proposals/{proposal.id}/decision", old | {"decision": "accept"})
    assert answer.status_code == 409
    assert "ほかの人が先に更新しました" in answer.text
    assert state_of(database) == [ProposalState.HELD]


def test_pages_ask_the_same_number_of_questions_for_one_and_three_rows(
    client: Client, database: Database
) -> None:
    counts = []
    for companies in (1, 3):
        user, need = region(database, companies=companies)
        client.sign_in(user.id)
        client.post(f"/needs/{need.id}/matches/run")
        client.get(f"/needs/{need.id}/matches")
        with count_queries(database) as review:
            client.get(f"/needs/{need.id}/matches")
        with count_queries(database) as overview:
            client.get("/matching/")
        counts.append((len(review), len(overview)))
    assert counts[0] == counts[1]


def test_the_page_about_scores_names_the_numbers_of_the_engine(
    client: Client, database: Database
) -> None:
    user, _ = region(database, companies=1)
    page = client.sign_in(user.id).get("/matching/scores")
    assert "文章の近さ（60点まで）" in page.text


def test_the_review_says_that_the_need_changed_after_the_run(
    client: Client, database: Database
) -> None:
    user, need = region(database)
    client.sign_in(user.id)
    client.post(f"/needs/{need.id}/matches/run")
    notice = "計算のあとに、案件の登録が変わっています"
    assert notice not in client.get(f"/needs/{need.id}/matches").text
    with database.unit_of_work() as session:
        session.get_one(Need, need.id).title = "SUS316Lの旋削"

    assert notice in client.get(f"/needs/{need.id}/matches").text
    client.post(f"/needs/{need.id}/matches/run")
    assert notice not in client.get(f"/needs/{need.id}/matches").text
