"""Words are proposed by one person and decided by another."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.audit.models import AuditEntry
from sme_match.core.actor import Actor, Role
from sme_match.core.errors import (
    InvalidError,
    NotAllowedError,
    NotFoundError,
    StaleVersionError,
)
from sme_match.matching.enums import WordChange, WordKind, WordState
from sme_match.matching.models import WordEntry
from sme_match.matching.vocabulary import load_thesaurus
from sme_match.thesaurus.services import (
    WordDraft,
    decide_entry,
    edit_entry,
    propose_entry,
    reopen_entry,
    withdraw_entry,
)
from tests.conftest import NOW
from tests.factories import make_actor, make_body, make_user

DRAFT = WordDraft(
    change=WordChange.NEW,
    concept_code="",
    kind=WordKind.TRADE,
    ja=["ガラ箱"],
    en=["scrap bin"],
    broader=["タンク"],
    reason="発注企業が使う",
    example="ガラ箱を10台",
)
MORE = replace(
    DRAFT,
    change=WordChange.ADD,
    concept_code="turning",
    kind=WordKind.PROCESS,
    ja=["ろくろ引き"],
    en=[],
    broader=[],
)
LESS = replace(MORE, change=WordChange.REMOVE, ja=["丸物"])


@pytest.fixture
def people(session: Session) -> tuple[Actor, Actor]:
    """Two coordinators of one body."""
    body = make_body(session)
    return make_actor(session, body), make_actor(session, body)


def accept(session: Session, actor: Actor, entry: WordEntry) -> WordEntry:
    return decide_entry(session, actor, entry.id, accept=True, note="", version=entry.version, now=NOW)


def actions(session: Session, entry: WordEntry) -> list[str]:
    query = select(AuditEntry.action).where(AuditEntry.subject_id == entry.id).order_by(AuditEntry.id)
    return list(session.scalars(query))


def test_a_proposal_counts_once_another_person_accepts_it(
    session: Session, people: tuple[Actor, Actor]
) -> None:
    proposer, reviewer = people
    entry = propose_entry(session, proposer, DRAFT, now=NOW)
    assert load_thesaurus(session).terms("ガラ箱") == ()

    accept(session, reviewer, entry)

    assert load_thesaurus(session).terms("scrap bins") == (entry.code, "tank")
    assert (entry.decided_by, entry.decided_at) == (reviewer.user_id, NOW)
    assert actions(session, entry) == ["word.propose", "word.accept"]


def test_nobody_decides_their_own_proposal(session: Session, people: tuple[Actor, Actor]) -> None:
    proposer, _other = people
    entry = propose_entry(session, proposer, DRAFT, now=NOW)

    with pytest.raises(NotAllowedError):
        accept(session, proposer, entry)
    assert entry.state is WordState.PROPOSED


def test_who_corrects_a_proposal_may_not_decide_it_either(
    session: Session, people: tuple[Actor, Actor]
) -> None:
    proposer, colleague = people
    entry = propose_entry(session, proposer, DRAFT, now=NOW)
    edited = replace(DRAFT, ja=["ガラ箱", "ガラ入れ"])
    edit_entry(session, colleague, entry.id, edited, version=entry.version, now=NOW)

    with pytest.raises(NotAllowedError):
        accept(session, colleague, entry)
    assert accept(session, proposer, entry).state is WordState.ACCEPTED


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.LEAD])
def test_people_of_another_body_may_decide(
    session: Session, people: tuple[Actor, Actor], role: Role
) -> None:
    entry = propose_entry(session, people[0], DRAFT, now=NOW)
    stranger = make_actor(session, make_body(session), role)

    assert accept(session, stranger, entry).decided_body_id == stranger.body_id


def test_an_administrator_decides_and_withdraws_but_does_not_propose(
    session: Session, people: tuple[Actor, Actor]
) -> None:
    administrator = make_user(session, None, Role.ADMINISTRATOR).as_actor()
    entry = propose_entry(session, people[0], DRAFT, now=NOW)
    accept(session, administrator, entry)

    assert withdraw_entry(session, administrator, entry.id, now=NOW).state is WordState.WITHDRAWN
    with pytest.raises(NotAllowedError):
        propose_entry(session, administrator, DRAFT, now=NOW)


def test_companies_have_no_say(session: Session, people: tuple[Actor, Actor]) -> None:
    manager = Actor(role=Role.SME, name="担当者", user_id=0, body_id=people[0].body_id)
    entry = propose_entry(session, people[0], DRAFT, now=NOW)

    with pytest.raises(NotAllowedError):
        propose_entry(session, manager, DRAFT, now=NOW)
    with pytest.raises(NotAllowedError):
        accept(session, manager, entry)
    with pytest.raises(NotAllowedError):
        withdraw_entry(session, manager, entry.id, now=NOW)


def test_another_body_neither_corrects_nor_withdraws(
    session: Session, people: tuple[Actor, Actor]
) -> None:
    stranger = make_actor(session, make_body(session))
    entry = propose_entry(session, people[0], DRAFT, now=NOW)

    with pytest.raises(NotAllowedError):
        edit_entry(session, stranger, entry.id, DRAFT, version=entry.version, now=NOW)
    with pytest.raises(NotAllowedError):
        withdraw_entry(session, stranger, entry.id, now=NOW)


def test_a_rejection_says_why(session: Session, people: tuple[Actor, Actor]) -> None:
    proposer, reviewer = people
    entry = propose_entry(session, proposer, DRAFT, now=NOW)

    with pytest.raises(InvalidError, match="理由") as caught:
        decide_entry(session, reviewer, entry.id, accept=False, note="", version=entry.version, now=NOW)
    assert caught.value.field == "note"
    decide_entry(
        session, reviewer, entry.id, accept=False, note="一般語", version=entry.version, now=NOW
    )
    assert (entry.state, entry.decision_note) == (WordState.REJECTED, "一般語")


def test_a_reviewer_decides_what_they_saw(session: Session, people: tuple[Actor, Actor]) -> None:
    proposer, reviewer = people
    entry = propose_entry(session, proposer, DRAFT, now=NOW)
    seen = entry.version
    edited = replace(DRAFT, ja=["ガラ入れ"])
    edit_entry(session, proposer, entry.id, edited, version=seen, now=NOW)

    with pytest.raises(StaleVersionError):
        decide_entry(session, reviewer, entry.id, accept=True, note="", version=seen, now=NOW)
    with pytest.raises(StaleVersionError):
        edit_entry(session, proposer, entry.id, DRAFT, version=seen, now=NOW)


def test_an_accepted_word_is_undone_by_withdrawing_and_waits_again_when_reopened(
    session: Session, people: tuple[Actor, Actor]
) -> None:
    proposer, reviewer = people
    entry = propose_entry(session, proposer, DRAFT, now=NOW)
    accept(session, reviewer, entry)

    withdraw_entry(session, proposer, entry.id, now=NOW)
    assert load_thesaurus(session).terms("ガラ箱") == ()
    reopen_entry(session, proposer, entry.id, now=NOW)
    assert (entry.state, entry.decided_by, entry.decision_note) == (WordState.PROPOSED, None, "")
    with pytest.raises(NotAllowedError):
        reopen_entry(session, proposer, entry.id, now=NOW)


def test_who_decided_may_take_the_decision_back_and_nobody_else(
    session: Session, people: tuple[Actor, Actor]
) -> None:
    proposer, reviewer = people
    entry = propose_entry(session, proposer, DRAFT, now=NOW)
    accept(session, reviewer, entry)

    with pytest.raises(NotAllowedError):
        reopen_entry(session, proposer, entry.id, now=NOW)
    assert reopen_entry(session, reviewer, entry.id, now=NOW).state is WordState.PROPOSED


@pytest.mark.parametrize(
    ("draft", "field", "message"),
    [
        (replace(DRAFT, ja=[]), "ja", "日本語と英語"),
        (replace(DRAFT, en=[]), "en", "日本語と英語"),
        (replace(DRAFT, ja=["ガ"]), "ja", "短すぎます"),
        (replace(DRAFT, en=["·x·"]), "en", "短すぎます"),
        (replace(DRAFT, ja=["ﾒｯｷ"]), "ja", "「めっき」の名前です"),
        (replace(DRAFT, en=["Machining Centre"]), "en", "「マシニングセンタ」の名前です"),
        (replace(DRAFT, broader=["どこにも無い言葉"]), "broader", "辞書にありません"),
        (replace(MORE, ja=[]), "ja", "名前か上位の用語"),
        (replace(MORE, ja=["挽き物"]), "ja", "すでにこの用語の名前です"),
        (replace(MORE, ja=["研削"]), "ja", "「研削」の名前です"),
        (replace(MORE, broader=["NC旋盤"]), "broader", "下位の用語です"),
        (replace(MORE, broader=["旋削"]), "broader", "そのもの"),
        (replace(LESS, ja=["研削"]), "ja", "この用語の名前ではありません"),
    ],
)
def test_words_that_blur_the_list_are_refused(
    session: Session,
    people: tuple[Actor, Actor],
    draft: WordDraft,
    field: str,
    message: str,
) -> None:
    with pytest.raises(InvalidError, match=message) as caught:
        propose_entry(session, people[0], draft, now=NOW)
    assert caught.value.field == field


def test_a_concept_keeps_at_least_one_name(session: Session, people: tuple[Actor, Actor]) -> None:
    proposer, reviewer = people
    entry = propose_entry(session, proposer, DRAFT, now=NOW)
    accept(session, reviewer, entry)
    whole = replace(LESS, concept_code=entry.code, ja=["ガラ箱"], en=["scrap bin"])

    with pytest.raises(InvalidError, match="すべて外す"):
        propose_entry(session, proposer, whole, now=NOW)


def test_a_name_that_was_taken_meanwhile_cannot_be_accepted(
    session: Session, people: tuple[Actor, Actor]
) -> None:
    proposer, reviewer = people
    first = propose_entry(session, proposer, DRAFT, now=NOW)
    second = propose_entry(session, proposer, replace(MORE, ja=["ガラ箱"]), now=NOW)
    accept(session, reviewer, first)

    with pytest.raises(InvalidError, match="「ガラ箱」の名前です"):
        accept(session, reviewer, second)


def test_names_come_off_a_concept(session: Session, people: tuple[Actor, Actor]) -> None:
    proposer, reviewer = people
    accept(session, reviewer, propose_entry(session, proposer, LESS, now=NOW))

    assert load_thesaurus(session).owners("丸物") == ()


def test_what_does_not_exist_cannot_be_changed(session: Session, people: tuple[Actor, Actor]) -> None:
    with pytest.raises(NotFoundError):
        propose_entry(session, people[0], replace(MORE, concept_code="nothing"), now=NOW)
    with pytest.raises(NotFoundError):
        withdraw_entry(session, people[0], 999, now=NOW)
