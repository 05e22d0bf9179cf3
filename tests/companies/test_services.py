"""Use cases of companies: what they change, what they refuse, what the log says."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.audit.models import AuditEntry
from sme_match.companies.enums import ContactKind, Visibility
from sme_match.companies.models import Company, CompanyShare, Contact
from sme_match.companies.queries import get_company, list_company_history, list_possible_receivers
from sme_match.companies.services import (
    CertificateDraft,
    CompanyDraft,
    ContactDraft,
    add_certificate,
    add_contact,
    archive_company,
    choose_visibility,
    confirm_company,
    edit_certificate,
    edit_company,
    edit_contact,
    register_company,
    remove_contact,
    restore_company,
    share_company,
    withdraw_share,
)
from sme_match.core.actor import Actor, Role
from sme_match.core.errors import (
    ConflictError,
    InvalidError,
    NotAllowedError,
    NotFoundError,
    StaleVersionError,
)
from sme_match.support_bodies.models import SupportBody
from tests.conftest import NOW
from tests.factories import make_actor, make_body, make_capability, make_company, make_contact

EARLIER = NOW - timedelta(days=200)


@pytest.fixture
def body(session: Session) -> SupportBody:
    return make_body(session)


@pytest.fixture
def actor(session: Session, body: SupportBody) -> Actor:
    return make_actor(session, body)


@pytest.fixture
def company(session: Session, body: SupportBody) -> Company:
    return make_company(session, body, confirmed_at=EARLIER, updated_at=EARLIER)


def refused_field(error: pytest.ExceptionInfo[InvalidError]) -> str | None:
    return error.value.field


def actions(session: Session) -> list[str]:
    return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_a_company_needs_a_name_and_a_side(session: Session, actor: Actor) -> None:
    for draft, field in (
        (CompanyDraft(name="", prefecture_code="03"), "name"),
        (CompanyDraft(name="社", prefecture_code="03", is_sme=False), "is_sme"),
    ):
        with pytest.raises(InvalidError) as error:
            register_company(session, actor, draft, now=NOW)
        assert refused_field(error) == field


def test_a_number_is_registered_once_in_a_body_but_again_in_another(
    session: Session, actor: Actor
) -> None:
    draft = CompanyDraft(name="社", prefecture_code="03", corporate_number="8000020130001")
    first = register_company(session, actor, draft, now=NOW)
    with pytest.raises(InvalidError) as error:
        register_company(session, actor, draft, now=NOW)
    assert refused_field(error) == "corporate_number"
    other = make_actor(session, make_body(session))
    assert register_company(session, other, draft, now=NOW).id != first.id


def test_leads_and_managers_register_nothing(
    session: Session, body: SupportBody, company: Company
) -> None:
    for role, company_id in ((Role.LEAD, None), (Role.SME, company.id)):
        actor = make_actor(session, body, role, company_id=company_id)
        with pytest.raises(NotAllowedError):
            register_company(session, actor, CompanyDraft(name="社", prefecture_code="03"), now=NOW)


def test_an_edit_confirms_and_logs_both_values(
    session: Session, actor: Actor, company: Company
) -> None:
    draft = CompanyDraft(name=company.name, prefecture_code="03", employees=21)
    edit_company(session, actor, company.id, draft, version=company.version, now=NOW)
    assert (company.confirmed_at, company.updated_at) == (NOW, NOW)
    entry = list_company_history(session, company.id)[0]
    assert (entry.action, entry.changes["employees"]) == ("company.edit", [20, 21])


def test_confirming_changes_the_date_and_is_no_conflict_for_an_editor(
    session: Session, actor: Actor, company: Company
) -> None:
    opened = company.version
    confirm_company(session, actor, company.id, now=NOW)
    assert (company.confirmed_at, company.updated_at, company.version) == (NOW, EARLIER, opened)
    assert actions(session) == ["company.confirm"]


def test_archiving_and_coming_back_are_logged_once_each(
    session: Session, actor: Actor, company: Company
) -> None:
    archive_company(session, actor, company.id, now=NOW)
    archive_company(session, actor, company.id, now=NOW + timedelta(hours=1))
    assert company.archived_at == NOW
    restored = [restore_company(session, actor, company.id, now=NOW) for _ in range(2)]
    assert [each.archived_at for each in restored] == [None, None]
    assert actions(session) == ["company.archive", "company.restore"]


def test_a_company_left_alone_is_not_brought_back_by_halves(
    session: Session, actor: Actor, company: Company
) -> None:
    company.archived_at = company.use_stopped_at = NOW
    draft = ContactDraft(name="北上 太郎", email="taro@example.jp")
    receiver = make_body(session)
    ways: list[Callable[[], object]] = [
        lambda: restore_company(session, actor, company.id, now=NOW),
        lambda: add_contact(session, actor, company.id, draft, now=NOW),
        lambda: share_company(
            session, actor, company.id, body_id=receiver.id, consented_on=NOW.date(), note="", now=NOW
        ),
    ]
    for way in ways:
        with pytest.raises(ConflictError):
            way()


def test_a_manager_may_not_archive_the_own_company(
    session: Session, body: SupportBody, company: Company
) -> None:
    manager = make_actor(session, body, Role.SME, company_id=company.id)
    with pytest.raises(NotAllowedError):
        archive_company(session, manager, company.id, now=NOW)


def test_who_sees_what_is_chosen_with_the_version(
    session: Session, actor: Actor, company: Company
) -> None:
    chosen = {"profile": Visibility.PUBLIC, "contacts": Visibility.PARTNERS, "now": NOW}
    with pytest.raises(StaleVersionError):
        choose_visibility(session, actor, company.id, version=company.version + 1, **chosen)  # type: ignore[arg-type]  # one dict for both calls
    choose_visibility(session, actor, company.id, version=company.version, **chosen)  # type: ignore[arg-type]  # see above
    assert (company.profile_visibility, company.contact_visibility) == (
        Visibility.PUBLIC,
        Visibility.PARTNERS,
    )


def test_a_contact_is_added_changed_and_removed(
    session: Session, actor: Actor, company: Company
) -> None:
    opened = company.version
    draft = ContactDraft(name="宮城 健一", email="k@example.jp")
    contact = add_contact(session, actor, company.id, draft, now=NOW)
    assert (company.updated_at, company.confirmed_at, company.version) == (NOW, NOW, opened)
    changed = ContactDraft(name="宮城 健一", email="k@example.jp", kind=ContactKind.DAY)
    edit_contact(session, actor, contact.id, changed, version=1, now=NOW)
    with pytest.raises(StaleVersionError):
        edit_contact(session, actor, contact.id, draft, version=1, now=NOW)
    with pytest.raises(StaleVersionError):
        remove_contact(session, actor, contact.id, version=1, now=NOW)
    remove_contact(session, actor, contact.id, version=2, now=NOW)
    assert session.scalars(select(Contact)).all() == []
    history = [(entry.action, entry.note) for entry in list_company_history(session, company.id)]
    assert history == [
        ("contact.remove", "宮城 健一"),
        ("contact.edit", "宮城 健一"),
        ("contact.add", "宮城 健一"),
    ]


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (ContactDraft(name="", email="a@example.jp"), "name"),
        (ContactDraft(name="名"), "email"),
        (ContactDraft(name="名", email="かな"), "email"),
        (ContactDraft(name="名", email="a b@example.jp"), "email"),
        # Forms that look like an address, but that no mail can be queued for.
        (ContactDraft(name="名", email="taro.@example.jp"), "email"),
        (ContactDraft(name="名", email="山田@example.jp"), "email"),
    ],
)
def test_a_contact_can_be_reached(
    session: Session, actor: Actor, company: Company, draft: ContactDraft, field: str
) -> None:
    with pytest.raises(InvalidError) as error:
        add_contact(session, actor, company.id, draft, now=NOW)
    assert refused_field(error) == field


def test_people_of_another_body_are_not_found(session: Session, actor: Actor) -> None:
    foreign = make_company(session, make_body(session))
    contact = make_contact(session, foreign)
    with pytest.raises(NotFoundError):
        add_contact(session, actor, foreign.id, ContactDraft(name="名", phone="1"), now=NOW)
    with pytest.raises(NotFoundError):
        edit_contact(session, actor, contact.id, ContactDraft(name="名", phone="1"), version=1, now=NOW)


def test_a_certificate_keeps_its_day_of_expiry(
    session: Session, actor: Actor, company: Company
) -> None:
    draft = CertificateDraft(standard="iso_9001", expires_on=date(2027, 3, 31))
    certificate = add_certificate(session, actor, company.id, draft, now=NOW)
    longer = CertificateDraft(standard="iso_9001", expires_on=date(2030, 3, 31))
    edit_certificate(session, actor, certificate.id, longer, version=1, now=NOW)
    entry = list_company_history(session, company.id)[0]
    assert entry.changes == {"expires_on": ["2027-03-31", "2030-03-31"]}
    with pytest.raises(InvalidError):
        add_certificate(session, actor, company.id, CertificateDraft(standard=""), now=NOW)


def test_a_grant_lets_the_other_body_see_and_its_end_takes_that_away(
    session: Session, actor: Actor, company: Company
) -> None:
    receiver = make_body(session)
    reader = make_actor(session, receiver)
    with pytest.raises(NotFoundError):
        get_company(session, reader, company.id)
    share = share_company(
        session, actor, company.id, body_id=receiver.id, consented_on=date(2026, 11, 19),
        note="訪問時に口頭で", now=NOW,
    )  # fmt: skip
    assert get_company(session, reader, company.id) is company
    assert company.share_consent_on == date(2026, 11, 19)
    with pytest.raises(NotAllowedError):
        confirm_company(session, reader, company.id, now=NOW)
    with pytest.raises(NotFoundError):
        withdraw_share(session, reader, share.id, now=NOW)
    withdraw_share(session, actor, share.id, now=NOW)
    with pytest.raises(NotFoundError):
        get_company(session, reader, company.id)
    assert actions(session) == ["share.grant", "share.withdraw"]


def test_a_grant_needs_a_past_consent_and_a_receiver_that_does_not_see_it_yet(
    session: Session, actor: Actor, body: SupportBody, company: Company
) -> None:
    receiver, closed = make_body(session), make_body(session, active=False)

    def share(receiver: SupportBody, day: int = 20) -> CompanyShare:
        return share_company(
            session, actor, company.id, body_id=receiver.id, consented_on=date(2026, 11, day),
            note="", now=NOW,
        )  # fmt: skip

    share(receiver)
    for wrong, day, field in (
        (receiver, 20, "body_id"),
        (body, 20, "body_id"),
        (closed, 20, "body_id"),
        (make_body(session), 21, "consented_on"),
    ):
        with pytest.raises(InvalidError) as error:
            share(wrong, day)
        assert refused_field(error) == field
    assert receiver not in list_possible_receivers(session, company)


def test_the_history_of_a_company_includes_its_capabilities(
    session: Session, actor: Actor, company: Company
) -> None:
    capability = make_capability(session, company)
    for kind, subject_id in (("capability", capability.id), ("capability", 999), ("need", company.id)):
        session.add(
            AuditEntry(
                at=NOW,
                actor_name="",
                actor_role="system",
                action=f"{kind}.edit",
                subject_type=kind,
                subject_id=subject_id,
                changes={},
            )
        )
    session.flush()
    assert [entry.subject_id for entry in list_company_history(session, company.id)] == [capability.id]
