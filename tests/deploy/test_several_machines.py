"""Two web machines behind nginx and two schedulers on one database: any of them may be lost.

No acknowledged change is lost and none is made twice, no reminder is missed, and at most one mail goes
out twice for each sender that is lost.
"""

import os
import re
import ssl
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from http.client import HTTPException
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode

import pytest
from sqlalchemy import delete, func, select

from sme_match.accounts.passwords import hash_password
from sme_match.companies.models import Contact
from sme_match.core.settings import SMTPSettings
from sme_match.db.leases import Lease
from sme_match.db.migrations import migrate
from sme_match.db.scope import allow_use
from sme_match.db.session import Database
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import Meeting
from sme_match.notifications.models import OutboxMail
from tests.conftest import skip_or_fail
from tests.deploy.machines import (
    Machine,
    find_nginx,
    nginx,
    running,
    scheduler,
    wait_until_ready,
    web,
)
from tests.meetings.scenes import Scene, at, confirm, make_scene
from tests.notifications.conftest import Postbox, postbox, smtp
from tests.postgresql import APP_ROLE, as_owner, find_binaries, free_port, running_server

__all__ = ["postbox", "smtp"]
PASSWORD = "monozukuri-demo-2026"
WRITERS = 3
MEETINGS = 10
EVERY = timedelta(seconds=4)
"""The distance between two reminders that become due: the losses fall between them."""
BETWEEN_LOSSES = 4.0
PATIENCE_SECONDS = 150


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.3)


class Writer:
    """A coordinator's browser that adds people to a company, and sends again what got no answer."""

    def __init__(self, address: str, trusted: ssl.SSLContext, number: int) -> None:
        self.address, self.number = address, number
        self.browser = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=trusted),
            urllib.request.HTTPCookieProcessor(CookieJar()),
        )
        self.acknowledged: list[str] = []

    def run(self, email: str, path: str, stop: threading.Event) -> None:
        page = self._insist("/sign-in")
        self._insist(
            "/sign-in", {"csrf_token": token(page, "csrf_token"), "email": email, "password": PASSWORD}
        )
        while not stop.is_set():
            page = self._insist(path)
            name = f"担当 {self.number}-{len(self.acknowledged)}"
            form = {field: token(page, field) for field in ("csrf_token", "once")} | {
                "name": name,
                "email": "tanto@example.jp",
            }
            assert name in self._insist(path, form)
            self.acknowledged.append(name)

    def _insist(self, path: str, form: dict[str, str] | None = None) -> str:
        """Send the same request until it is answered, as a nervous person would."""
        until = time.monotonic() + PATIENCE_SECONDS
        request = urllib.request.Request(  # noqa: S310 -- our own address
            self.address + path,
            data=None if form is None else urlencode(form).encode(),
            headers={"Referer": self.address + path},
        )
        while True:
            try:
                with self.browser.open(request, timeout=20) as answer:
                    return str(answer.read().decode())
            except (OSError, HTTPException) as error:
                if isinstance(error, HTTPError) and error.code < 500:
                    raise
                assert time.monotonic() < until
                time.sleep(0.1)


def token(page: str, field: str) -> str:
    return str(re.findall(rf'name="{field}" value="([^"]+)"', page)[0])


@contextmanager
def writing(writers: list[Writer], email: str, path: str) -> Iterator[None]:
    """Let all write until the block ends."""
    stop, failures = threading.Event(), []

    def run(writer: Writer) -> None:
        try:
            writer.run(email, path, stop)
        except Exception as error:  # noqa: BLE001 -- told by the test, not by the thread
            failures.append(error)

    threads = [threading.Thread(target=run, args=(writer,)) for writer in writers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)
    assert failures == [], [str(each) for each in failures]


