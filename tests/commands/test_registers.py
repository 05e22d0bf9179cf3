"""Registers from the command line: the same rules as the pages, plain words, no doubles."""

from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from sme_match.companies.models import Company
from sme_match.db.session import Database
from sme_match.needs.enums import NeedState
from sme_match.needs.models import Need
from sme_match.registers.models import RegisterImport
from tests.factories import make_body
from tests.registers.files import csv_file

SUPPLIERS = [
    {
        "corporate_number": "7000012050002",
        "capability_text": "ステンレス看板の制作、設置及び囲い支柱設置",
    },
    {"corporate_number": "1234567890123", "capability_text": "番号が間違っている行"},
]
NEEDS = [
    {
        "need_id": "Pef9b064c",
        "text": "航空機部品 BUSHING ほか",
        "date": "2019-07-01",
        "buyer": "防衛省",
        "amount_yen": "39941000",
    },
    {
        "need_id": "P5cddae8e",
        "text": "フィルタ装置部品",
        "date": "2019-07-02",
        "buyer": "防衛省",
        "amount_yen": "",
    },
]


@pytest.fixture
def suppliers(tmp_path: Path) -> Path:
    path = tmp_path / "suppliers.csv"
    path.write_bytes(csv_file(SUPPLIERS))
    return path


def run(app: Flask, *arguments: str | Path) -> Result:
    return app.test_cli_runner().invoke(args=[str(argument) for argument in arguments])


def test_without_a_support_body_the_command_says_what_to_do(app: Flask, suppliers: Path) -> None:
    result = run(app, "import-companies", suppliers)
    assert result.exit_code == 1
    assert "There is no support body yet." in result.output
    assert "create-administrator" in result.output


def test_companies_come_in_once_and_bad_rows_are_named(
    app: Flask, database: Database, suppliers: Path
) -> None:
    with database.unit_of_work() as session:
        make_body(session)
    first = run(app, "import-companies", suppliers)
    assert first.exit_code == 0, first.output
    assert "1 have no name: their 法人番号 stands in for it" in first.output
    assert "row 3 1234567890123: 法人番号: 法人番号の検査用数字が合いません。" in first.output
    assert "Written: 1 records." in first.output
    second = run(app, "import-companies", suppliers)
    assert "1 say what is registered already" in second.output
    with database.reading() as session:
        assert session.scalars(select(Company.name)).all() == ["7000012050002"]


def test_a_dry_run_writes_nothing(app: Flask, database: Database, suppliers: Path) -> None:
    with database.unit_of_work() as session:
        make_body(session)
    result = run(app, "import-companies", suppliers, "--dry-run")
    assert "1 can come in" in result.output
    with database.reading() as session:
        assert session.scalars(select(Company)).all() == []
        assert session.scalars(select(RegisterImport)).all() == []


def test_of_several_bodies_one_must_be_named(app: Flask, database: Database, suppliers: Path) -> None:
    with database.unit_of_work() as session:
        make_body(session, name="いわて機構")
        wanted = make_body(session, name="やまがた機構")
    unclear = run(app, "import-companies", suppliers)
    assert unclear.exit_code == 1
    assert "いわて機構" in unclear.output
    assert run(app, "import-companies", suppliers, "--body", "よその機構").exit_code == 1
    assert run(app, "import-companies", suppliers, "--body", "やまがた機構").exit_code == 0
    again = run(app, "import-companies", suppliers, "--body", str(wanted.id))
    assert "1 say what is registered already" in again.output
    with database.reading() as session:
        assert session.scalars(select(Company.body_id)).all() == [wanted.id]


def test_needs_come_in_with_their_buyer_and_only_once(
    app: Flask, database: Database, tmp_path: Path
) -> None:
    with database.unit_of_work() as session:
        make_body(session)
    path = tmp_path / "needs.csv"
    path.write_bytes(csv_file(NEEDS))
    assert "Written: 3 records." in run(app, "import-needs", path).output
    assert "2 say what is registered already" in run(app, "import-needs", path).output
    with database.reading() as session:
        found = session.scalars(select(Need).order_by(Need.number.desc())).all()
        assert [(need.number, need.state) for need in found] == [
            ("Pef9b064c", NeedState.OPEN),
            ("P5cddae8e", NeedState.OPEN),
        ]
        assert session.scalars(select(Company.name)).all() == ["防衛省"]


def test_a_file_without_the_columns_is_refused_in_plain_words(
    app: Flask, database: Database, suppliers: Path
) -> None:
    with database.unit_of_work() as session:
        make_body(session)
    result = run(app, "import-needs", suppliers)
    assert result.exit_code == 1
    assert "「件名」「発注企業」の列が見つかりません。" in result.output
