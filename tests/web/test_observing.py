"""Operators can follow a request, and logs do not betray anybody."""

import logging

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from sme_match.core.logs import FIELDS
from sme_match.db import slow
from sme_match.db.session import Database
from tests.client import Client
from tests.factories import make_body, make_user


def fields_of(caplog: pytest.LogCaptureFixture, message: str) -> list[dict[str, object]]:
    return [getattr(each, FIELDS) for each in caplog.records if each.message == message]


def test_every_answer_has_a_number_of_its_own(client: Client) -> None:
    numbers = {client.get("/sign-in").headers["X-Request-ID"] for _ in range(3)}
    assert len(numbers) == 3
    forced = client.get("/sign-in", headers={"X-Request-ID": "from outside"})
    assert forced.headers["X-Request-ID"] != "from outside"


def test_the_end_of_a_request_is_logged_with_its_person(
    client: Client, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with database.unit_of_work() as session:
        user = make_user(session, make_body(session))
    client.sign_in(user.id)
    caplog.set_level(logging.INFO, "sme_match")
    caplog.clear()

    client.get("/needs/?q=secret-word")

    [line] = fields_of(caplog, "Answered")
    assert (line["method"], line["rule"], line["status"], line["user"]) == (
        "GET",
        "/needs/",
        200,
        user.id,
    )
    assert "secret-word" not in str(line)


def test_the_token_of_a_link_is_not_logged(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "sme_match")
    client.get("/attend/a-token-that-nobody-may-read")
    assert fields_of(caplog, "Answered")
    assert "a-token-that-nobody-may-read" not in "".join(str(vars(each)) for each in caplog.records)


def test_not_even_an_error_that_no_page_can_show_names_the_address(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with client.app.test_request_context("/attend/a-token-that-nobody-may-read"):
        client.app.log_exception((ValueError, ValueError(), None))  # type: ignore[arg-type]
    assert [each.message for each in caplog.records] == ["Unhandled error"]
    assert "a-token-that-nobody-may-read" not in "".join(str(vars(each)) for each in caplog.records)


def test_a_slow_statement_is_named_without_its_values(
    database: Database, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow, "SLOW_SECONDS", 0.0)
    caplog.set_level(logging.INFO, "sme_match")
    with database.reading() as session:
        session.execute(text("SELECT :name"), {"name": "山田太郎"})

    lines = fields_of(caplog, "A statement took long")
    assert any("SELECT" in str(line["statement"]) for line in lines)
    assert "山田太郎" not in str(lines)


def test_an_error_of_the_database_names_no_values(database: Database) -> None:
    with pytest.raises(DBAPIError) as caught, database.reading() as session:
        session.execute(
            text("SELECT nothing FROM support_body WHERE name = :name"), {"name": "山田太郎"}
        )
    assert "山田太郎" not in str(caught.value)


def test_a_process_without_a_migrated_schema_is_not_ready(client: Client) -> None:
    # The tables of the tests are made without migrations.
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "migrate" in answer.text
