"""Reading the words of the trade and what is proposed for them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from sme_match.core.actor import Actor
from sme_match.core.errors import NotAllowedError, NotFoundError
from sme_match.core.text import fold_for_search, mark_text, normalize_width
from sme_match.db.paging import PAGE_SIZE, Page, fetch_page
from sme_match.matching.enums import WordKind, WordState
from sme_match.matching.models import WordEntry
from sme_match.matching.vocabulary import Vocabulary, load_vocabulary
from sme_match.reference.thesaurus import ThesaurusConcept
from sme_match.support_bodies.models import SupportBody
from sme_match.thesaurus.policy import may_see_words

LONGEST_TEXT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class WordFilter:
    """What the list of words shows; every field comes from the URL."""

    text: str = ""
    kind: str = ""

    @classmethod
    def of(cls, arguments: Mapping[str, str]) -> Self:
        """Return the filter that the arguments of a URL ask for; anything odd is left out."""
        return cls(
            text=normalize_width(arguments.get("q", ""))[:LONGEST_TEXT],
            kind=arguments.get("kind", ""),
        )


@dataclass(frozen=True, slots=True)
class ConceptPage:
    """A concept with those around it and the entries that shaped it, the newest first."""

    concept: ThesaurusConcept
    broader: Sequence[ThesaurusConcept]
    narrower: Sequence[ThesaurusConcept]
    entries: Sequence[WordEntry]


def list_words(
    session: Session, actor: Actor, filters: WordFilter, *, page: int
) -> Page[ThesaurusConcept]:
    """Return one page of the concepts that match; an exact name in any spelling comes first."""
    vocabulary = _vocabulary(session, actor)
    found = [each for each in vocabulary.concepts.values() if _matches(each, filters)]
    exact = set(vocabulary.thesaurus.owners(filters.text))
    meant = [vocabulary.concepts[code] for code in exact]
    first = [each for each in meant if filters.kind in ("", each.kind)]
    ordered = [*first, *(each for each in found if each.code not in exact)]
    total = len(ordered)
    number = min(max(1, page), max(1, -(-total // PAGE_SIZE)))
    start = (number - 1) * PAGE_SIZE
    return Page(ordered[start : start + PAGE_SIZE], number, PAGE_SIZE, total)


def _matches(concept: ThesaurusConcept, filters: WordFilter) -> bool:
    if filters.kind in set(WordKind) and concept.kind != filters.kind:
        return False
    words = [fold_for_search(word) for word in filters.text.split()]
    names = [fold_for_search(name) for name in concept.labels] if words else []
    return all(any(word in name for name in names) for word in words)


def get_concept_page(session: Session, actor: Actor, code: str) -> ConceptPage:
    """Return a concept with its surroundings.

    Raises:
        NotFoundError: when there is no such concept.
    """
    concepts = _vocabulary(session, actor).concepts
    concept = concepts.get(code)
    if concept is None:
        raise NotFoundError(mark_text("この用語は見つかりませんでした。"))
    entries = session.scalars(
        select(WordEntry)
        .where(WordEntry.concept_code == code)
        .order_by(WordEntry.proposed_at.desc(), WordEntry.id.desc())
        .options(joinedload(WordEntry.body))
    ).all()
    maker = find_maker(session, code)
    return ConceptPage(
        concept=concept,
        broader=[concepts[above] for above in concept.broader],
        narrower=[each for each in concepts.values() if code in each.broader],
        entries=[*entries, *([maker] if maker else [])],
    )


def find_maker(session: Session, code: str) -> WordEntry | None:
    """Return the entry that made a concept; None for one that ships with the programme."""
    number = code.removeprefix("entry_")
    if number == code or not number.isdigit():
        return None
    return session.scalar(
        select(WordEntry).where(WordEntry.id == int(number)).options(joinedload(WordEntry.body))
    )


def get_entry(session: Session, actor: Actor, entry_id: int) -> WordEntry:
    """Return a proposal with the bodies behind it.

    Raises:
        NotFoundError: when there is none.
        NotAllowedError: when the actor does not keep words.
    """
    if not may_see_words(actor):
        raise NotAllowedError
    entry = session.scalar(
        select(WordEntry)
        .where(WordEntry.id == entry_id)
        .options(joinedload(WordEntry.body), joinedload(WordEntry.decided_body))
    )
    if entry is None:
        raise NotFoundError(mark_text("この提案は見つかりませんでした。"))
    return entry


def list_entries(session: Session, actor: Actor, *, state: str, page: int) -> Page[WordEntry]:
    """Return one page of the proposals in a state: waiting ones the oldest first."""
    if not may_see_words(actor):
        raise NotAllowedError
    query = select(WordEntry).options(joinedload(WordEntry.body))
    if state in set(WordState):
        query = query.where(WordEntry.state == WordState(state))
    if state == WordState.PROPOSED:
        query = query.order_by(WordEntry.proposed_at, WordEntry.id)
    else:
        query = query.order_by(WordEntry.proposed_at.desc(), WordEntry.id.desc())
    return fetch_page(session, query, number=page)


def count_waiting_entries(session: Session) -> int:
    """Return how many proposals wait for a decision."""
    waiting = WordEntry.state == WordState.PROPOSED
    return session.scalar(select(func.count()).select_from(WordEntry).where(waiting)) or 0


def body_names(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Return the names of these bodies by their id."""
    query = select(SupportBody.id, SupportBody.name).where(SupportBody.id.in_(ids))
    return {row.id: row.name for row in session.execute(query)} if ids else {}


def _vocabulary(session: Session, actor: Actor) -> Vocabulary:
    if not may_see_words(actor):
        raise NotAllowedError
    return load_vocabulary(session)
