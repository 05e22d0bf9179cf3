"""The search over everything asks as often, however much it finds."""

from datetime import timedelta

from sqlalchemy.orm import Session

from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.support_bodies.models import SupportBody
from tests.client import Client
from tests.conftest import NOW
from tests.factories import make_body, make_buyer, make_company, make_need, make_user
from tests.queries import count_queries


def add_findable(session: Session, body: SupportBody, number: int) -> None:
    make_company(session, body, name=f"探せる製作所{number}")
    buyer = make_buyer(session, body, name=f"探せる産業{number}")
    make_need(session, buyer, title=f"探せる部品{number}")


def test_one_and_three_hits_take_the_same_number_of_questions(
    client: Client, database: Database
) -> None:
    with database.unit_of_work() as session:
        body = make_body(session)
        client_user = make_user(session, body, Role.COORDINATOR)
        add_findable(session, body, 0)
    client.sign_in(client_user.id)
    counts = []
    for more in (0, 2):
        with database.unit_of_work() as session:
            for number in range(more):
                add_findable(session, session.get_one(SupportBody, body.id), number + 1)
        client.get("/search?q=探せる")
        with count_queries(database) as queries:
            page = client.get("/search?q=探せる").text
        counts.append(len(queries))
        assert page.count("探せる部品") == more + 1
    assert counts[0] == counts[1]


def test_companies_that_left_the_register_are_found_in_the_same_order(
    client: Client, database: Database
) -> None:
    with database.unit_of_work() as session:
        body = make_body(session)
        user = make_user(session, body, Role.COORDINATOR)
        for kana, archived_at in (("イ", None), ("ア", NOW - timedelta(days=1)), ("ウ", None)):
            make_company(session, body, name=f"探せる{kana}", name_kana=kana, archived_at=archived_at)
    page = client.sign_in(user.id).get("/search?q=探せる").text
    assert page.index("探せるア") < page.index("探せるイ") < page.index("探せるウ")
