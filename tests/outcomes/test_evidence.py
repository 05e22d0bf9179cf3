"""Documents behind amounts: what is taken is told by the content, who may see it by the body."""

import io

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.core.actor import Role
from sme_match.core.errors import InvalidError, NotFoundError
from sme_match.db.session import Database
from sme_match.meetings.enums import Party
from sme_match.outcomes.enums import AmountSource, FollowUpState, Reporter
from sme_match.outcomes.evidence import MOST_BYTES, sniff
from sme_match.outcomes.models import FollowUp, OutcomeEvidence
from sme_match.outcomes.queries import get_document, list_evidence
from sme_match.outcomes.services.documents import SeenDocument
from sme_match.outcomes.services.following import close_follow_up
from sme_match.outcomes.services.reporting import report_outcome
from tests.client import Client
from tests.conftest import Clock
from tests.factories import make_user
from tests.meetings.scenes import at, make_scene
from tests.outcomes.scenes import AFTER, hold, said

PDF = b"%PDF-1.7\nx"
SEEN = said(Reporter.COORDINATOR, 6, first_order_yen=250_000, amount_source=AmountSource.DOCUMENT_SEEN)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (PDF, "application/pdf"),
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic"),
        (b"<html><script>alert(1)</script>", None),
        (b"MZ\x90\x00", None),
        (b"PK\x03\x04", None),
        (b"", None),
    ],
)
def test_a_file_is_what_its_content_says(data: bytes, found: str | None) -> None:
    assert sniff(data) == found


def test_document_seen_needs_the_document_or_who_saw_it_where(session: Session) -> None:
    scene = make_scene(session)
    meeting = hold(session, scene)
    with pytest.raises(InvalidError) as refused:
        report_outcome(session, scene.actor, meeting.id, SEEN, now=AFTER)
    assert refused.value.field == "seen_note"
    for seen in (
        SeenDocument(note="訪問先で佐藤が見た"),
        SeenDocument(filename="注文書.pdf", content=PDF),
    ):
        report_outcome(session, scene.actor, meeting.id, SEEN, now=AFTER, seen=seen)
    # What is kept already counts for later reports, too.
    report_outcome(session, scene.actor, meeting.id, SEEN, now=AFTER)
    kept = list_evidence(session, scene.actor, meeting.id)
    assert [(each.filename, each.note) for each in kept] == [
        ("注文書.pdf", ""),
        ("", "訪問先で佐藤が見た"),
    ]


@pytest.mark.parametrize("content", [b"<html>", b"%PDF-" + bytes(MOST_BYTES)])
def test_other_files_and_too_large_ones_are_refused(session: Session, content: bytes) -> None:
    scene = make_scene(session)
    meeting = hold(session, scene)
    seen = SeenDocument(filename="a.pdf", content=content)
    with pytest.raises(InvalidError) as refused:
        report_outcome(session, scene.actor, meeting.id, SEEN, now=AFTER, seen=seen)
    assert refused.value.field == "document"
    assert list_evidence(session, scene.actor, meeting.id) == []


def test_neither_side_sees_a_document_nor_another_body(session: Session) -> None:
    scene, other = make_scene(session), make_scene(session)
    meeting = hold(session, scene)
    seen = SeenDocument(filename="a.pdf", content=PDF)
    report_outcome(session, scene.actor, meeting.id, SEEN, now=AFTER, seen=seen)
    kept = session.scalars(select(OutcomeEvidence)).one()
    assert get_document(session, scene.actor, kept.id).content == PDF
    for actor in (scene.side(Party.SME), scene.side(Party.BUYER), other.actor):
        assert list_evidence(session, actor, meeting.id) == []
        with pytest.raises(NotFoundError):
            get_document(session, actor, kept.id)


def test_a_report_after_closing_answers_the_follow_up_after_all(session: Session) -> None:
    scene = make_scene(session)
    meeting = hold(session, scene)
    later = at(7 + 35, 10)
    follow_up = session.scalars(
        select(FollowUp).where(FollowUp.meeting_id == meeting.id, FollowUp.months_after == 1)
    ).one()
    close_follow_up(session, scene.actor, follow_up.id, reason="つながらない", now=later)
    report_outcome(session, scene.actor, meeting.id, said(Reporter.COORDINATOR, 3), now=later)
    assert (follow_up.state, follow_up.closed_reason) == (FollowUpState.DONE, "つながらない")


def test_a_coordinator_hands_a_document_in_and_downloads_it_as_a_file(
    client: Client, database: Database, clock: Clock
) -> None:
    clock.now = AFTER
    with database.unit_of_work() as session:
        scene = make_scene(session)
        meeting_id = hold(session, scene).id
        coordinator = make_user(session, scene.body, Role.COORDINATOR).id
    client.sign_in(coordinator)
    form = {
        "reporter": "coordinator", "stage": "6", "first_order_yen": "30万円",
        "amount_source": "document_seen",
    }  # fmt: skip
    path = f"/outcomes/{meeting_id}/report"
    wrong = client.post(path, form | {"document": (io.BytesIO(b"<html>"), "a.pdf")})
    assert wrong.status_code == 422
    assert "PDFか画像" in wrong.text
    assert 'value="30万円"' in wrong.text
    assert client.post(path, form | {"document": (io.BytesIO(PDF), "注文書.pdf")}).status_code == 302
    page = client.get(f"/outcomes/{meeting_id}").text
    assert "注文書.pdf" in page
    address = page.split('href="/outcomes/evidence/')[1].split('"')[0]
    answer = client.get(f"/outcomes/evidence/{address}")
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
