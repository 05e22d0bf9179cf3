"""What another support body sees of a need that is shared with it."""

from typing import NamedTuple

import pytest

from sme_match.db.session import Database
from sme_match.needs.models import NeedShare
from sme_match.needs.services import NeedDraft, edit_need
from tests.client import Client
from tests.conftest import NOW
from tests.factories import CREATED, make_body, make_buyer, make_need, make_user

NAME, READING, NUMBER = "東北産業機械株式会社", "トウホクサンギョウ", "7000012050002"


class Shared(NamedTuple):
    """A need of an anonymous buyer, and the coordinators of both bodies."""

    need_id: int
    buyer_id: int
    owner_id: int
    reader_id: int


@pytest.fixture
def shared(database: Database) -> Shared:
    """An anonymous need that was written for one buyer, given to another, and shared."""
    with database.unit_of_work() as session:
        body, other = make_body(session), make_body(session)
        owner, reader = make_user(session, body), make_user(session, other)
        first = make_buyer(session, body, name="前の産業株式会社")
        buyer = make_buyer(session, body, name=NAME, name_kana=READING, corporate_number=NUMBER)
        need = make_need(session, first, title="ブラケットの切削", buyer_anonymous=True)
        session.add(NeedShare(need_id=need.id, body_id=other.id, granted_at=CREATED))
        draft = NeedDraft(buyer_id=buyer.id, title=need.title, buyer_anonymous=True)
        edit_need(session, owner.as_actor(), need.id, draft, version=need.version, now=NOW)
    return Shared(need.id, buyer.id, owner.id, reader.id)


@pytest.mark.parametrize(
    "address",
    [
        "/needs/",
        "/needs/{need_id}",
        "/needs/{need_id}/history",
        "/needs/{need_id}/matches",
        "/needs/{need_id}/matches/runs",
        "/search?q=ブラケット",
        "/registers/needs/export.csv",
    ],
)
def test_the_name_of_an_anonymous_buyer_stays_with_the_owner_body(
    client: Client, shared: Shared, address: str
) -> None:
    page = client.sign_in(shared.reader_id).get(address.format(need_id=shared.need_id))
    assert page.status_code == 200
    assert "ブラケット" in page.text
    assert not [word for word in (NAME, NUMBER, "前の産業") if word in page.text]


@pytest.mark.parametrize("address", ["/needs/", "/needs/{need_id}", "/search?q=ブラケット"])
def test_the_owner_body_sees_the_name(client: Client, shared: Shared, address: str) -> None:
    page = client.sign_in(shared.owner_id).get(address.format(need_id=shared.need_id))
    assert NAME in page.text


def test_nobody_finds_out_an_anonymous_buyer_by_searching_for_it(
    client: Client, shared: Shared
) -> None:
    addresses = [
        "/needs/?q=東北産業",
        "/needs/?q=トウホク",
        f"/needs/?buyer={shared.buyer_id}",
        "/search?q=東北産業",
        "/registers/needs/export.csv?q=東北産業",
    ]
    client.sign_in(shared.reader_id)
    assert not [each for each in addresses if "ブラケット" in client.get(each).text]
    client.sign_in(shared.owner_id)
    assert [each for each in addresses if "ブラケット" in client.get(each).text] == addresses


def test_title_and_number_are_still_searched(client: Client, shared: Shared) -> None:
    client.sign_in(shared.reader_id)
    assert "ブラケットの切削" in client.get("/needs/?q=ﾌﾞﾗｹｯﾄ").text
    assert "ブラケットの切削" in client.get("/needs/?q=n-2026").text
