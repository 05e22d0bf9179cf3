"""A database that is away, full or busy: said in words, nothing half stored, and it recovers."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from config import load_settings
from sme_match.app import create_app
from sme_match.companies.models import Contact
from sme_match.db import engine
from sme_match.db.migrations import migrate
from sme_match.db.session import Database
from tests.client import Client
from tests.conftest import skip_or_fail
from tests.factories import make_body, make_company, make_user
from tests.postgresql import empty_cluster, find_binaries, free_port, make_database, serving

AWAY = "いまはデータベースに届きません"
FORM = {"name": "佐藤 花子", "email": "hanako@example.jp"}


@contextmanager
def installed(url: str) -> Iterator[Flask]:
    """Give an application on a migrated database."""
    app = create_app(load_settings({"SME_MATCH_ENV": "test", "DATABASE_URL": url}))
    app.config["WTF_CSRF_ENABLED"] = False
    database = app.extensions["sme_match"].database
    migrate(database.engine)
    yield app
    database.dispose()


def sign_in(app: Flask) -> tuple[Client, str]:
    """A coordinator who is about to add a person to a company."""
    with app.extensions["sme_match"].database.unit_of_work() as session:
        body = make_body(session)
        user, company = make_user(session, body), make_company(session, body)
    return Client(app).sign_in(user.id), f"/companies/{company.id}/contacts/new"


def contacts(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Contact)) or 0


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/small.sqlite3"


def test_postgresql_goes_and_comes_back() -> None:
    binaries = find_binaries()
    if binaries is None:
        skip_or_fail("PostgreSQL is not installed.")
        return
    with empty_cluster(binaries) as folder, ExitStack() as stack:
        port = free_port()
        with serving(binaries, folder, port) as url:
            make_database(binaries, port)
            app = stack.enter_context(installed(url))
            client, path = sign_in(app)
            assert client.post(path, FORM).status_code == 302
        for answer in (client.get(path), client.post(path, FORM), client.get("/healthz")):
            assert answer.status_code == 503
        assert AWAY in client.get(path).text
        assert "受付番号" in client.post(path, FORM).text
        with serving(binaries, folder, port):
            assert client.post(path, FORM).status_code == 302
            assert contacts(app.extensions["sme_match"].database) == 2


def test_a_full_disk_stores_all_or_nothing_and_reading_goes_on(url: str) -> None:
    with installed(url) as app:
        client, path = sign_in(app)
        database: Database = app.extensions["sme_match"].database
        with database.reading() as session:
            pages = session.connection().exec_driver_sql("PRAGMA page_count").scalar() or 0
        most = [pages + 2]

        def be_full(connection: sqlite3.Connection, *_: Any) -> None:
            connection.execute(f"PRAGMA max_page_count={most[0]}")

        event.listen(database.engine, "checkout", be_full)
        stored = 0
        while (answer := client.post(path, FORM)).status_code == 302:
            stored += 1
            assert stored < 1_000, "the disk is never full"
        assert answer.status_code == 503
        assert AWAY in answer.text
        assert client.get(path).status_code == 200
        assert contacts(database) == stored
        most[0] = 1 << 30
        assert client.post(path, FORM).status_code == 302
        assert contacts(database) == stored + 1


def test_whoever_waits_too_long_for_a_busy_database_is_told_so(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_SECONDS", 0.1)
    with installed(url) as app:
        client, path = sign_in(app)
        with app.extensions["sme_match"].database.unit_of_work() as other:
            other.connection()
            answer = client.post(path, FORM)
            assert (answer.status_code, AWAY in answer.text) == (503, True)
            assert client.get(path).status_code == 200
        assert client.post(path, FORM).status_code == 302


def test_a_fault_of_ours_is_not_blamed_on_the_database(url: str) -> None:
    with installed(url) as app:
        client, path = sign_in(app)
        with app.extensions["sme_match"].database.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE contact RENAME TO elsewhere")
        answer = client.post(path, FORM)
        assert (answer.status_code, AWAY in answer.text) == (500, False)
