"""A real mail server on the loopback interface, and an outbox to feed it from."""

from asyncio import Server
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from sme_match.core.settings import SMTPSettings
from sme_match.db.session import Database
from sme_match.notifications.models import OutboxMail
from sme_match.notifications.services import queue_mail
from tests.conftest import NOW


@dataclass
class Clock:
    """A clock that stands still until a test moves it."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, span: timedelta) -> None:
        self.now += span


@dataclass
class Postbox:
    """Handler of the server: keeps what arrives and answers as the test has planned."""

    envelopes: list[Envelope] = field(default_factory=list)
    recipient_answers: list[str] = field(default_factory=list)
    data_answers: list[str] = field(default_factory=list)
    before_answer: Callable[[], None] = lambda: None

    async def handle_RCPT(  # noqa: N802 -- the server looks for this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session, options
        answer = self.recipient_answers.pop(0) if self.recipient_answers else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802 -- the server looks for this name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        del server, session
        self.before_answer()
        answer = self.data_answers.pop(0) if self.data_answers else "250 OK"
        if answer.startswith("250"):
            self.envelopes.append(envelope)
        return answer

    def contents(self) -> list[bytes]:
        """The accepted messages as they went over the wire."""
        return [
            envelope.original_content
            for envelope in self.envelopes
            if envelope.original_content is not None
        ]

    @property
    def messages(self) -> list[EmailMessage]:
        """The accepted messages as a mail program reads them."""
        return [message_from_bytes(content, policy=policy.default) for content in self.contents()]


class LoopbackServer(Controller):
    """A mail server on a free port that the system chooses."""

    def __init__(self, handler: Postbox) -> None:
        super().__init__(handler, hostname="127.0.0.1", port=0)

    def _trigger_server(self) -> None:
        assert isinstance(self.server, Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # the library leaves it open


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def smtp(postbox: Postbox) -> Iterator[SMTPSettings]:
    server = LoopbackServer(postbox)
    server.start()
    yield SMTPSettings(host="127.0.0.1", port=server.port, starttls=False, timeout_seconds=5)
    server.stop()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def put(database: Database, key: str, **values: Any) -> OutboxMail:
    """Queue one mail in its own transaction."""
    given = {
        "to_address": "hanako@example.jp",
        "to_name": "山田 花子",
        "subject": "商談のご案内",
        "text": "本文です。\n",
        "body_id": None,
        "now": NOW,
    } | values
    with database.unit_of_work() as session:
        return queue_mail(session, key=key, **given)


def stored(database: Database, key: str) -> OutboxMail:
    """Return the mail as the table has it now."""
    with database.reading() as session:
        return session.query(OutboxMail).filter_by(key=key).one()
