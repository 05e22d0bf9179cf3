"""The mailbox for developers."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from sme_match.app import create_app
from sme_match.core.settings import Environment, Settings
from sme_match.db.session import Database
from sme_match.notifications.models import OutboxMail
from sme_match.notifications.services import queue_mail
from sme_match.notifications.views import TextPart, split_links
from tests.client import Client
from tests.conftest import NOW

BASE = "http://127.0.0.1:8000"


def make_mail(database: Database, key: str = "a", text: str = "本文", **values: object) -> OutboxMail:
    with database.unit_of_work() as session:
        mail = queue_mail(
            session,
            key=key,
            to_address="hanako@example.jp",
            to_name="北上 花子",
            subject=f"件名{key}",
            text=text,
            body_id=None,
            now=NOW + timedelta(minutes=len(key)),
        )
        for name, value in values.items():
            setattr(mail, name, value)
    return mail


@pytest.mark.usefixtures("app")
def test_an_empty_mailbox_says_so(client: Client) -> None:
    assert "メールはまだありません" in client.get("/mailbox/").text


def test_mails_are_listed_newest_first_with_their_state(client: Client, database: Database) -> None:
    make_mail(database, "a", sent_at=NOW)
    make_mail(database, "aa", void_at=NOW)
    make_mail(database, "aaa", dead_at=NOW)
    make_mail(database, "aaaa")
    page = client.get("/mailbox/").text
    rows = page.partition("<tbody>")[2].split("</tr>")
    shown = [
        next((word for word in ("送信待ち", "送信済み", "取り消し", "送れません") if word in row), "")
        for row in rows
    ]
    assert shown[:4] == ["送信待ち", "送れません", "取り消し", "送信済み"]
    assert "北上 花子" in page


def test_own_links_work_and_nothing_else_becomes_one(client: Client, database: Database) -> None:
    text = f"開く：{BASE}/invitations/a-b_c。\n<b>{BASE}.evil.jp/x</b> https://evil.jp/"
    mail = make_mail(database, text=text)
    page = client.get(f"/mailbox/{mail.id}").text
    assert f'<a href="/invitations/a-b_c">{BASE}/invitations/a-b_c</a>。' in page
    assert "&lt;b&gt;" in page
    assert 'href="https://evil.jp' not in page
    assert f'href="{BASE}.evil' not in page


def test_the_calendar_part_is_shown(client: Client, database: Database) -> None:
    mail = make_mail(database, calendar="BEGIN:VCALENDAR", calendar_method="REQUEST")
    page = client.get(f"/mailbox/{mail.id}").text
    assert "BEGIN:VCALENDAR" in page
    assert "REQUEST" in page


@pytest.mark.parametrize("number", ["0", "99", "99999999999999999999", "abc"])
def test_a_mail_that_does_not_exist_is_not_found(client: Client, number: str) -> None:
    assert client.get(f"/mailbox/{number}").status_code == 404


def test_in_production_there_is_no_mailbox(settings: Settings, database: Database) -> None:
    mail = make_mail(database)
    live: Flask = create_app(replace(settings, environment=Environment.PRODUCTION, secret_key="x" * 40))
    browser = live.test_client()
    assert browser.get("/mailbox/").status_code == 404
    assert browser.get(f"/mailbox/{mail.id}").status_code == 404
    live.extensions["sme_match"].database.dispose()


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("", []),
        (f"{BASE}/a", ["/a"]),
        (f"（{BASE}/a?x=1&y=2#z）と{BASE}/b.", ["/a?x=1&y=2#z", "/b"]),
        (f"{BASE}", []),
        (f"{BASE}0/a", []),
        ("https://127.0.0.1:8000/a", []),
    ],
)
def test_links_are_found_in_a_text(text: str, paths: list[str]) -> None:
    parts = split_links(text, BASE)
    assert "".join(part.text for part in parts) == text
    assert [part.path for part in parts if part.path] == paths
    assert parts[0] == TextPart(text.partition(BASE + "/")[0]) or paths == []
