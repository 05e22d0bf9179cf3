"""Signed links: one purpose, an end, one use, also when sixteen try at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.accounts import links
from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.models import SignedLink
from sme_match.core.errors import NotFoundError
from sme_match.db.session import Database
from tests.conftest import NOW
from tests.factories import make_body, make_buyer

REPLY = LinkPurpose.MEETING_REPLY


def make_link(session: Session, subject_id: int = 7, *, company_id: int | None = None) -> str:
    return links.create_link(
        session,
        purpose=REPLY,
        subject_id=subject_id,
        company_id=company_id,
        body_id=None,
        holder_name="北上 花子",
        expires_at=NOW + timedelta(days=7),
        now=NOW,
    )


def refusal(session: Session, token: str, purpose: LinkPurpose = REPLY, *, after: int = 0) -> str:
    with pytest.raises(NotFoundError) as caught:
        links.find_link(session, token, purpose, NOW + timedelta(days=after))
    return caught.value.message


def test_a_link_leads_to_what_it_is_about(session: Session) -> None:
    token = make_link(session)
    found = links.find_link(session, token, REPLY, NOW)
    assert (found.subject_id, found.holder_name, found.used_at) == (7, "北上 花子", None)


def test_the_database_never_sees_the_token(session: Session) -> None:
    token = make_link(session)
    stored = session.scalars(select(SignedLink)).one()
    assert token not in [str(getattr(stored, column.name)) for column in SignedLink.__table__.columns]
    assert len(token) >= 43


def test_a_link_never_serves_another_purpose(session: Session) -> None:
    token = make_link(session)
    assert refusal(session, token, LinkPurpose.PASSWORD_RESET) == links.UNKNOWN
    with pytest.raises(NotFoundError):
        links.use_link(session, token, LinkPurpose.PASSWORD_RESET, NOW)
    assert links.use_link(session, token, REPLY, NOW).subject_id == 7


def test_a_link_ends_at_its_last_moment(session: Session) -> None:
    token = make_link(session)
    links.find_link(session, token, REPLY, NOW + timedelta(days=7, seconds=-1))
    assert refusal(session, token, after=7) == links.EXPIRED
    with pytest.raises(NotFoundError, match="期限"):
        links.use_link(session, token, REPLY, NOW + timedelta(days=7))


def test_a_link_is_used_once(session: Session) -> None:
    token = make_link(session)
    assert links.use_link(session, token, REPLY, NOW).used_at == NOW
    assert refusal(session, token) == links.USED
    with pytest.raises(NotFoundError, match="もう使われました"):
        links.use_link(session, token, REPLY, NOW)


def test_revoking_takes_back_the_open_links_of_one_subject(session: Session) -> None:
    token, other = make_link(session, 7), make_link(session, 8)
    assert links.revoke_links(session, REPLY, 7, NOW) == 1
    assert links.revoke_links(session, REPLY, 7, NOW) == 0
    assert refusal(session, token) == links.REVOKED
    assert links.find_link(session, other, REPLY, NOW).subject_id == 8


def test_revoking_can_be_limited_to_one_company(session: Session) -> None:
    body = make_body(session)
    first, second = make_buyer(session, body), make_buyer(session, body)
    kept = make_link(session, company_id=first.id)
    revoked = make_link(session, company_id=second.id)
    assert links.revoke_links(session, REPLY, 7, NOW, company_id=second.id) == 1
    assert refusal(session, revoked) == links.REVOKED
    assert links.find_link(session, kept, REPLY, NOW).company_id == first.id


@pytest.mark.parametrize("token", ["", "x", "あ" * 5000, "a\x00b", "' OR 1=1 --"])
def test_a_wrong_token_is_unknown(session: Session, token: str) -> None:
    make_link(session)
    assert refusal(session, token) == links.UNKNOWN


def test_of_sixteen_simultaneous_uses_one_succeeds(database: Database) -> None:
    with database.unit_of_work() as session:
        token = make_link(session)

    def use(_: int) -> bool:
        try:
            with database.unit_of_work() as session:
                links.use_link(session, token, REPLY, NOW)
        except NotFoundError:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sorted(pool.map(use, range(16))) == [False] * 15 + [True]
