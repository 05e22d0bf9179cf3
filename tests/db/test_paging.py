"""Pages of a list: which lines they show, and when the list has to be counted."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sme_match.db.paging import Page, fetch_lines, select_listing
from sme_match.db.session import Database
from sme_match.support_bodies.models import SupportBody
from tests.factories import make_body
from tests.queries import count_queries

ORDER = (SupportBody.name.desc(), SupportBody.id)
LISTING = select_listing(
    select(SupportBody).where(func.length(SupportBody.name) == 1).order_by(*ORDER),
    select(SupportBody.name).order_by(*ORDER),
    SupportBody.id,
)


def page_of(session: Session, number: int) -> Page[str]:
    return fetch_lines(session, LISTING, str, number=number, size=3)


@pytest.fixture
def bodies(session: Session) -> None:
    for name in ("d", "a", "not listed", "g", "c", "f", "b", "e"):
        make_body(session, name=name)


@pytest.mark.usefixtures("bodies")
@pytest.mark.parametrize(
    ("number", "shown", "lines"),
    [
        (1, 1, "gfe"),
        (2, 2, "dcb"),
        (3, 3, "a"),
        (4, 3, "a"),
        (9_999, 3, "a"),
        (0, 1, "gfe"),
        (-3, 1, "gfe"),
    ],
)
def test_a_page_past_either_end_is_the_nearest(
    session: Session, number: int, shown: int, lines: str
) -> None:
    page = page_of(session, number)
    assert (page.number, page.total, "".join(page.items)) == (shown, 7, lines)


@pytest.mark.parametrize("number", [1, 2])
def test_an_empty_list_has_one_empty_page(session: Session, number: int) -> None:
    assert page_of(session, number) == Page(items=[], number=1, size=3, total=0)


@pytest.mark.usefixtures("bodies")
@pytest.mark.parametrize(("number", "statements"), [(1, 2), (2, 2), (3, 1)])
def test_the_last_page_tells_the_total_by_itself(
    session: Session, database: Database, number: int, statements: int
) -> None:
    with count_queries(database) as queries:
        page_of(session, number)
    assert len(queries) == statements
