"""What a nervous hand sends twice is done once, and both times it is led to the same place."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from sme_match.accounts.tasks import forget_old
from sme_match.companies.models import Contact
from sme_match.core.actor import SYSTEM
from sme_match.db.sent_forms import KEPT, SentForm
from sme_match.db.session import Database
from sme_match.meetings.enums import Party
from sme_match.meetings.models import MeetingReply
from sme_match.meetings.queries import get_meeting
from sme_match.meetings.services.opening import create_reply_link
from sme_match.meetings.services.replying import open_offers
from sme_match.support_bodies.models import SupportBody
from tests.client import Client
from tests.conftest import NOW, Clock
from tests.factories import make_body, make_company, make_user
from tests.meetings.scenes import make_scene, request

AGAIN = "同じ内容はもう受け付けています"


@pytest.fixture
def body(database: Database) -> SupportBody:
    with database.unit_of_work() as session:
        return make_body(session)


@pytest.fixture
def user_id(database: Database, body: SupportBody) -> int:
    with database.unit_of_work() as session:
        return make_user(session, body).id


@pytest.fixture
def address(database: Database, body: SupportBody) -> str:
    with database.unit_of_work() as session:
        return f"/companies/{make_company(session, body).id}/contacts/new"


@pytest.fixture
def form(client: Client, user_id: int, address: str) -> dict[str, str]:
    """A contact as somebody typed it into the page: with the token of that page."""
    page = client.sign_in(user_id).get(address).text
    (token,) = set(re.findall(r'name="once" value="([^"]+)"', page))
    return {"once": token, "name": "佐藤 花子", "email": "hanako@example.jp"}


def contacts(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Contact)) or 0


def test_a_form_sent_twice_is_carried_out_once(
    client: Client, database: Database, address: str, form: dict[str, str]
) -> None:
    first = client.post(address, form)
    second = client.post(address, form)
    assert (first.status_code, second.status_code) == (302, 302)
    assert second.location == first.location
    assert contacts(database) == 1
    assert AGAIN in client.get(second.location).text


def test_two_at_the_same_moment_are_one(
    app: Flask, database: Database, user_id: int, address: str, form: dict[str, str]
) -> None:
    browsers = [Client(app).sign_in(user_id) for _ in range(8)]

    def send(browser: Client) -> TestResponse:
        return browser.post(address, form)

    with ThreadPoolExecutor(len(browsers)) as threads:
        answers = list(threads.map(send, browsers))
    assert {answer.status_code for answer in answers} == {302}
    assert len({answer.location for answer in answers}) == 1
    assert contacts(database) == 1


def test_another_content_from_the_same_page_is_another_form(
    client: Client, database: Database, address: str, form: dict[str, str]
) -> None:
    client.post(address, form)
    client.post(address, form | {"name": "鈴木 一郎"})
    assert contacts(database) == 2


def test_the_same_content_from_a_page_opened_anew_is_another_form(
    client: Client, database: Database, address: str, form: dict[str, str]
) -> None:
    client.post(address, form)
    page = client.get(address).text
    (token,) = set(re.findall(r'name="once" value="([^"]+)"', page))
    client.post(address, form | {"once": token})
    assert contacts(database) == 2


def test_a_refused_form_may_be_sent_again(
    client: Client, database: Database, address: str, form: dict[str, str]
) -> None:
    for _ in range(2):
        answer = client.post(address, form | {"email": "kein@"})
        assert answer.status_code == 422
        assert AGAIN not in answer.text
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SentForm)) == 0


def test_who_may_not_send_it_learns_nothing_of_the_first(
    app: Flask, client: Client, database: Database, address: str, form: dict[str, str]
) -> None:
    client.post(address, form)
    with database.unit_of_work() as session:
        stranger = make_user(session, make_body(session)).id
    answer = Client(app).sign_in(stranger).post(address, form)
    assert "location" not in answer.headers
    assert answer.status_code == 404
    assert Client(app).post(address, form).status_code == 401


def test_a_file_counts_by_what_is_in_it(client: Client, database: Database, user_id: int) -> None:
    page = client.sign_in(user_id).get("/registers/companies/import").text
    (token,) = set(re.findall(r'name="once" value="([^"]+)"', page))

    def send(content: str) -> str:
        file = (io.BytesIO(content.encode()), "a.csv")
        answer = client.post("/registers/companies/import", {"once": token, "file": file})
        return client.get(answer.location).text

    assert AGAIN not in send("企業名\n株式会社一")
    assert AGAIN in send("企業名\n株式会社一")
    assert AGAIN not in send("企業名\n株式会社二")


def test_an_answer_by_link_counts_once_and_its_token_is_not_stored(
    client: Client, database: Database
) -> None:
    with database.unit_of_work() as session:
        asked = get_meeting(session, SYSTEM, request(session, make_scene(session)).id)
        offers = [offer.id for offer in open_offers(asked)]
        token = create_reply_link(session, asked, Party.SME, now=NOW)
    page = client.get(f"/reply/{token}").text
    answers = {"kind": "times"} | {f"offer_{offer}": "yes" for offer in offers}
    form = answers | {"once": re.findall(r'name="once" value="([^"]+)"', page)[0]}
    first, second = (client.post(f"/reply/{token}", form) for _ in range(2))
    assert first.location == second.location == f"/reply/{token}"
    assert AGAIN in client.get(second.location).text
    with database.reading() as session:
        assert session.scalars(select(MeetingReply.party)).all() == [Party.SME]
        assert session.scalars(select(SentForm.location)).all() == ["/reply/{token}"]


def test_forms_are_forgotten_after_days(
    client: Client, database: Database, clock: Clock, address: str, form: dict[str, str]
) -> None:
    client.post(address, form)
    forget_old(database, now=NOW + KEPT)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SentForm)) == 1
    forget_old(database, now=NOW + KEPT + timedelta(seconds=1))
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SentForm)) == 0
