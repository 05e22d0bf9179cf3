"""People with real passwords, and the links that mails carry."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.accounts.models import User
from sme_match.accounts.passwords import hash_password
from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.notifications.models import OutboxMail
from tests.factories import make_body, make_company, make_user

PASSWORD = "kawa yama sora 42"
HASH = hash_password(PASSWORD)


def make_member(session: Session, role: Role = Role.COORDINATOR, **values: object) -> User:
    """Make a user who can sign in with PASSWORD, in a body of their own."""
    body = make_body(session)
    if role is Role.SME:
        values.setdefault("company_id", make_company(session, body).id)
    return make_user(session, body, role, **({"password_hash": HASH} | values))


def mails(session: Session) -> list[OutboxMail]:
    """Return the mails of the outbox, oldest first."""
    return list(session.scalars(select(OutboxMail).order_by(OutboxMail.id)))


def link_in(text: str) -> str:
    """Return the path of the link in a mail."""
    found = re.search(r"http://127\.0\.0\.1:8000(/\S+)", text)
    assert found is not None
    return found[1]


@pytest.fixture
def last_link(database: Database) -> Callable[[], str]:
    """The path of the link in the newest mail."""

    def last() -> str:
        with database.reading() as session:
            return link_in(mails(session)[-1].text)

    return last
