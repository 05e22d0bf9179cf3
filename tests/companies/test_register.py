"""Files of companies: what is recognised, refused, asked about, written, exported, taken back."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.audit.queries import list_history
from sme_match.companies.known import SHARED_PHONE
from sme_match.companies.models import Company
from sme_match.companies.register import COMPANY_REGISTER
from sme_match.companies.services import draft_of, edit_company
from sme_match.core.actor import Actor, Role
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from sme_match.registers.enums import ImportState, RowAction
from sme_match.registers.models import RegisterImport
from sme_match.registers.rows import ImportRow, ImportSummary, summarise
from sme_match.registers.services import apply_import, read_file, start_import, undo_import, written_of
from sme_match.support_bodies.models import SupportBody
from sme_match.tables.template import write_template
from sme_match.tables.writing import Sheet, write_csv, write_xlsx
from tests.conftest import NOW
from tests.factories import make_actor, make_body, make_company, make_share
from tests.registers.files import csv_file, xlsx_file

MIYAGI = {
    "企業名": "㈱みやぎ精密",
    "フリガナ": "ミヤギセイミツ",
    "法人番号": "7000012050002",
    "都道府県": "宮城",
    "市区町村": "大崎市",
    "電話番号": "０２２９－２２－００００",
    "業種": "金属製品製造業",
    "従業員数(名)": "18名",
}


@pytest.fixture
def body(session: Session) -> SupportBody:
    return make_body(session)


@pytest.fixture
def actor(session: Session, body: SupportBody) -> Actor:
    return make_actor(session, body)


def start(session: Session, actor: Actor, data: bytes) -> RegisterImport:
    file = read_file(COMPANY_REGISTER, filename="名簿.csv", data=data)
    return start_import(session, actor, COMPANY_REGISTER, file, now=NOW)


def look(session: Session, actor: Actor, *rows: dict[str, str]) -> ImportSummary:
    return summary(start(session, actor, csv_file(rows)))


def summary(found: RegisterImport) -> ImportSummary:
    return summarise(ImportRow.of_json(stored) for stored in found.rows)


def bring_in(
    session: Session, actor: Actor, data: bytes, decisions: dict[int, RowAction] | None = None
) -> RegisterImport:
    started = start(session, actor, data)
    return apply_import(
        session, actor, COMPANY_REGISTER, started.id, decisions=decisions or {}, now=NOW
    )


def companies(session: Session) -> list[Company]:
    return list(session.scalars(select(Company).order_by(Company.id)))


def notes(found: ImportSummary) -> list[str]:
    return [note.message % note.values for row in found.questions for note in row.notes]


def errors(found: ImportSummary) -> list[tuple[int, str, str]]:
    return [(row.number, error.title, error.text()) for row in found.refused for error in row.errors]


def test_nothing_is_registered_before_the_file_was_looked_at(session: Session, actor: Actor) -> None:
    found = look(session, actor, MIYAGI)
    assert [row.name for row in found.good] == ["㈱みやぎ精密"]
    assert companies(session) == []


def test_a_row_becomes_a_company_with_codes_and_history(session: Session, actor: Actor) -> None:
    bring_in(session, actor, csv_file([MIYAGI]))
    (company,) = companies(session)
    assert (company.name, company.prefecture_code, company.municipality_code) == (
        "(株)みやぎ精密",
        "04",
        "04215",
    )
    assert (company.jsic_code, company.employees, company.phone) == ("24", 18, "0229-22-0000")
    assert (company.is_sme, company.is_buyer, company.confirmed_at) == (True, False, None)
    assert "みやぎ精密" in company.search_text
    assert [entry.action for entry in list_history(session, "company", company.id)] == [
        "company.import"
    ]


def test_files_of_old_excel_and_xlsx_read_the_same(session: Session, actor: Actor) -> None:
    cp932 = summary(start(session, actor, csv_file([MIYAGI], encoding="cp932")))
    xlsx = summary(start(session, actor, xlsx_file([MIYAGI])))
    assert cp932 == xlsx
    assert len(xlsx.good) == 1


def test_what_is_wrong_stands_beside_its_row_and_the_rest_comes_in(
    session: Session, actor: Actor
) -> None:
    rows = [
        MIYAGI,
        MIYAGI | {"企業名": "", "法人番号": ""},
        MIYAGI | {"企業名": "B社", "法人番号": "1234567890"},
        MIYAGI | {"企業名": "C社", "法人番号": "", "市区町村": "盛岡市"},
        MIYAGI | {"企業名": "D社"},
    ]
    found = bring_in(session, actor, csv_file(rows))
    assert errors(summary(found)) == [
        (3, "企業名", "入力してください。"),
        (4, "法人番号", "法人番号は13桁の数字です。いまは10桁です。"),
        (5, "市区町村", "この市区町村が見つかりません。都道府県と合っているか確かめてください。"),
        (6, "法人番号", "2行目と同じ法人番号です。どちらか一方にしてください。"),
    ]
    assert [company.name for company in companies(session)] == ["(株)みやぎ精密"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "ファイルが空です。1行目に見出し、2行目からデータを入れてください。"),
        (
            "名前,電話\nA社,1\n".encode(),
            "「企業名」の列が見つかりません。ひな形のファイルと同じ見出しにしてください。",
        ),
        (
            "企業名,フリガナ\n".encode(),
            "見出しの下にデータの行がありません。2行目からデータを入れてください。",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_reason(
    session: Session, actor: Actor, data: bytes, message: str
) -> None:
    with pytest.raises(InvalidError) as refusal:
        start(session, actor, data)
    assert str(refusal.value) == message


def test_the_example_row_of_the_template_is_no_company(session: Session, actor: Actor) -> None:
    with pytest.raises(InvalidError, match="データの行がありません"):
        start(session, actor, write_template(COMPANY_REGISTER.columns))


def test_a_registered_company_is_recognised_by_number_name_and_phone(
    session: Session, actor: Actor, body: SupportBody
) -> None:
    make_company(session, body, name="A社", corporate_number="7000012050002", prefecture_code="03")
    make_company(session, body, name="株式会社みやぎ精密", prefecture_code="04")
    make_company(session, body, name="C社", phone="0197-64-1234", prefecture_code="03")
    found = look(
        session,
        actor,
        {"企業名": "A工業", "法人番号": "7000012050002", "都道府県": "", "電話番号": ""},
        {"企業名": "みやぎ精密(株)", "法人番号": "", "都道府県": "宮城県", "電話番号": "0229-22-0000"},
        {"企業名": "D社", "法人番号": "", "都道府県": "岩手県", "電話番号": "0197(64)1234"},
        {"企業名": "みやぎ精密", "法人番号": "", "都道府県": "福島県", "電話番号": ""},
    )
    assert notes(found) == [
        "同じ法人番号の「A社」が、すでに登録されています。",
        "同じ名前の「株式会社みやぎ精密」が、すでに登録されています。",
        "同じ電話番号の「C社」が、すでに登録されています。",
    ]
    assert [row.action for row in found.questions] == [
        RowAction.UPDATE,
        RowAction.UPDATE,
        RowAction.CREATE,
    ]
    assert found.questions[0].choices == (RowAction.UPDATE, RowAction.SKIP)
    assert [row.name for row in found.good] == ["みやぎ精密"]


def test_two_numbers_are_two_companies_however_alike_the_names(
    session: Session, actor: Actor, body: SupportBody
) -> None:
    make_company(
        session, body, name="みやぎ精密", prefecture_code="04", corporate_number="1000012050008"
    )
    assert [row.action for row in look(session, actor, MIYAGI).good] == [RowAction.CREATE]


def test_a_person_decides_row_by_row(session: Session, actor: Actor, body: SupportBody) -> None:
    known = make_company(session, body, name="みやぎ精密", prefecture_code="04", employees=3)
    row = {"企業名": "みやぎ精密", "都道府県": "宮城県", "従業員数": "18"}
    bring_in(session, actor, csv_file([row]), {2: RowAction.SKIP})
    assert (len(companies(session)), known.employees) == (1, 3)
    bring_in(session, actor, csv_file([row]), {2: RowAction.CREATE})
    assert len(companies(session)) == 2
    bring_in(session, actor, csv_file([row]), {2: RowAction.KEEP})  # Not offered: the proposal holds.
    assert known.employees == 18


def test_an_empty_cell_changes_nothing(session: Session, actor: Actor, body: SupportBody) -> None:
    known = make_company(
        session, body, name="みやぎ精密", prefecture_code="04", is_buyer=True, is_sme=False, employees=3
    )
    row = {"企業名": "みやぎ精密", "都道府県": "宮城県", "従業員数": "", "資本金": "1,000万円"}
    bring_in(session, actor, csv_file([row]))
    assert (known.employees, known.capital_man_yen, known.is_sme) == (3, 1000, False)


def test_the_place_is_read_from_the_address_when_its_columns_are_empty(
    session: Session, actor: Actor
) -> None:
    bring_in(session, actor, csv_file([{"企業名": "A社", "住所": "岩手県北上市相去町1-2"}]))
    (company,) = companies(session)
    assert (company.prefecture_code, company.municipality_code, company.address) == (
        "03",
        "03206",
        "相去町1-2",
    )


def test_a_prefecture_that_nobody_stated_stays_unknown(session: Session, actor: Actor) -> None:
    bring_in(session, actor, csv_file([{"企業名": "A社", "フリガナ": "エーシャ"}]))
    (company,) = companies(session)
    assert company.prefecture_code == ""


def test_what_was_exported_comes_back_without_a_change(
    session: Session, actor: Actor, body: SupportBody
) -> None:
    make_company(
        session,
        body,
        name="=1+1株式会社",
        name_kana="ア",
        corporate_number="7000012050002",
        postal_code="020-0023",
        prefecture_code="03",
        municipality_code="03201",
        phone="019-000-0000",
        website="https://example.co.jp",
        capital_man_yen=1000,
        pr_text="一行目\n-二行目",
    )
    make_company(
        session, body, name="名前だけ", name_kana="カ", prefecture_code="", jsic_code="", is_buyer=True
    )
    titles = [column.title for column in COMPANY_REGISTER.columns]
    rows = list(COMPANY_REGISTER.export(session, actor, {}, NOW))
    assert rows[0][titles.index("郵便番号")] == "020-0023"
    for data in (
        write_xlsx([Sheet("一覧", titles, rows)]),
        write_csv(titles, rows).data,
        write_csv(titles, rows, encoding="cp932").data,
    ):
        found = summary(start(session, actor, data))
        assert (len(found.unchanged), found.coming, found.refused) == (2, 0, [])


def test_a_number_of_another_installation_is_asked_about_before_it_overwrites(
    session: Session, actor: Actor, body: SupportBody
) -> None:
    known = make_company(session, body, name="A社")
    foreign = make_company(session, make_body(session), name="よその会社")
    found = look(
        session,
        actor,
        {"管理番号": str(known.id), "企業名": "まったく別の会社"},
        {"管理番号": str(foreign.id), "企業名": "よその会社"},
    )
    assert [row.action for row in found.questions] == [RowAction.SKIP]
    assert errors(found) == [
        (3, "管理番号", "この管理番号の企業は登録されていません。新しい企業なら空欄にしてください。")
    ]


def test_the_companies_of_another_body_are_never_recognised(session: Session, actor: Actor) -> None:
    other = make_company(
        session, make_body(session), name="みやぎ精密", corporate_number="7000012050002"
    )
    bring_in(session, actor, csv_file([MIYAGI]))
    session.refresh(other)
    assert other.employees == 20
    assert [company.body_id for company in companies(session)] == [other.body_id, actor.body_id]


def test_the_export_shows_what_the_list_shows(
    session: Session, actor: Actor, body: SupportBody
) -> None:
    make_company(session, body, name="岩手の会社", prefecture_code="03")
    make_company(session, body, name="宮城の会社", prefecture_code="04")
    make_company(session, make_body(session), name="よその会社", prefecture_code="03")
    rows = list(COMPANY_REGISTER.export(session, actor, {"prefecture": "03"}, NOW))
    assert [row[1] for row in rows] == ["岩手の会社"]


def test_undo_restores_values_and_archives_what_was_created(
    session: Session, actor: Actor, body: SupportBody
) -> None:
    known = make_company(session, body, name="みやぎ精密", prefecture_code="04", employees=3)
    known.search_text = "前の検索語"
    found = bring_in(session, actor, csv_file([MIYAGI, {"企業名": "新しい会社"}]))
    assert sorted(entry.before is None for entry in written_of(found)) == [False, True]
    report = undo_import(session, actor, COMPANY_REGISTER, found.id, now=NOW + timedelta(hours=23))
    assert (report.undone, report.left) == (2, ())
    created = companies(session)[1]
    assert (known.name, known.employees, known.corporate_number, known.archived_at) == (
        "みやぎ精密",
        3,
        None,
        None,
    )
    assert created.archived_at == NOW + timedelta(hours=23)
    again = look(session, actor, {"企業名": "新しい会社"})
    assert notes(again)[1] == "「新しい会社」は名簿から外れています。更新すると名簿に戻ります。"


def test_undo_leaves_alone_what_somebody_changed_since(session: Session, actor: Actor) -> None:
    found = bring_in(session, actor, csv_file([MIYAGI, {"企業名": "新しい会社"}]))
    first = companies(session)[0]
    changed = draft_of(first)
    edit_company(
        session, actor, first.id, type(changed)(name="改名", prefecture_code="04"),
        version=first.version, now=NOW,
    )  # fmt: skip
    report = undo_import(session, actor, COMPANY_REGISTER, found.id, now=NOW)
    assert (report.undone, [entry.name for entry in report.left]) == (1, ["(株)みやぎ精密"])
    assert (first.name, first.archived_at) == ("改名", None)
    assert [entry.id for entry in written_of(found, left=True)] == [first.id]


def test_undo_ends_after_a_day_and_works_once(session: Session, actor: Actor) -> None:
    found = bring_in(session, actor, csv_file([MIYAGI]))
    with pytest.raises(ConflictError, match="24時間"):
        undo_import(session, actor, COMPANY_REGISTER, found.id, now=NOW + timedelta(hours=25))
    undo_import(session, actor, COMPANY_REGISTER, found.id, now=NOW)
    with pytest.raises(ConflictError, match="もう終わっている"):
        undo_import(session, actor, COMPANY_REGISTER, found.id, now=NOW)


def test_an_import_is_brought_in_once(session: Session, actor: Actor) -> None:
    found = bring_in(session, actor, csv_file([MIYAGI]))
    with pytest.raises(ConflictError, match="もう終わっている"):
        apply_import(session, actor, COMPANY_REGISTER, found.id, decisions={}, now=NOW)
    assert len(companies(session)) == 1


def test_a_register_that_changed_since_the_preview_is_looked_at_again(
    session: Session, actor: Actor, body: SupportBody
) -> None:
    started = start(session, actor, csv_file([MIYAGI]))
    make_company(session, body, name="先に登録された会社", corporate_number="7000012050002")
    found = apply_import(session, actor, COMPANY_REGISTER, started.id, decisions={}, now=NOW)
    assert found.state is ImportState.PREVIEW
    assert [row.action for row in summary(found).questions] == [RowAction.UPDATE]
    assert len(companies(session)) == 1


def test_only_coordinators_of_the_body_come_near_an_import(
    session: Session, actor: Actor, body: SupportBody
) -> None:
    started = start(session, actor, csv_file([MIYAGI]))
    with pytest.raises(NotAllowedError):
        start(session, make_actor(session, body, Role.LEAD), csv_file([MIYAGI]))
    for stranger in (make_actor(session, make_body(session)), make_actor(session, body, Role.LEAD)):
        with pytest.raises(NotFoundError):
            apply_import(session, stranger, COMPANY_REGISTER, started.id, decisions={}, now=NOW)


def test_a_new_preview_takes_the_place_of_the_last_one(session: Session, actor: Actor) -> None:
    start(session, actor, csv_file([MIYAGI]))
    second = start(session, actor, csv_file([MIYAGI]))
    assert session.scalars(select(RegisterImport.id)).all() == [second.id]


def test_supplier_files_without_names_are_named_by_their_number(session: Session, actor: Actor) -> None:
    row = {
        "corporate_number": "7000012050002",
        "capability_text": "通信ケーブルの敷設工事と保守、点検を請け負います",
    }
    bring_in(session, actor, csv_file([row]))
    (company,) = companies(session)
    assert (company.name, company.corporate_number, company.pr_text, company.is_sme) == (
        "7000012050002",
        "7000012050002",
        "通信ケーブルの敷設工事と保守、点検を請け負います",
        True,
    )
    assert len(look(session, actor, row).unchanged) == 1


def test_shared_companies_are_exported_with_their_body_and_left_alone_on_the_way_back(
    session: Session, actor: Actor, body: SupportBody
) -> None:
    owner = make_body(session, name="となりの機構")
    shared = make_company(session, owner, name="共有された会社")
    make_share(session, shared, body)
    titles = [column.title for column in COMPANY_REGISTER.columns]
    (row,) = map(list, COMPANY_REGISTER.export(session, actor, {}, NOW))
    assert row[-1] == "となりの機構"
    row[titles.index("企業名")] = "書きかえた名前"
    found = summary(start(session, actor, write_xlsx([Sheet("一覧", titles, [row])])))
    assert (len(found.unchanged), found.coming, found.refused) == (1, 0, [])


def test_of_many_companies_with_one_phone_number_a_living_one_is_asked_about(
    session: Session, body: SupportBody, actor: Actor
) -> None:
    for place in range(SHARED_PHONE + 1):
        company = make_company(session, body, name=f"団地{place}", phone="019-600-0001")
        company.archived_at = NOW if place == 0 else None
    (row,) = look(session, actor, {"企業名": "新しい会社", "電話": "019-600-0001"}).questions
    assert row.notes[0].values["name"] == "団地1"
