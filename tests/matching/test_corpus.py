"""What is saved is searchable at once, in every process, and no reader waits for a rebuild."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from sme_match.companies.models import Company
from sme_match.db.session import Database
from sme_match.matching import corpus
from sme_match.matching.corpus import Corpus, load_corpus, refresh_snapshot
from sme_match.matching.engine import snapshot
from sme_match.matching.engine.documents import Document
from sme_match.matching.engine.segment import Segment
from sme_match.matching.tasks import refresh_indexes
from sme_match.matching.vocabulary import load_thesaurus
from sme_match.support_bodies.models import SupportBody
from tests.conftest import NOW
from tests.factories import make_body, make_capability, make_company, make_share, make_user
from tests.matching.test_vocabulary import add as add_word


@pytest.fixture
def body(session: Session) -> SupportBody:
    return make_body(session)


@pytest.fixture
def folder(session: Session, tmp_path: Path) -> Path:
    """Where the session's processes share snapshots."""
    session.info = {"folder": tmp_path / "index"}
    return tmp_path / "index"


def add(session: Session, body: SupportBody, text: str) -> Company:
    company = make_company(session, body, updated_at=NOW)
    make_capability(session, company, description=text)
    return company


def edit(session: Session, company: Company, text: str) -> None:
    company.pr_text = text
    company.updated_at += timedelta(seconds=1)
    session.flush()


def found_by(loaded: Corpus, text: str) -> list[object]:
    return [hit.key for hit in loaded.index.search(Document("need", {"text": text}), top_k=5)]


def forget_memory() -> None:
    """Do what starting another process does: know only the files."""
    corpus._kept.clear()


def test_a_saved_profile_is_found_by_the_next_search(session: Session, body: SupportBody) -> None:
    company = add(session, body, "旋盤加工")
    assert found_by(load_corpus(session, body_id=body.id), "ゲルマニウム") == []

    edit(session, company, "ゲルマニウムのレンズを磨きます")

    assert found_by(load_corpus(session, body_id=body.id), "ゲルマニウム") == [company.id]


def test_only_what_changed_is_read_again(session: Session, body: SupportBody) -> None:
    companies = [add(session, body, f"旋盤加工 部品{number}") for number in range(30)]
    before = load_corpus(session, body_id=body.id)

    edit(session, companies[3], "めっき")
    after = load_corpus(session, body_id=body.id)

    assert after.index.segments[0] is before.index.segments[0]
    assert [segment.keys for segment in after.index.segments[1:]] == [(companies[3].id,)]
    assert load_corpus(session, body_id=body.id).index is after.index


def test_an_archived_and_a_no_longer_shared_company_are_gone(
    session: Session, body: SupportBody
) -> None:
    own, shared = add(session, body, "旋盤加工"), add(session, make_body(session), "旋盤加工")
    share = make_share(session, shared, body)
    assert len(found_by(load_corpus(session, body_id=body.id), "旋盤")) == 2

    own.archived_at = own.updated_at = NOW + timedelta(minutes=1)
    share.withdrawn_at = NOW
    session.flush()

    assert found_by(load_corpus(session, body_id=body.id), "旋盤") == []


def test_another_process_maps_the_snapshot_and_catches_up(
    session: Session, body: SupportBody, folder: Path
) -> None:
    companies = [add(session, body, f"旋盤加工 部品{number}") for number in range(30)]
    assert load_corpus(session, body_id=body.id).version == 1
    edit(session, companies[0], "塗装")

    forget_memory()
    loaded = load_corpus(session, body_id=body.id)

    assert loaded.version == 1
    assert isinstance(loaded.index.segments[0].documents, snapshot.StoredDocuments)
    assert found_by(loaded, "塗装") == [companies[0].id]
    assert (folder / f"body-{body.id}" / "v1").is_dir()


def test_the_scheduler_compacts_and_a_process_that_is_behind_takes_it_up(
    session: Session, body: SupportBody, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A register so large that no reader may wait for it.
    monkeypatch.setattr(corpus, "INDEXED_AT_ONCE", 0)
    companies = [add(session, body, f"旋盤加工 部品{number}") for number in range(10)]
    web = load_corpus(session, body_id=body.id)
    assert not refresh_snapshot(session, body_id=body.id)
    edit(session, companies[0], "塗装")
    web = load_corpus(session, body_id=body.id)
    assert (web.version, web.index.has_drifted) == (1, True)

    forget_memory()
    assert refresh_snapshot(session, body_id=body.id)
    pool = session.get_bind().engine.pool
    corpus._kept[pool] = {body.id: web}

    caught_up = load_corpus(session, body_id=body.id)
    assert (caught_up.version, caught_up.index.has_drifted) == (2, False)
    assert found_by(caught_up, "塗装") == [companies[0].id]


def test_a_small_index_never_drifts(session: Session, body: SupportBody) -> None:
    for number in range(8):
        add(session, body, f"旋盤加工 部品{number}")
        loaded: Corpus = load_corpus(session, body_id=body.id)
        assert not loaded.index.has_drifted
        [segment] = loaded.index.segments
        assert isinstance(segment, Segment)


def test_the_sweep_goes_over_all_bodies(
    database: Database, session: Session, body: SupportBody, tmp_path: Path
) -> None:
    add(session, body, "旋盤加工")
    session.commit()
    shared = Database(
        database.engine.url.render_as_string(hide_password=False), folder=tmp_path / "index"
    )

    assert refresh_indexes(shared) == 0

    assert (tmp_path / "index" / f"body-{body.id}" / "v1").is_dir()
    shared.dispose()


def test_another_word_for_the_same_thing_is_found_in_either_language(
    session: Session, body: SupportBody
) -> None:
    japanese = add(session, body, "五軸マシニングセンタで削ります")
    english = add(session, body, "electroless nickel plating")

    loaded = load_corpus(session, body_id=body.id)

    assert found_by(loaded, "5-axis machining centre")[0] == japanese.id
    assert found_by(loaded, "無電解ニッケルめっき")[0] == english.id


def test_a_large_index_says_that_it_lacks_the_newest_words(
    session: Session, body: SupportBody, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus, "INDEXED_AT_ONCE", 0)
    add(session, body, "旋盤加工")
    loaded = load_corpus(session, body_id=body.id)
    assert loaded.as_dict(load_thesaurus(session))["behind"] is False

    add_word(session, make_user(session, body), ja=["ガラ箱"], en=["scrap bin"])

    loaded = load_corpus(session, body_id=body.id)
    assert loaded.as_dict(load_thesaurus(session))["behind"] is True
