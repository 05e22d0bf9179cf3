"""Use cases of needs: the rules of the business."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from threading import Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.audit.queries import list_history
from sme_match.core.actor import Actor, Role
from sme_match.core.errors import (
    ConflictError,
    InvalidError,
    NotAllowedError,
    NotFoundError,
    StaleVersionError,
)
from sme_match.db.session import Database
from sme_match.needs.conditions import ConditionDraft
from sme_match.needs.enums import ConditionKind, ConditionLevel, NeedState
from sme_match.needs.models import Need, NeedShare
from sme_match.needs.queries import NeedFilter, get_need, list_buyers, list_needs
from sme_match.needs.services import (
    NeedDraft,
    as_drafts,
    close_need,
    edit_need,
    publish_need,
    register_need,
    reopen_need,
    unpublish_need,
)
from sme_match.needs.sharing import share_need, unshare_need
from sme_match.support_bodies.models import SupportBody
from tests.conftest import NOW
from tests.factories import make_actor, make_body, make_buyer, make_company, make_need

TODAY = date(2026, 11, 20)
TOLERANCE = ConditionDraft(ConditionLevel.MUST, ConditionKind.TOLERANCE_MM, number=Decimal("0.02"))
ISO_9001 = ConditionDraft(ConditionLevel.WISH, ConditionKind.CERTIFICATE, text="iso_9001")


@pytest.fixture
def body(session: Session) -> SupportBody:
    return make_body(session)


@pytest.fixture
def actor(session: Session, body: SupportBody) -> Actor:
    return make_actor(session, body)


@pytest.fixture
def draft(session: Session, body: SupportBody) -> NeedDraft:
    buyer = make_buyer(session, body, name="東北産業機械株式会社")
    return NeedDraft(
        buyer_id=buyer.id, title="ブラケットの切削", materials=("SUS304",), lot_quantity=50
    )


def refused(session: Session, actor: Actor, draft: NeedDraft) -> tuple[str, str | None]:
    with pytest.raises(InvalidError) as refusal:
        register_need(session, actor, draft, now=NOW)
    return str(refusal.value), refusal.value.field


def test_a_new_need_is_a_draft_with_the_next_number_and_its_writer_in_charge(
    session: Session, actor: Actor, draft: NeedDraft
) -> None:
    first = register_need(session, actor, draft, now=NOW)
    second = register_need(session, actor, draft, now=NOW, publish=True)
    assert (first.number, first.state, first.owner_id) == (
        "N-2026-0001",
        NeedState.DRAFT,
        actor.user_id,
    )
    assert (second.number, second.state) == ("N-2026-0002", NeedState.OPEN)
    session.flush()
    assert [entry.action for entry in list_history(session, "need", first.id)] == ["need.create"]


def test_each_body_counts_for_itself(session: Session, actor: Actor, draft: NeedDraft) -> None:
    register_need(session, actor, draft, now=NOW)
    other_body = make_body(session)
    other = make_actor(session, other_body)
    buyer = make_buyer(session, other_body)
    need = register_need(session, other, replace(draft, buyer_id=buyer.id), now=NOW)
    assert need.number == "N-2026-0001"


def test_only_coordinators_register_needs(
    session: Session, body: SupportBody, draft: NeedDraft
) -> None:
    with pytest.raises(NotAllowedError):
        register_need(session, make_actor(session, body, Role.LEAD), draft, now=NOW)


def test_the_buyer_must_be_a_buyer_of_the_own_body(
    session: Session, actor: Actor, body: SupportBody, draft: NeedDraft
) -> None:
    foreign = make_buyer(session, make_body(session))
    supplier = make_company(session, body)
    for company in (foreign, supplier):
        message = refused(session, actor, replace(draft, buyer_id=company.id))
        assert message == ("発注企業を選んでください。", "buyer_id")


def test_payment_later_than_sixty_days_is_refused_with_the_reason(
    session: Session, actor: Actor, draft: NeedDraft
) -> None:
    message, field = refused(session, actor, replace(draft, payment_days=61))
    assert field == "payment_days"
    assert message == (
        "支払期日は受領から60日以内にしてください。"
        "取適法（中小受託取引適正化法）で、受領した日から60日以内と決められています。"
    )
    assert register_need(session, actor, replace(draft, payment_days=60), now=NOW).payment_days == 60


def test_days_that_have_passed_are_refused_for_new_needs(
    session: Session, actor: Actor, draft: NeedDraft
) -> None:
    yesterday = TODAY - timedelta(days=1)
    assert refused(session, actor, replace(draft, due_on=yesterday)) == (
        "希望納期が過ぎた日になっています。今日より後の日を入力してください。",
        "due_on",
    )
    assert refused(session, actor, replace(draft, expires_on=yesterday))[1] == "expires_on"
    assert register_need(session, actor, replace(draft, expires_on=TODAY), now=NOW).expires_on == TODAY


def test_a_need_whose_day_passed_can_still_be_corrected_otherwise(
    session: Session, actor: Actor, draft: NeedDraft
) -> None:
    need = register_need(session, actor, replace(draft, due_on=TODAY), now=NOW)
    later = NOW + timedelta(days=30)
    corrected = replace(draft, due_on=TODAY, title="ブラケットの切削と研削")
    edit_need(session, actor, need.id, corrected, version=need.version, now=later)
    assert need.title == "ブラケットの切削と研削"
    moved = replace(corrected, due_on=TODAY + timedelta(days=1))
    with pytest.raises(InvalidError):
        edit_need(session, actor, need.id, moved, version=need.version, now=later)


def test_editing_conditions_is_one_new_version_and_stands_in_the_history(
    session: Session, actor: Actor, draft: NeedDraft
) -> None:
    need = register_need(session, actor, replace(draft, conditions=(TOLERANCE,)), now=NOW)
    changed = replace(draft, owner_id=actor.user_id, conditions=(TOLERANCE, ISO_9001))
    edit_need(session, actor, need.id, changed, version=need.version, now=NOW)
    session.expire_all()
    found = get_need(session, actor, need.id)
    assert set(as_drafts(found.conditions)) == {TOLERANCE, ISO_9001}
    assert found.version == 2
    newest = list_history(session, "need", need.id)[0]
    assert newest.changes == {"wish": [[], ["certificate: ISO 9001（品質）"]]}


def test_the_second_of_two_editors_is_stopped(session: Session, actor: Actor, draft: NeedDraft) -> None:
    need = register_need(session, actor, draft, now=NOW)
    version = need.version
    edit_need(session, actor, need.id, replace(draft, title="一人目"), version=version, now=NOW)
    with pytest.raises(StaleVersionError):
        edit_need(session, actor, need.id, replace(draft, title="二人目"), version=version, now=NOW)


def test_a_need_goes_from_draft_to_open_to_closed_and_back(
    session: Session, actor: Actor, draft: NeedDraft
) -> None:
    need = register_need(session, actor, draft, now=NOW)
    assert publish_need(session, actor, need.id, now=NOW).state is NeedState.OPEN
    assert close_need(session, actor, need.id, now=NOW).closed_at == NOW
    assert reopen_need(session, actor, need.id, now=NOW).closed_at is None
    assert unpublish_need(session, actor, need.id, now=NOW).state is NeedState.DRAFT
    with pytest.raises(ConflictError):
        close_need(session, actor, need.id, now=NOW)


def test_a_draft_whose_days_passed_is_not_opened(
    session: Session, actor: Actor, draft: NeedDraft
) -> None:
    need = register_need(session, actor, replace(draft, expires_on=TODAY), now=NOW)
    with pytest.raises(InvalidError, match="回答期限が過ぎています"):
        publish_need(session, actor, need.id, now=NOW + timedelta(days=2))


def test_another_body_sees_a_need_only_while_it_is_shared(
    session: Session, actor: Actor, draft: NeedDraft
) -> None:
    need = register_need(session, actor, draft, now=NOW)
    receiver = make_body(session)
    reader = make_actor(session, receiver)
    with pytest.raises(NotFoundError):
        get_need(session, reader, need.id)
    share_need(session, actor, need.id, body_id=receiver.id, now=NOW)
    share_need(session, actor, need.id, body_id=receiver.id, now=NOW)
    assert len(session.scalars(select(NeedShare)).all()) == 1
    assert get_need(session, reader, need.id) is need
    with pytest.raises(NotAllowedError):
        edit_need(session, reader, need.id, draft, version=need.version, now=NOW)
    with pytest.raises(NotAllowedError):
        share_need(session, reader, need.id, body_id=receiver.id, now=NOW)
    unshare_need(session, actor, need.id, body_id=receiver.id, now=NOW)
    session.expire_all()
    with pytest.raises(NotFoundError):
        get_need(session, reader, need.id)
    actions = [entry.action for entry in list_history(session, "need", need.id)]
    assert actions == ["need.unshare", "need.share", "need.create"]


def test_managers_of_companies_see_no_needs_here(
    session: Session, body: SupportBody, actor: Actor, draft: NeedDraft
) -> None:
    need = register_need(session, actor, draft, now=NOW, publish=True)
    manager = make_actor(session, body, Role.SME, company_id=make_company(session, body).id)
    with pytest.raises(NotFoundError):
        get_need(session, manager, need.id)
    everything = NeedFilter()
    for reader, seen in ((manager, []), (actor, [need.id])):
        lines = list_needs(session, reader, everything, page=1, today=TODAY).items
        assert [line.id for line in lines] == seen


def test_the_list_finds_by_words_states_and_days(
    session: Session, actor: Actor, body: SupportBody, draft: NeedDraft
) -> None:
    soon = replace(draft, title="SUSフランジの旋削", expires_on=TODAY + timedelta(days=3))
    flange = register_need(session, actor, soon, now=NOW, publish=True)
    bracket = register_need(session, actor, draft, now=NOW)
    make_need(session, make_buyer(session, make_body(session)), title="他機関のフランジ")

    def found(**values: str) -> list[Need]:
        filters = NeedFilter.of(values)
        lines = list_needs(session, actor, filters, page=1, today=TODAY).items
        return [session.get_one(Need, line.id) for line in lines]

    assert found(q="ＳＵＳ フランジ") == [flange]
    assert found(q="\0フランジ", sort="number") == [flange]
    assert found(process="\0") == found()
    assert found(q="東北産業機械(株)", sort="number") == [flange, bracket]
    assert found(state="draft") == [bracket]
    assert found(due="soon") == [flange]
    assert found(sort="expires") == [flange, bracket]
    assert found(sort="-expires") == [flange, bracket]
    assert found(buyer="999") == []
    assert found(owner=str(actor.user_id), sort="number") == [flange, bracket]


def test_buyers_are_found_by_reading_and_only_in_the_own_body(
    session: Session, actor: Actor, body: SupportBody
) -> None:
    buyer = make_buyer(session, body, name="東北産業機械株式会社", name_kana="トウホクサンギョウキカイ")
    make_company(session, body, name="東北の受託", name_kana="トウホクノジュタク")
    make_buyer(session, make_body(session), name="東北の別の機関", name_kana="トウホク")
    assert list_buyers(session, actor, "ﾄｳﾎｸ") == [buyer]


def test_two_coordinators_at_once_get_two_numbers(database: Database) -> None:
    with database.unit_of_work() as session:
        body = make_body(session)
        actor = make_actor(session, body)
        buyer = make_buyer(session, body)
    draft = NeedDraft(buyer_id=buyer.id, title="同時の登録")
    failures: list[BaseException] = []

    def register() -> None:
        try:
            with database.unit_of_work() as session:
                register_need(session, actor, draft, now=NOW)
        except BaseException as error:  # noqa: BLE001 -- shown by the assertion below
            failures.append(error)

    threads = [Thread(target=register) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.reading() as session:
        numbers = sorted(session.scalars(select(Need.number)))
    assert numbers == [f"N-2026-000{n}" for n in range(1, 5)]
