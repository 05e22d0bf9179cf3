"""The companies a body may match, indexed for the engine; built again when one of them changes.

An index is derived data: it is kept in the process beside the fingerprint of what it was built
from, so that a saved profile is found by the next run and an unchanged register costs nothing.
"""

from dataclasses import dataclass
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.orm import Session

from sme_match.capabilities.queries import list_capabilities
from sme_match.companies.models import Certificate, Company
from sme_match.companies.policy import visible_to_body
from sme_match.companies.queries import list_matchable_companies
from sme_match.matching.engine.facts import FactTable
from sme_match.matching.engine.index import Index
from sme_match.matching.texts import company_document, company_facts

Fingerprint = tuple[object, ...]
Bind = Engine | Connection


@dataclass(frozen=True, slots=True)
class Corpus:
    """Text index and facts of the same companies in the same order."""

    index: Index
    facts: FactTable
    fingerprint: Fingerprint


_lock = Lock()
_kept: WeakKeyDictionary[Bind, dict[int, Corpus]] = WeakKeyDictionary()


def load_corpus(session: Session, *, body_id: int) -> Corpus:
    """Return the corpus of a body as it stands now."""
    fingerprint = _fingerprint(session, body_id)
    with _lock:
        kept = _kept.setdefault(session.get_bind(), {})
        found = kept.get(body_id)
    if found is not None and found.fingerprint == fingerprint:
        return found
    corpus = build_corpus(session, body_id=body_id, fingerprint=fingerprint)
    with _lock:
        kept[body_id] = corpus
    return corpus


def build_corpus(session: Session, *, body_id: int, fingerprint: Fingerprint = ()) -> Corpus:
    """Index all companies that the body may match."""
    companies = list_matchable_companies(session, body_id=body_id)
    capabilities = list_capabilities(session, [company.id for company in companies])
    index = Index.build(company_document(each, capabilities[each.id]) for each in companies)
    facts = FactTable((company_facts(each, capabilities[each.id]) for each in companies), index.keys)
    return Corpus(index=index, facts=facts, fingerprint=fingerprint)


def _fingerprint(session: Session, body_id: int) -> Fingerprint:
    """Return what changes whenever a matchable company changes.

    Versions only grow, so a sum tells two states apart even when two companies swap their times.
    A change of a capability or certificate also touches its company.
    """
    visible = (visible_to_body(body_id), Company.is_sme, Company.archived_at.is_(None))
    companies = session.execute(
        select(
            func.count(Company.id),
            func.sum(Company.version),
            func.sum(Company.id),
            func.max(Company.updated_at),
            func.max(Company.confirmed_at),
        ).where(*visible)
    ).one()
    certificates = session.execute(
        select(func.count(Certificate.id), func.sum(Certificate.version))
        .join(Certificate.company)
        .where(*visible)
    ).one()
    return (*companies, *certificates)
