"""The thesaurus of the installation: what ships with the programme and what bodies changed.

Like an index it is derived data, kept in the process beside a fingerprint of the changes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy import Pool, func, select
from sqlalchemy.orm import Session

from sme_match.matching.engine.spelling import spelling_of
from sme_match.matching.engine.thesaurus import Concept, Thesaurus
from sme_match.matching.enums import WordChange, WordState
from sme_match.matching.models import WordEntry
from sme_match.reference.thesaurus import ThesaurusConcept, list_concepts

Fingerprint = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The concepts by code with their names in both languages, and the reader built on them."""

    concepts: Mapping[str, ThesaurusConcept]
    thesaurus: Thesaurus


_lock = Lock()
_kept: WeakKeyDictionary[Pool, tuple[Fingerprint, Vocabulary]] = WeakKeyDictionary()


def load_thesaurus(session: Session) -> Thesaurus:
    """Return the thesaurus as it stands now."""
    return load_vocabulary(session).thesaurus


def load_vocabulary(session: Session) -> Vocabulary:
    """Return concepts and thesaurus as they stand now, with one query while nothing changes."""
    fingerprint = _fingerprint(session)
    with _lock:
        kept = _kept.get(session.get_bind().engine.pool)
    if kept is not None and kept[0] == fingerprint:
        return kept[1]
    accepted = (
        select(WordEntry)
        .where(WordEntry.state == WordState.ACCEPTED)
        .order_by(WordEntry.decided_at, WordEntry.id)
    )
    vocabulary = build_vocabulary(session.scalars(accepted))
    with _lock:
        _kept[session.get_bind().engine.pool] = (fingerprint, vocabulary)
    return vocabulary


def build_vocabulary(entries: Iterable[WordEntry]) -> Vocabulary:
    """Return the shipped concepts with the entries applied in their order.

    What an entry stands on may have been withdrawn since, and two entries accepted at once may
    contradict each other: such a part has no effect, for matching must go on.
    """
    concepts = dict(shipped_vocabulary().concepts)
    for entry in entries:
        _apply(concepts, entry)
    return shipped_vocabulary() if concepts == shipped_vocabulary().concepts else _read_by(concepts)


@cache
def shipped_vocabulary() -> Vocabulary:
    """Return what ships with the programme, without what support bodies have added."""
    return _read_by({concept.code: concept for concept in list_concepts()})


def _read_by(concepts: Mapping[str, ThesaurusConcept]) -> Vocabulary:
    thesaurus = Thesaurus(
        Concept(each.code, each.kind, each.labels, each.broader) for each in concepts.values()
    )
    return Vocabulary(concepts, thesaurus)


def _apply(concepts: dict[str, ThesaurusConcept], entry: WordEntry) -> None:
    if entry.change is WordChange.NEW:
        fresh = ThesaurusConcept(entry.code, entry.kind.value, tuple(entry.ja), tuple(entry.en))
        concepts[entry.code] = fresh
    concept = concepts.get(entry.code)
    if concept is None:
        return
    ja, en, broader = concept.ja, concept.en, concept.broader
    if entry.change is WordChange.REMOVE:
        gone = {spelling_of(name) for name in (*entry.ja, *entry.en)}
        ja = tuple(name for name in ja if spelling_of(name) not in gone)
        en = tuple(name for name in en if spelling_of(name) not in gone)
    else:
        ja = tuple(dict.fromkeys((*ja, *entry.ja)))
        en = tuple(dict.fromkeys((*en, *entry.en)))
        above = (code for code in entry.broader if code in concepts)
        fitting = (code for code in above if not stands_under(concepts, code, entry.code))
        broader = tuple(dict.fromkeys((*broader, *fitting)))
    concepts[entry.code] = replace(concept, ja=ja, en=en, broader=broader)


def stands_under(concepts: Mapping[str, ThesaurusConcept], code: str, other: str) -> bool:
    """Tell whether a concept is the other one or belongs to it, at any distance."""
    if code == other:
        return True
    return any(stands_under(concepts, above, other) for above in concepts[code].broader)


def _fingerprint(session: Session) -> Fingerprint:
    """Return what changes whenever an entry does: rows are never deleted, versions only grow."""
    counted = select(func.count(), func.sum(WordEntry.version)).select_from(WordEntry)
    return tuple(session.execute(counted).one())
