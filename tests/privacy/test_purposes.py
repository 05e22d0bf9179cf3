"""Purposes of use: told in versions, asked for at home, never in the way of reading."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.links import create_link
from sme_match.core.actor import Role
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from sme_match.db.session import Database
from sme_match.privacy.models import Consent, PurposeText
from sme_match.privacy.services.purposes import answer_purpose, publish_purpose, withdraw_consent
from tests.architecture.region import Side
from tests.client import Client
from tests.conftest import NOW
from tests.factories import make_user
from tests.privacy.scenes import make_side

ASKS = "個人情報の利用目的をご確認ください"


@pytest.fixture
def side(database: Database) -> Side:
    with database.unit_of_work() as session:
        return make_side(session, "北上")


def publish(database: Database, side: Side, text: str) -> PurposeText:
    with database.unit_of_work() as session:
        return publish_purpose(session, side.users[Role.LEAD].as_actor(), text=text, now=NOW)


def test_everybody_is_asked_at_home_until_they_answer_and_anew_for_a_new_version(
    client: Client, database: Database, side: Side
) -> None:
    for role in (Role.COORDINATOR, Role.LEAD, Role.SME):
        assert ASKS not in client.sign_in(side.users[role].id).get("/").text
    publish(database, side, "商談の連絡")
    for role in (Role.COORDINATOR, Role.LEAD, Role.SME):
        assert ASKS in client.sign_in(side.users[role].id).get("/").text
        assert client.get("/meetings/").status_code == 200
    first = client.get("/personal-data/purpose").text
    assert "商談の連絡" in first
    for answer, said in (("agree", True), ("refuse", False)):
        purpose = publish(database, side, f"商談の連絡と{answer}")
        assert ASKS in client.get("/").text
        answered = client.post("/personal-data/purpose", {"answer": answer, "purpose": str(purpose.id)})
        assert answered.status_code == 302
        assert ASKS not in client.get("/").text
        with database.reading() as session:
            kept = session.scalars(select(Consent).where(Consent.purpose_id == purpose.id)).one()
            assert (kept.agreed, kept.answered_at, kept.user_id) == (
                said, NOW, side.users[Role.SME].id,
            )  # fmt: skip


def test_an_invitation_shows_the_purposes_before_anything_is_typed(
    client: Client, database: Database, side: Side
) -> None:
    publish(database, side, "商談の連絡だけに使います")
    with database.unit_of_work() as session:
        invited = make_user(session, side.body, Role.COORDINATOR, password_hash=None)
        token = create_link(
            session, purpose=LinkPurpose.INVITATION, subject_id=invited.id, company_id=None,
            body_id=side.body.id, holder_name="", expires_at=NOW + timedelta(days=7), now=NOW,
        )  # fmt: skip
    assert "商談の連絡だけに使います" in client.get(f"/invitations/{token}").text


def test_consent_is_taken_back_and_the_lead_sees_who_said_what(
    client: Client, database: Database, side: Side
) -> None:
    purpose = publish(database, side, "商談の連絡")
    manager = side.users[Role.SME].as_actor()
    with database.unit_of_work() as session:
        with pytest.raises(NotFoundError):
            withdraw_consent(session, manager, now=NOW)
        answer_purpose(session, manager, purpose.id, agreed=True, now=NOW)
        taken_back = withdraw_consent(session, manager, now=NOW + timedelta(days=1))
        assert taken_back.withdrawn_at == NOW + timedelta(days=1)
        assert taken_back.answered_at == NOW
    page = client.sign_in(side.users[Role.LEAD].id).get("/personal-data/purposes").text
    assert "同意 0人、同意しない・取り消し 1人" in page
    assert "北上社長" in page


def test_only_leads_tell_purposes_and_nobody_answers_what_they_have_not_read(
    client: Client, database: Database, side: Side
) -> None:
    old = publish(database, side, "商談の連絡")
    new = publish(database, side, "商談の連絡と統計")
    assert (old.number, new.number) == (1, 2)
    with database.unit_of_work() as session:
        manager, lead = (side.users[role].as_actor() for role in (Role.SME, Role.LEAD))
        with pytest.raises(ConflictError):
            answer_purpose(session, manager, old.id, agreed=True, now=NOW)
        with pytest.raises(NotAllowedError):
            publish_purpose(session, manager, text="なんでも", now=NOW)
        with pytest.raises(InvalidError):
            publish_purpose(session, lead, text=new.text, now=NOW)
        other = make_side(session, "隣県").users[Role.SME].as_actor()
        with pytest.raises(NotFoundError):
            answer_purpose(session, other, new.id, agreed=True, now=NOW)
    client.sign_in(side.users[Role.LEAD].id)
    assert client.post("/personal-data/purposes", {"text": ""}).status_code == 422
    assert client.post("/personal-data/purposes", {"text": "第三の版"}).status_code == 302
    assert "第3版" in client.get("/personal-data/purposes").text


def test_only_the_answers_of_the_page_are_answers(
    client: Client, database: Database, side: Side
) -> None:
    purpose = publish(database, side, "商談の連絡")
    client.sign_in(side.users[Role.SME].id)
    sent = {"answer": "maybe", "purpose": str(purpose.id)}
    assert client.post("/personal-data/purpose", sent).status_code == 400
    with database.reading() as session:
        assert session.scalars(select(Consent)).all() == []
    assert client.post("/personal-data/purpose", sent | {"answer": "refuse"}).status_code == 302