def fill(database: Database) -> Scene:
    """A coordinator who signs in, and confirmed meetings whose reminders become due one by one."""
    with database.unit_of_work() as session:
        scene = make_scene(session)
        scene.coordinator.password_hash = hash_password(PASSWORD)
        meetings = [confirm(session, make_scene(session), at(7, 10)) for _ in range(MEETINGS)]
        session.flush()
        soon = datetime.now(UTC) + timedelta(minutes=15, seconds=20)
        for number, meeting in enumerate(meetings):
            meeting.starts_at = soon + number * EVERY
            meeting.ends_at = meeting.starts_at + timedelta(minutes=30)
        session.execute(delete(OutboxMail))
        return scene


def leader(database: Database, schedulers: list[Machine]) -> Machine:
    """Return the scheduler that leads: the name of its lease tells its process."""
    with database.reading() as session:
        owner = session.scalar(select(Lease.owner)) or ""
    (found,) = [each for each in schedulers if each.process and f":{each.process.pid}:" in owner]
    return found


@pytest.fixture
def database() -> Iterator[Database]:
    """A database as an installation has it: brought there by its migrations."""
    binaries = find_binaries()
    if binaries is None:
        skip_or_fail("PostgreSQL is not installed.")
        return
    with running_server(binaries) as url:
        owner, found = Database(as_owner(url)), Database(url)
        migrate(owner.engine)
        allow_use(owner.engine, APP_ROLE)
        owner.dispose()
        yield found
        found.dispose()


def test_any_machine_may_be_lost_under_load(
    database: Database, smtp: SMTPSettings, postbox: Postbox, tmp_path: Path
) -> None:
    binary = find_nginx()
    if binary is None:
        skip_or_fail("nginx is not installed.")
        return
    scene = fill(database)
    port, ports = free_port(), (free_port(), free_port())
    address = f"https://localhost:{port}"
    environ = os.environ | {
        "SME_MATCH_ENV": "production",
        "SECRET_KEY": "only-for-this-test-" * 3,
        "BASE_URL": address,
        "DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "PROXIES": "1",
        "INDEX_FOLDER": str(tmp_path / "index"),
        "SMTP_HOST": smtp.host,
        "SMTP_PORT": str(smtp.port),
        "SMTP_STARTTLS": "0",
    }
    webs = [web(each, environ) for each in ports]
    schedulers = [scheduler(environ) for _ in range(2)]
    proxy = nginx(binary, tmp_path, port=port, webs=ports)
    trusted = ssl.create_default_context(cafile=str(tmp_path / "certificate.pem"))
    writers = [Writer(address, trusted, number) for number in range(WRITERS)]
    path = f"/companies/{scene.company.id}/contacts/new"
    senders_lost = 0
    with running(proxy, *webs, *schedulers):
        for each in ports:
            wait_until_ready(f"http://localhost:{each}")
        wait_until_ready(address, trusted)
        with writing(writers, scene.coordinator.email, path):
            for machine in webs * 2:
                time.sleep(BETWEEN_LOSSES)
                machine.kill()
                time.sleep(BETWEEN_LOSSES / 2)
                machine.start()
            wait_for(lambda: len(postbox.envelopes) > 0)
            leader(database, schedulers).kill()
            senders_lost += 1
            wait_for(lambda: sent(database) == 2 * MEETINGS)
    acknowledged = [name for writer in writers for name in writer.acknowledged]
    assert all(writer.acknowledged for writer in writers)
    with database.reading() as session:
        stored = session.scalars(
            select(Contact.name).where(
                Contact.company_id == scene.company.id, Contact.name.startswith("担当 ")
            )
        ).all()
        reminders = session.scalars(select(OutboxMail)).all()
        meetings = session.scalar(select(func.count()).where(Meeting.state == MeetingState.CONFIRMED))
    unfinished = set(stored) - set(acknowledged)
    assert Counter(stored) == Counter({*acknowledged, *unfinished}), "none is lost, none made twice"
    assert len(unfinished) <= WRITERS
    assert meetings == MEETINGS
    assert len({mail.key for mail in reminders}) == len(reminders) == 2 * MEETINGS
    copies = Counter(str(message_from_bytes(each)["Message-ID"]) for each in postbox.contents())
    assert len(copies) == 2 * MEETINGS
    assert copies.total() - len(copies) <= senders_lost


def sent(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).where(OutboxMail.sent_at.is_not(None))) or 0
