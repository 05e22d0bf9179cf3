"""Files of capabilities: whose they are, known rows, round trip, undo."""

from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.capabilities.enums import CapacityState
from sme_match.capabilities.labels import CAPACITY_STATES, DRAWING_FORMATS
from sme_match.capabilities.models import Capability
from sme_match.capabilities.register import CAPABILITY_REGISTER
from sme_match.capabilities.register.columns import CAPACITIES, FORMATS
from sme_match.core.actor import Actor
from sme_match.registers.enums import RowAction
from sme_match.registers.models import RegisterImport
from sme_match.registers.rows import ImportRow, ImportSummary, summarise
from sme_match.registers.services import apply_import, read_file, start_import, undo_import
from sme_match.support_bodies.models import SupportBody
from sme_match.tables.writing import Sheet, write_xlsx
from tests.conftest import NOW
from tests.factories import make_actor, make_body, make_capability, make_company
from tests.registers.files import csv_file

MILLING = {
    "企業名": "みやぎ精密",
    "加工・工程": "フライス",
    "得意なこと": "ステンレスの精密切削",
    "材質": "SUS304、アルミ",
    "最大寸法(mm)": "６００ｍｍ",
    "公差(±mm)": "0.01",
    "得意なロット(個)": "30",
    "設備": "5軸マシニング / DMG森精機 / DMU50 / 2台",
    "図面の形式": "PDF、STEP",
    "受注余力": "余力あり",
}


@pytest.fixture
def body(session: Session) -> SupportBody:
    return make_body(session)


@pytest.fixture
def actor(session: Session, body: SupportBody) -> Actor:
    return make_actor(session, body)


def start(session: Session, actor: Actor, data: bytes) -> RegisterImport:
    file = read_file(CAPABILITY_REGISTER, filename="加工.csv", data=data)
    return start_import(session, actor, CAPABILITY_REGISTER, file, now=NOW)


def look(session: Session, actor: Actor, *rows: dict[str, str]) -> ImportSummary:
    found = start(session, actor, csv_file(rows))
    return summarise(ImportRow.of_json(stored) for stored in found.rows)


def bring_in(session: Session, actor: Actor, *rows: dict[str, str]) -> RegisterImport:
    started = start(session, actor, csv_file(rows))
    return apply_import(session, actor, CAPABILITY_REGISTER, started.id, decisions={}, now=NOW)


def errors(found: ImportSummary) -> list[tuple[int, str, str]]:
    return [(row.number, error.title, error.text()) for row in found.refused for error in row.errors]


def test_a_row_becomes_a_capability_of_its_company(
    session: Session, actor: Actor, body: SupportBody
) -> None:
    company = make_company(session, body, name="株式会社みやぎ精密")
    bring_in(session, actor, MILLING)
    (row,) = session.scalars(select(Capability)).all()
    assert (row.company_id, row.process_code, row.materials) == (
        company.id,
        "milling",
        ["SUS304", "aluminium"],
    )
    assert (row.size_max_mm, row.tolerance_mm, row.lot_sweet) == (
        Decimal(600),
        Decimal("0.01"),
        30,
    )
    assert row.machines == [
        {"type": "5軸マシニング", "maker": "DMG森精機", "model": "DMU50", "count": 2}
    ]
    assert (row.drawing_formats, row.capacity, row.capacity_stated_at) == (
        ["pdf", "step"],
        CapacityState.FREE,
        NOW,
    )


def test_rows_without_a_clear_company_are_refused(
    session: Session, actor: Actor, body: SupportBody
) -> None:
    make_company(session, make_body(session), name="よその会社")
    make_company(session, body, name="双子工業")
    make_company(session, body, name="株式会社双子工業")
    found = look(
        session,
        actor,
        MILLING | {"企業名": "よその会社"},
        MILLING | {"企業名": "双子工業"},
        MILLING | {"企業名": "双子工業", "加工・工程": "魔法"},
    )
    assert errors(found) == [
        (2, "企業名", "この企業は登録されていません。先に企業を登録するか、取り込んでください。"),
        (3, "企業名", "同じ名前の企業が複数あります。法人番号も入力してください。"),
        (
            4,
            "加工・工程",
            "この加工は一覧にありません。「フライス加工」「板金」のような名前で入力してください。",
        ),
    ]


def test_the_rules_of_the_form_hold_for_files_too(
    session: Session, actor: Actor, body: SupportBody
) -> None:
    make_company(session, body, name="みやぎ精密")
    row = MILLING | {"最小寸法(mm)": "900"}
    assert errors(look(session, actor, row, MILLING, MILLING)) == [
        (2, "最大寸法(mm)", "最大寸法は、最小寸法と同じか、それより大きくしてください。"),
        (4, "加工・工程", "3行目と同じ企業の同じ加工です。どちらか一方にしてください。"),
    ]


def test_the_same_file_twice_changes_nothing(session: Session, actor: Actor, body: SupportBody) -> None:
    make_company(session, body, name="みやぎ精密")
    bring_in(session, actor, MILLING)
    assert len(look(session, actor, MILLING).unchanged) == 1
    other_text = look(session, actor, MILLING | {"得意なこと": "アルミの薄物"})
    assert [row.choices for row in other_text.questions] == [
        (RowAction.UPDATE, RowAction.CREATE, RowAction.SKIP)
    ]


def test_what_was_exported_comes_back_without_a_change(
    session: Session, actor: Actor, body: SupportBody
) -> None:
    company = make_company(session, body, name="みやぎ精密")
    make_capability(session, company, materials=[], drawing_formats=[], description="")
    bring_in(session, actor, MILLING | {"加工・工程": "研削", "自社で加工": "×", "試作から量産": "○"})
    make_capability(session, make_company(session, make_body(session)))
    titles = [column.title for column in CAPABILITY_REGISTER.columns]
    rows = list(CAPABILITY_REGISTER.export(session, actor, {}, NOW))
    assert len(rows) == 2
    data = write_xlsx([Sheet("一覧", titles, rows)])
    found = summarise(ImportRow.of_json(row) for row in start(session, actor, data).rows)
    assert (len(found.unchanged), found.coming, found.refused) == (2, 0, [])


def test_undo_restores_numbers_and_archives_new_rows(
    session: Session, actor: Actor, body: SupportBody
) -> None:
    company = make_company(session, body, name="みやぎ精密")
    known = make_capability(
        session, company, tolerance_mm=Decimal("0.05"), description="ステンレスの精密切削"
    )
    found = bring_in(session, actor, MILLING, MILLING | {"加工・工程": "研削"})
    assert (known.tolerance_mm, len(found.written)) == (Decimal("0.01"), 2)
    undo_import(session, actor, CAPABILITY_REGISTER, found.id, now=NOW)
    session.refresh(known)
    assert (known.tolerance_mm, known.materials, known.capacity, known.archived_at) == (
        Decimal("0.05"),
        ["SUS304"],
        None,
        None,
    )
    created = session.scalars(select(Capability).where(Capability.id != known.id)).one()
    assert created.archived_at == NOW


def test_files_use_the_words_of_the_pages() -> None:
    assert {str(word): state.value for state, word in CAPACITY_STATES.items()}.items() <= (
        CAPACITIES.items()
    )
    assert {str(word): form.value for form, word in DRAWING_FORMATS.items()}.items() <= (
        FORMATS.items()
    )
