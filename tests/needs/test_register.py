"""Files of needs: buyers, numbers, conditions side by side, round trip, undo."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from sme_match.companies.labels import MEETING_MODES
from sme_match.companies.models import Company
from sme_match.companies.register.columns import MEETING_MODE_CODES
from sme_match.core.actor import Actor
from sme_match.needs.conditions import ConditionDraft
from sme_match.needs.enums import ConditionKind, ConditionLevel, NeedState
from sme_match.needs.labels import DRAWING_RELEASES, NEED_KINDS, NEED_STATES
from sme_match.needs.models import Need
from sme_match.needs.register import NEED_REGISTER
from sme_match.needs.register.columns import DRAWINGS, KINDS, STATES
from sme_match.needs.services import NeedDraft, as_drafts, edit_need
from sme_match.registers.enums import RowAction
from sme_match.registers.models import RegisterImport
from sme_match.registers.rows import ImportRow, ImportSummary, summarise
from sme_match.registers.services import apply_import, read_file, start_import, undo_import
from sme_match.support_bodies.models import SupportBody
from sme_match.tables.writing import Sheet, write_csv, write_xlsx
from tests.conftest import NOW
from tests.factories import make_actor, make_body, make_buyer, make_condition, make_need
from tests.registers.files import csv_file

BRACKET = {
    "件名": "ブラケットの切削",
    "発注企業": "東北産業機械㈱",
    "状態": "募集中",
    "材質": "SUS304",
    "1回の数量(個)": "50個",
    "希望納期": "令和9年3月31日",
    "支払期日(日)": "30",
    "必須：公差(±mm)": "±0.05",
    "希望：公差(±mm)": "0.02",
    "必須：認証": "ISO9001、JIS Q 9100",
}
CONTRACT = {
    "need_id": "Pef9b064c",
    "text": "航空機部品 BUSHING ほか",
    "date": "2019-07-01",
    "buyer": "防衛省",
    "amount_yen": "39941000",
}


@pytest.fixture
def body(session: Session) -> SupportBody:
    return make_body(session)


@pytest.fixture
def actor(session: Session, body: SupportBody) -> Actor:
    return make_actor(session, body)


@pytest.fixture
def buyer(session: Session, body: SupportBody) -> Company:
    return make_buyer(session, body, name="東北産業機械株式会社")


def start(session: Session, actor: Actor, data: bytes) -> RegisterImport:
    file = read_file(NEED_REGISTER, filename="案件.csv", data=data)
    return start_import(session, actor, NEED_REGISTER, file, now=NOW)


def look(session: Session, actor: Actor, *rows: dict[str, str]) -> ImportSummary:
    found = start(session, actor, csv_file(rows))
    return summarise(ImportRow.of_json(stored) for stored in found.rows)


def bring_in(session: Session, actor: Actor, *rows: dict[str, str]) -> RegisterImport:
    started = start(session, actor, csv_file(rows))
    return apply_import(session, actor, NEED_REGISTER, started.id, decisions={}, now=NOW)


def needs(session: Session) -> list[Need]:
    query = select(Need).options(selectinload(Need.conditions)).order_by(Need.id)
    return list(session.scalars(query))


def errors(found: ImportSummary) -> list[tuple[int, str, str]]:
    return [(row.number, error.title, error.text()) for row in found.refused for error in row.errors]


def notes(found: ImportSummary) -> list[str]:
    return [note.message % note.values for row in found.questions for note in row.notes]


def test_a_row_becomes_a_need_with_must_and_wish(
    session: Session, actor: Actor, buyer: Company
) -> None:
    bring_in(session, actor, BRACKET)
    (need,) = needs(session)
    assert (need.number, need.buyer_id, need.state, need.due_on, need.owner_id) == (
        "N-2026-0001",
        buyer.id,
        NeedState.OPEN,
        date(2027, 3, 31),
        actor.user_id,
    )
    assert set(as_drafts(need.conditions)) == {
        ConditionDraft(ConditionLevel.MUST, ConditionKind.TOLERANCE_MM, number=Decimal("0.05")),
        ConditionDraft(ConditionLevel.WISH, ConditionKind.TOLERANCE_MM, number=Decimal("0.02")),
        ConditionDraft(ConditionLevel.MUST, ConditionKind.CERTIFICATE, text="iso_9001"),
        ConditionDraft(ConditionLevel.MUST, ConditionKind.CERTIFICATE, text="jis_q_9100"),
    }


def test_several_needs_get_numbers_in_a_row(session: Session, actor: Actor, buyer: Company) -> None:
    make_need(session, buyer, number="N-2026-0041")
    bring_in(session, actor, BRACKET, BRACKET | {"件名": "別の案件"})
    assert [need.number for need in needs(session)] == ["N-2026-0041", "N-2026-0042", "N-2026-0043"]


@pytest.mark.usefixtures("buyer")
def test_the_rules_of_the_form_hold_for_files_too(session: Session, actor: Actor) -> None:
    found = look(
        session,
        actor,
        BRACKET | {"支払期日(日)": "90"},
        BRACKET | {"希望納期": "2026/11/19"},
        BRACKET | {"必須：公差(±mm)": "少し"},
        BRACKET | {"希望納期": "2026/11/19", "状態": "締め切り"},
    )
    assert errors(found) == [
        (
            2,
            "支払期日(日)",
            (
                "支払期日は受領から60日以内にしてください。"
                "取適法（中小受託取引適正化法）で、受領した日から60日以内と決められています。"
            ),
        ),
        (3, "希望納期", "希望納期が過ぎた日になっています。今日より後の日を入力してください。"),
        (4, "必須：公差(±mm)", "数字で入力してください。例：0.01"),
    ]
    assert len(found.good) == 1


def test_an_unknown_buyer_is_announced_once_and_registered_with_its_needs(
    session: Session, actor: Actor
) -> None:
    rows = (BRACKET, BRACKET | {"件名": "別の案件", "発注企業": "東北産業機械株式会社"})
    assert notes(look(session, actor, *rows)) == [
        "発注企業「東北産業機械(株)」はまだ登録されていません。委託側の企業として一緒に登録します。"
    ]
    bring_in(session, actor, *rows)
    (company,) = session.scalars(select(Company)).all()
    assert (company.name, company.is_buyer, company.is_sme, company.prefecture_code) == (
        "東北産業機械(株)",
        True,
        False,
        "",
    )
    assert {need.buyer_id for need in needs(session)} == {company.id}


def test_the_buyers_of_another_body_are_not_used(session: Session, actor: Actor) -> None:
    foreign = make_buyer(session, make_body(session), name="東北産業機械株式会社")
    bring_in(session, actor, BRACKET)
    assert needs(session)[0].buyer_id != foreign.id


def test_what_was_exported_comes_back_without_a_change(
    session: Session, actor: Actor, buyer: Company
) -> None:
    bring_in(session, actor, BRACKET | {"内容": "=SUM(A1)", "種類": "試作", "図面": "NDA後"})
    old = make_need(session, buyer, due_on=date(2020, 1, 1), description="-3℃で使う")
    make_condition(session, old, ConditionKind.MATERIAL, level=ConditionLevel.WISH, text="stainless")
    make_need(session, make_buyer(session, make_body(session)), title="よその案件")
    session.expire_all()
    titles = [column.title for column in NEED_REGISTER.columns]
    rows = list(NEED_REGISTER.export(session, actor, {"sort": "number"}, NOW))
    assert len(rows) == 2
    for data in (write_xlsx([Sheet("一覧", titles, rows)]), write_csv(titles, rows).data):
        found = summarise(ImportRow.of_json(row) for row in start(session, actor, data).rows)
        assert (len(found.unchanged), found.coming, found.refused) == (2, 0, [])


def test_a_number_decides_and_an_unknown_one_is_refused(
    session: Session, actor: Actor, buyer: Company
) -> None:
    known = make_need(session, buyer, number="N-2026-0001", title="ブラケットの切削")
    bring_in(session, actor, BRACKET | {"案件番号": "N-2026-0001", "件名": "ブラケットの旋削"})
    assert known.title == "ブラケットの旋削"
    found = look(
        session,
        actor,
        BRACKET | {"案件番号": "N-2026-0999"},
        BRACKET | {"案件番号": "N-2026-0001", "件名": "別物", "発注企業": "別の会社"},
    )
    assert errors(found) == [
        (
            2,
            "案件番号",
            "この案件番号は登録されていません。新しい案件なら空欄にしてください。",
        )
    ]
    assert [row.action for row in found.questions] == [RowAction.SKIP]


@pytest.mark.usefixtures("buyer")
def test_the_same_file_twice_changes_nothing_and_a_change_is_asked_about(
    session: Session, actor: Actor
) -> None:
    bring_in(session, actor, BRACKET)
    assert len(look(session, actor, BRACKET).unchanged) == 1
    changed = look(session, actor, BRACKET | {"1回の数量(個)": "80"})
    assert notes(changed) == ["同じ発注企業の同じ件名の案件（N-2026-0001）が、すでに登録されています。"]


def test_undo_restores_values_and_conditions_and_closes_what_was_created(
    session: Session, actor: Actor, buyer: Company
) -> None:
    known = make_need(session, buyer, number="N-2026-0001", title="ブラケットの切削", lot_quantity=5)
    make_condition(session, known, ConditionKind.LOT, level=ConditionLevel.MUST, number=Decimal(5))
    session.expire_all()
    found = bring_in(
        session,
        actor,
        BRACKET | {"案件番号": "N-2026-0001"},
        BRACKET | {"案件番号": "", "件名": "新しい案件", "発注企業": "新しい会社"},
    )
    assert len(found.written) == 3
    report = undo_import(session, actor, NEED_REGISTER, found.id, now=NOW)
    assert report.left == ()
    session.expire_all()
    restored, created = needs(session)
    assert (restored.lot_quantity, restored.due_on, restored.state) == (5, None, NeedState.OPEN)
    assert as_drafts(restored.conditions) == [
        ConditionDraft(ConditionLevel.MUST, ConditionKind.LOT, number=Decimal(5))
    ]
    assert created.state is NeedState.CLOSED
    company = session.get_one(Company, created.buyer_id)
    assert company.archived_at == NOW


def test_undo_leaves_a_need_alone_whose_conditions_changed_since(
    session: Session, actor: Actor, buyer: Company
) -> None:
    found = bring_in(session, actor, BRACKET)
    (need,) = needs(session)
    draft = NeedDraft(buyer_id=buyer.id, title=need.title)
    edit_need(session, actor, need.id, draft, version=need.version, now=NOW)
    report = undo_import(session, actor, NEED_REGISTER, found.id, now=NOW + timedelta(hours=1))
    assert [entry.id for entry in report.left] == [need.id]
    assert need.state is NeedState.OPEN


def test_contract_files_come_in_open_under_their_own_numbers(session: Session, actor: Actor) -> None:
    bring_in(session, actor, CONTRACT)
    (need,) = needs(session)
    assert (need.number, need.title, need.description, need.state, need.price_band) == (
        "Pef9b064c",
        "航空機部品 BUSHING ほか",
        "航空機部品 BUSHING ほか",
        NeedState.OPEN,
        "39,941,000円(2019-07-01の契約)",
    )
    assert len(look(session, actor, CONTRACT).unchanged) == 1


def test_odd_contract_rows_are_reported_in_plain_words(session: Session, actor: Actor) -> None:
    found = look(
        session,
        actor,
        CONTRACT | {"text": "長い" * 200},
        CONTRACT | {"need_id": "x" * 21},
        CONTRACT | {"need_id": "P2", "buyer": ""},
        CONTRACT | {"need_id": "P3", "amount_yen": "未定"},
        CONTRACT | {"need_id": "P3"},
    )
    assert errors(found) == [
        (3, "案件番号", "20文字以内で入力してください（いまは21文字です）。"),
        (4, "発注企業", "入力してください。"),
        (6, "件名", "5行目と同じ案件です。どちらか一方にしてください。"),
    ]
    assert found.coming == 2


def test_files_use_the_words_of_the_pages() -> None:
    for words, codes in (
        (NEED_STATES, STATES),
        (NEED_KINDS, KINDS),
        (DRAWING_RELEASES, DRAWINGS),
        (MEETING_MODES, MEETING_MODE_CODES),
    ):
        assert {str(word): member.value for member, word in words.items()}.items() <= codes.items()
