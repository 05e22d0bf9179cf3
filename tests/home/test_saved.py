"""Saved filters: an address under a name, one's own or shared within the body."""

import pytest

from sme_match.accounts.models import User
from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.home.views import SAVED_PAGES
from sme_match.support_bodies.models import SupportBody
from tests.client import Client
from tests.factories import make_body, make_user

ADDRESS = "/companies/?q=%E5%88%87%E5%89%8A&prefecture=03"
NEW = "/saved-views/new"


@pytest.fixture
def people(database: Database) -> dict[str, User]:
    with database.unit_of_work() as session:
        body: SupportBody = make_body(session)
        return {
            "own": make_user(session, body),
            "colleague": make_user(session, body),
            "lead": make_user(session, body, Role.LEAD),
            "stranger": make_user(session, make_body(session)),
        }


def test_a_filter_is_saved_as_an_address_and_stands_on_its_page(
    client: Client, people: dict[str, User]
) -> None:
    client.sign_in(people["own"].id)
    assert "いまの条件に名前を付けて保存する" in client.get(ADDRESS).text
    answer = client.post(NEW, {"path": ADDRESS, "name": "岩手の切削"})
    assert answer.headers["Location"] == ADDRESS
    page = client.get("/companies/").text
    assert 'href="/companies/?q=%E5%88%87%E5%89%8A&amp;prefecture=03"' in page
    assert "岩手の切削" not in client.get("/needs/").text


def test_only_shared_filters_are_seen_by_colleagues_and_none_by_other_bodies(
    client: Client, people: dict[str, User]
) -> None:
    client.sign_in(people["own"].id)
    client.post(NEW, {"path": ADDRESS, "name": "自分だけ"})
    client.post(NEW, {"path": ADDRESS, "name": "みんなで", "shared": "y"})
    seen = {}
    for who, user in people.items():
        page = client.sign_in(user.id).get("/companies/").text
        seen[who] = ("自分だけ" in page, "みんなで" in page)
    assert seen == {
        "own": (True, True),
        "colleague": (False, True),
        "lead": (False, True),
        "stranger": (False, False),
    }


def test_a_filter_is_deleted_by_its_owner_and_a_shared_one_by_the_lead(
    client: Client, people: dict[str, User]
) -> None:
    client.sign_in(people["own"].id)
    client.post(NEW, {"path": ADDRESS, "name": "みんなで", "shared": "y"})
    path = client.get("/companies/").text.split('action="/saved-views/')[1].split('"')[0]
    answers = {
        who: client.sign_in(people[who].id).post(f"/saved-views/{path}").status_code
        for who in ("stranger", "colleague", "lead")
    }
    assert answers == {"stranger": 404, "colleague": 403, "lead": 302}
    client.get("/companies/")  # says what was deleted
    assert "みんなで" not in client.get("/companies/").text


@pytest.mark.parametrize("name", ["", "同じ名前", "あ" * 61])
def test_a_name_that_cannot_be_is_refused_with_the_input_kept(
    client: Client, people: dict[str, User], name: str
) -> None:
    client.sign_in(people["own"].id)
    client.post(NEW, {"path": ADDRESS, "name": "同じ名前"})
    answer = client.post(NEW, {"path": ADDRESS, "name": name, "shared": "y"})
    assert answer.status_code == 422
    assert f'value="{name}"' in answer.text
    assert 'value="/companies/?q=%E5%88%87%E5%89%8A&amp;prefecture=03"' in answer.text


@pytest.mark.parametrize(
    "path", ["", "https://example.org/", "//example.org", "/account", "/companies/1", "/nowhere"]
)
def test_only_lists_and_statistics_of_this_site_are_saved(
    client: Client, people: dict[str, User], path: str
) -> None:
    client.sign_in(people["own"].id)
    assert client.post(NEW, {"path": path, "name": "x"}).status_code == 404


def test_every_page_that_can_be_saved_offers_it(client: Client, people: dict[str, User]) -> None:
    client.sign_in(people["lead"].id)
    with client.app.test_request_context():
        addresses = [
            client.app.url_map.bind("localhost").build(
                endpoint, {"year": 2026} if endpoint == "statistics.year" else {}
            )
            for endpoint in sorted(SAVED_PAGES)
        ]
    for address in addresses:
        assert "いまの条件に名前を付けて保存する" in client.get(address).text, address
