"""The companies a body may match, indexed for the engine and brought up to date at every use.

The index is derived data. Each process keeps it beside the stamps of the records that it holds, and
replaces only the profiles whose stamps changed. Processes of one machine share the large part as a
snapshot file; `refresh_snapshot`, run by the scheduler, writes the next one when much has changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy import Pool, func, select
from sqlalchemy.orm import Session

from sme_match.capabilities.queries import list_capabilities
from sme_match.companies.models import Company
from sme_match.companies.queries import list_matchable_companies, matchable_by
from sme_match.matching.engine import snapshot
from sme_match.matching.engine.conditions import CompanyFacts
from sme_match.matching.engine.documents import Document, Key, Settings
from sme_match.matching.engine.index import Index
from sme_match.matching.engine.thesaurus import Thesaurus
from sme_match.matching.enums import ProposalState
from sme_match.matching.evidence import NOTHING, evidence_stamps, load_evidence
from sme_match.matching.models import Proposal
from sme_match.matching.texts import company_document, company_facts
from sme_match.matching.vocabulary import load_thesaurus

SETTINGS = Settings()
INDEXED_AT_ONCE = 2_000
"""Up to this many profiles are indexed anew while a reader waits: well below a second."""

Stamps = dict[int, str]
"""Company -> what changes whenever its profile does."""
Fingerprint = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Corpus:
    """An index as of now, and what it was made from.

    `version` is the snapshot that it began with, 0 for none.
    """

    index: Index
    stamps: Stamps
    fingerprint: Fingerprint
    version: int = 0

    def as_dict(self, thesaurus: Thesaurus) -> dict[str, object]:
        """Return the state of the index beside the thesaurus of now, for the record of a run."""
        return {
            "index_version": self.version,
            "index_changes": self.index.changes,
            "thesaurus": self.index.lexicon.thesaurus.digest,
            "behind": self.is_behind(thesaurus),
        }

    def is_behind(self, thesaurus: Thesaurus) -> bool:
        """Tell whether the words were indexed with an older thesaurus than this."""
        return self.index.lexicon.thesaurus.digest != thesaurus.digest


_lock = Lock()
_kept: WeakKeyDictionary[Pool, dict[int, Corpus]] = WeakKeyDictionary()


def load_corpus(session: Session, *, body_id: int) -> Corpus:
    """Return the corpus of a body as it stands now.

    A large one that was indexed with an older thesaurus is used as it is (it says so) until the
    scheduler has written the next snapshot; no reader waits for that.
    """
    pool = session.get_bind().engine.pool
    thesaurus = load_thesaurus(session)
    with _lock:
        found = _kept.setdefault(pool, {}).get(body_id)
    folder = _folder(session, body_id)
    found = _newest_snapshot(folder, found, thesaurus)
    if found is None or (found.is_behind(thesaurus) and _is_quick(found.index, folder)):
        found = build_corpus(session, body_id=body_id, thesaurus=thesaurus)
        found = _saved(found, folder) if folder else found
    else:
        found = _caught_up(session, found, body_id)
        if found.index.has_drifted and _is_quick(found.index, folder):
            found = replace(found, index=found.index.compacted())
    with _lock:
        _kept[pool][body_id] = found
    return found


def build_corpus(session: Session, *, body_id: int, thesaurus: Thesaurus) -> Corpus:
    """Index all companies that the body may match."""
    fingerprint, stamps = _fingerprint(session, body_id), _stamps(session, body_id)
    companies = list_matchable_companies(session, body_id=body_id)
    documents, facts = _profiles(session, companies, body_id)
    index = Index.build(documents, SETTINGS, thesaurus=thesaurus, facts=facts)
    return Corpus(index=index, stamps=stamps, fingerprint=fingerprint)


def refresh_snapshot(session: Session, *, body_id: int) -> bool:
    """Write the next snapshot of a body if its index has drifted or its thesaurus is older.

    Reading goes on meanwhile; processes take up the new version at their next use. Returns
    whether one was written.
    """
    folder, thesaurus = _folder(session, body_id), load_thesaurus(session)
    corpus = load_corpus(session, body_id=body_id)
    if folder is None or not (corpus.index.has_drifted or corpus.is_behind(thesaurus)):
        return False
    if corpus.is_behind(thesaurus):
        corpus = build_corpus(session, body_id=body_id, thesaurus=thesaurus)
    else:
        corpus = replace(corpus, index=corpus.index.compacted())
    corpus = _saved(corpus, folder)
    with _lock:
        _kept[session.get_bind().engine.pool][body_id] = corpus
    return True


def _folder(session: Session, body_id: int) -> Path | None:
    folder: Path | None = session.info.get("folder")
    return folder / f"body-{body_id}" if folder else None


def _is_quick(index: Index, folder: Path | None) -> bool:
    """Tell whether indexing anew is for the reader: it is quick, or there is nobody else to do it."""
    return folder is None or index.size <= INDEXED_AT_ONCE


def _newest_snapshot(folder: Path | None, found: Corpus | None, thesaurus: Thesaurus) -> Corpus | None:
    """Return the newest snapshot where it is newer than what was found."""
    if folder is None:
        return found
    version = max(snapshot.versions(folder), default=0)
    if found is not None and version <= found.version:
        return found
    loaded = snapshot.load(folder, version, settings=SETTINGS, thesaurus=thesaurus)
    if loaded is None:
        return found
    index, stamps = loaded
    return Corpus(
        index=index,
        stamps={int(company_id): stamp for company_id, stamp in stamps.items()},
        fingerprint=(),
        version=version,
    )


def _saved(corpus: Corpus, folder: Path) -> Corpus:
    stamps = {str(company_id): stamp for company_id, stamp in corpus.stamps.items()}
    return replace(corpus, version=snapshot.save(corpus.index, folder, stamps=stamps))


def _caught_up(session: Session, corpus: Corpus, body_id: int) -> Corpus:
    """Return the corpus with the profiles that changed since."""
    fingerprint = _fingerprint(session, body_id)
    if corpus.fingerprint == fingerprint:
        return corpus
    stamps = _stamps(session, body_id)
    changed = [key for key, stamp in stamps.items() if corpus.stamps.get(key) != stamp]
    index, gone = corpus.index, corpus.stamps.keys() - stamps.keys()
    if changed or gone:
        companies = list_matchable_companies(session, body_id=body_id, ids=changed)
        documents, facts = _profiles(session, companies, body_id)
        index = index.changed(documents, facts=facts, removed=gone)
    return replace(corpus, index=index, stamps=stamps, fingerprint=fingerprint)


def _profiles(
    session: Session, companies: Sequence[Company], body_id: int
) -> tuple[list[Document], dict[Key, CompanyFacts]]:
    ids = {company.id for company in companies}
    capabilities = list_capabilities(session, ids)
    evidence = load_evidence(session, body_id=body_id, company_ids=ids)
    documents: list[Document] = []
    facts: dict[Key, CompanyFacts] = {}
    for company in companies:
        rows, known = capabilities[company.id], evidence.get(company.id, NOTHING)
        documents.append(company_document(company, rows, known.fields()))
        facts[company.id] = company_facts(company, rows, known.doubts)
    return documents, facts


def _fingerprint(session: Session, body_id: int) -> Fingerprint:
    """Return what changes whenever a matchable company or a decision does, in two quick queries.

    Versions only grow, so a sum tells two states apart even when two companies swap their times.
    A change of a capability or certificate also touches its company.
    """
    companies = select(
        func.count(Company.id),
        func.sum(Company.version),
        func.sum(Company.id),
        func.max(Company.updated_at),
        func.max(Company.confirmed_at),
    ).where(matchable_by(body_id))
    decisions = select(func.count(), func.sum(Proposal.version)).where(
        Proposal.body_id == body_id, Proposal.state != ProposalState.NEW
    )
    return (*session.execute(companies).one(), *session.execute(decisions).one())


def _stamps(session: Session, body_id: int) -> Stamps:
    query = select(Company.id, Company.version, Company.updated_at, Company.confirmed_at).where(
        matchable_by(body_id)
    )
    decided = evidence_stamps(session, body_id=body_id)
    return {
        company_id: f"{version} {updated_at} {confirmed_at} {decided.get(company_id, '')}"
        for company_id, version, updated_at, confirmed_at in session.execute(query)
    }
