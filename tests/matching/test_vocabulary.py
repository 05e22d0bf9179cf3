"""The thesaurus of the installation: shipped concepts and what bodies changed."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from sme_match.accounts.models import User
from sme_match.db.session import Database
from sme_match.matching.enums import WordChange, WordKind, WordState
from sme_match.matching.models import WordEntry
from sme_match.matching.vocabulary import build_vocabulary, load_thesaurus, load_vocabulary
from tests.conftest import NOW
from tests.factories import make_body, make_user
from tests.queries import count_queries


@pytest.fixture
def user(session: Session) -> User:
    return make_user(session, make_body(session))


def add(session: Session, user: User, **values: Any) -> WordEntry:
    defaults: dict[str, Any] = {
        "body_id": user.body_id,
        "proposed_by": user.id,
        "proposed_at": NOW,
        "change": WordChange.NEW,
        "kind": WordKind.TRADE,
        "ja": [],
        "en": [],
        "broader": [],
        "reason": "聞いた",
        "state": WordState.ACCEPTED,
        "decided_at": NOW,
    }
    entry = WordEntry(**(defaults | values))
    session.add(entry)
    session.flush()
    return entry


def test_an_accepted_word_is_read_in_both_languages(session: Session, user: User) -> None:
    assert load_thesaurus(session).terms("ガラ箱") == ()

    entry = add(session, user, ja=["ガラ箱"], en=["scrap bin"], broader=["tank"])

    assert load_thesaurus(session).terms("ガラ箱") == (entry.code, "tank")
    assert load_thesaurus(session).terms("two scrap bins") == (entry.code, "tank")


@pytest.mark.parametrize("state", [WordState.PROPOSED, WordState.REJECTED, WordState.WITHDRAWN])
def test_what_is_not_accepted_has_no_effect(session: Session, user: User, state: WordState) -> None:
    add(session, user, ja=["ガラ箱"], en=["scrap bin"], state=state)

    assert load_thesaurus(session).terms("ガラ箱") == ()


def test_a_withdrawn_word_is_no_longer_read(session: Session, user: User) -> None:
    entry = add(session, user, ja=["ガラ箱"], en=["scrap bin"])
    before = load_thesaurus(session).digest
    entry.state = WordState.WITHDRAWN
    session.flush()

    assert load_thesaurus(session).terms("ガラ箱") == ()
    assert load_thesaurus(session).digest != before


def test_names_are_added_to_a_concept_and_taken_from_it(session: Session, user: User) -> None:
    add(session, user, change=WordChange.ADD, concept_code="turning", ja=["ろくろ引き"])
    add(session, user, change=WordChange.REMOVE, concept_code="turning", ja=["丸もの"], en=["LATHE"])

    concept = load_vocabulary(session).concepts["turning"]
    assert "ろくろ引き" in concept.ja
    assert "丸もの" not in concept.ja
    assert "lathe" not in concept.en
    assert load_thesaurus(session).terms("ろくろ引き")[0] == "turning"


def test_a_word_on_a_withdrawn_one_goes_quietly(session: Session, user: User) -> None:
    made = add(session, user, ja=["ガラ箱"], en=["scrap bin"], state=WordState.WITHDRAWN)
    more = add(session, user, change=WordChange.ADD, concept_code=made.code, ja=["ガラ入れ"])
    under = add(session, user, ja=["小ガラ箱"], en=["small scrap bin"], broader=[made.code])

    vocabulary = build_vocabulary([more, under])
    assert vocabulary.thesaurus.terms("ガラ入れ") == ()
    assert vocabulary.concepts[under.code].broader == ()


def test_two_words_that_stand_under_each_other_do_not_stop_matching(
    session: Session, user: User
) -> None:
    up = add(session, user, change=WordChange.ADD, concept_code="gear", broader=["shaft"])
    down = add(
        session,
        user,
        change=WordChange.ADD,
        concept_code="shaft",
        broader=["gear"],
        decided_at=NOW + timedelta(seconds=1),
    )

    thesaurus = build_vocabulary([up, down]).thesaurus
    assert "shaft" in thesaurus.broader_of("gear")
    assert "gear" not in thesaurus.broader_of("shaft")


def test_unchanged_words_cost_one_query(database: Database, session: Session, user: User) -> None:
    add(session, user, ja=["ガラ箱"], en=["scrap bin"])
    first = load_thesaurus(session)

    with count_queries(database) as queries:
        assert load_thesaurus(session) is first
    assert len(queries) == 1
