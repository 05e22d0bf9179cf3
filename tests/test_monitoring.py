"""A monitoring system learns on an address of its own how the service is, and nothing about anybody."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.error import URLError

import pytest
from sqlalchemy import update

from sme_match.db.leases import acquire_lease
from sme_match.db.session import Database
from sme_match.jobs import LEASE_NAME
from sme_match.monitoring import GAUGES, measure
from sme_match.notifications.models import OutboxMail
from tests.client import Client
from tests.conftest import NOW
from tests.postgresql import free_port

ROOT = Path(__file__).resolve().parents[1]
TOKEN = "a-token-that-nobody-may-read"
ASK = f"""
from wsgi import app
for path in ("/sign-in", "/attend/{TOKEN}", "/nowhere"):
    app.test_client().get(path)
app.test_client().open("/nowhere", method="INVENTED")
"""


def test_what_waits_is_counted(database: Database) -> None:
    with database.unit_of_work() as session:
        assert set(measure(session, now=NOW)) == set(GAUGES)
        assert not any(measure(session, now=NOW).values())
        for minutes in (5, 10, -5):
            session.add(
                OutboxMail(
                    key=f"{minutes}",
                    to_address="a@example.jp",
                    subject="件名",
                    text="本文",
                    message_id="m",
                    created_at=NOW,
                    next_attempt_at=NOW - timedelta(minutes=minutes),
                )
            )
        session.flush()
        acquire_lease(session, LEASE_NAME, owner="one", now=NOW, duration=timedelta(seconds=30))

        found = measure(session, now=NOW)
        assert found["sme_match_mails_due"] == 2
        assert found["sme_match_mail_oldest_due_seconds"] == 600
        assert found["sme_match_scheduler_leads"] == 1

        session.execute(update(OutboxMail).values(dead_at=NOW))
        found = measure(session, now=NOW + timedelta(minutes=1))
        assert (found["sme_match_mails_due"], found["sme_match_mails_dead"]) == (0, 3)
        assert found["sme_match_scheduler_leads"] == 0, "its lease has run out"


def test_the_pages_do_not_tell_figures(client: Client) -> None:
    assert client.get("/metrics").status_code == 404


@pytest.fixture
def told(tmp_path: Path) -> Iterator[str]:
    """What the command serves of a process that has answered some requests."""
    environ = os.environ | {
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/figures.sqlite3",
    }
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    subprocess.run([*flask, "migrate"], cwd=ROOT, env=environ, check=True, capture_output=True)
    subprocess.run([sys.executable, "-c", ASK], cwd=ROOT, env=environ, check=True, capture_output=True)
    port = free_port()
    process = subprocess.Popen([*flask, "metrics", "--port", str(port)], cwd=ROOT, env=environ)
    try:
        yield read(f"http://127.0.0.1:{port}/metrics", process)
    finally:
        process.terminate()
        assert process.wait(timeout=20) == 0


def read(address: str, process: subprocess.Popen[bytes]) -> str:
    for _ in range(240):
        assert process.poll() is None
        try:
            with urllib.request.urlopen(address) as answer:  # noqa: S310 -- our own address
                return str(answer.read().decode())
        except URLError:
            time.sleep(0.25)
    raise AssertionError("The command did not answer.")


def test_requests_are_told_by_the_pattern_of_their_address(told: str) -> None:
    signed_in = 'sme_match_request_seconds_count{method="GET",rule="/sign-in",status="200"} 1.0'
    unknown = 'sme_match_request_seconds_count{method="",rule="",status="404"} 2.0'
    assert signed_in in told
    assert unknown in told, "what anybody makes up is one line"
    assert "sme_match_scheduler_leads 0.0" in told
    assert TOKEN not in told
    assert "INVENTED" not in told
