"""Use cases of the words of the trade: propose, correct, decide, take back."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from sme_match.audit.services import apply_changes, record
from sme_match.core.actor import Actor
from sme_match.core.errors import InvalidError, NotAllowedError, NotFoundError
from sme_match.core.text import mark_text
from sme_match.db.versions import check_version
from sme_match.matching.engine.spelling import spelling_of
from sme_match.matching.enums import WordChange, WordKind, WordState
from sme_match.matching.models import WordEntry
from sme_match.matching.vocabulary import Vocabulary, load_vocabulary, stands_under
from sme_match.reference.thesaurus import ThesaurusConcept
from sme_match.thesaurus.policy import (
    may_decide_entry,
    may_edit_entry,
    may_propose_words,
    may_reopen_entry,
    may_withdraw_entry,
)
from sme_match.thesaurus.queries import get_entry

SHORTEST_NAME = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class WordDraft:
    """What a body writes; `broader` are names of concepts, in any spelling."""

    change: WordChange
    concept_code: str
    kind: WordKind
    ja: Sequence[str]
    en: Sequence[str]
    broader: Sequence[str]
    reason: str
    example: str


def propose_entry(session: Session, actor: Actor, draft: WordDraft, *, now: datetime) -> WordEntry:
    """Propose a change of the thesaurus; it has no effect until another person accepts it.

    Raises:
        NotAllowedError: unless the actor is staff of a body.
        NotFoundError: when the concept to change does not exist.
        InvalidError: for names that are missing, too short, or belong to another concept.
    """
    if not may_propose_words(actor) or actor.body_id is None or actor.user_id is None:
        raise NotAllowedError
    values = _checked(load_vocabulary(session), draft)
    entry = WordEntry(
        **values,
        body_id=actor.body_id,
        proposed_by=actor.user_id,
        proposed_at=now,
        state=WordState.PROPOSED,
        decision_note="",
    )
    session.add(entry)
    session.flush()
    _record(session, actor, entry, "word.propose", now=now)
    return entry


def edit_entry(
    session: Session, actor: Actor, entry_id: int, draft: WordDraft, *, version: int, now: datetime
) -> WordEntry:
    """Correct a proposal that nobody has decided yet.

    Raises:
        NotAllowedError: when it is decided, or another body's.
        StaleVersionError: when it changed since the form was opened.
        InvalidError: as for `propose_entry`.
    """
    entry = get_entry(session, actor, entry_id)
    if not may_edit_entry(actor, entry):
        raise NotAllowedError
    check_version(entry, version)
    changes = apply_changes(entry, _checked(load_vocabulary(session), draft))
    if changes:
        # Whoever corrects it last stands for it, and may not decide it either.
        entry.proposed_by = actor.user_id or entry.proposed_by
        session.flush()
        _record(session, actor, entry, "word.edit", changes=changes, now=now)
    return entry


def decide_entry(
    session: Session,
    actor: Actor,
    entry_id: int,
    *,
    accept: bool,
    note: str,
    version: int,
    now: datetime,
) -> WordEntry:
    """Accept or reject a proposal; from an acceptance on, matching reads the words.

    Raises:
        NotAllowedError: when the actor proposed it, or it is decided.
        StaleVersionError: when it changed since the page was opened.
        InvalidError: when a rejection has no reason, or a name now belongs to another concept.
    """
    entry = get_entry(session, actor, entry_id)
    if not may_decide_entry(actor, entry):
        raise NotAllowedError(mark_text("自分の提案と、すでに決まった提案は判断できません。"))
    check_version(entry, version)
    if accept:
        _check_names(load_vocabulary(session), entry)
    elif not note:
        raise InvalidError(mark_text("見送る理由を入力してください。"), field="note")
    entry.state = WordState.ACCEPTED if accept else WordState.REJECTED
    entry.decision_note = note
    entry.decided_by, entry.decided_body_id, entry.decided_at = actor.user_id, actor.body_id, now
    session.flush()
    _record(session, actor, entry, "word.accept" if accept else "word.reject", note=note, now=now)
    return entry


def withdraw_entry(session: Session, actor: Actor, entry_id: int, *, now: datetime) -> WordEntry:
    """Take a proposal back; an accepted one loses its effect at once.

    Raises:
        NotAllowedError: when it is another body's, or was rejected or withdrawn already.
    """
    entry = get_entry(session, actor, entry_id)
    if not may_withdraw_entry(actor, entry):
        raise NotAllowedError
    entry.state = WordState.WITHDRAWN
    session.flush()
    _record(session, actor, entry, "word.withdraw", now=now)
    return entry


def reopen_entry(session: Session, actor: Actor, entry_id: int, *, now: datetime) -> WordEntry:
    """Undo a decision or a withdrawal: the proposal waits for a decision again.

    Raises:
        NotAllowedError: when somebody else decided, or it waits already.
    """
    entry = get_entry(session, actor, entry_id)
    if not may_reopen_entry(actor, entry):
        raise NotAllowedError
    entry.state = WordState.PROPOSED
    entry.decision_note = ""
    entry.decided_by = entry.decided_body_id = entry.decided_at = None
    session.flush()
    _record(session, actor, entry, "word.reopen", now=now)
    return entry


def _checked(vocabulary: Vocabulary, draft: WordDraft) -> dict[str, object]:
    """Return the values to store, broader concepts as codes."""
    concept = vocabulary.concepts.get(draft.concept_code)
    if draft.change is not WordChange.NEW and concept is None:
        raise NotFoundError(mark_text("この用語は見つかりませんでした。"))
    values = asdict(draft)
    values["ja"], values["en"] = list(dict.fromkeys(draft.ja)), list(dict.fromkeys(draft.en))
    values["broader"] = _broader(vocabulary, draft)
    if concept is not None:
        values["kind"] = WordKind(concept.kind)
    _check_names(vocabulary, WordEntry(**values))
    return values


def _broader(vocabulary: Vocabulary, draft: WordDraft) -> list[str]:
    codes = []
    for name in draft.broader:
        owners = vocabulary.thesaurus.owners(name)
        if len(owners) != 1:
            raise InvalidError(
                mark_text("上位の用語「%(name)s」は辞書にありません。"), field="broader", name=name
            )
        if draft.concept_code and stands_under(vocabulary.concepts, owners[0], draft.concept_code):
            raise InvalidError(
                mark_text("「%(name)s」は、この用語そのものか、その下位の用語です。"),
                field="broader",
                name=name,
            )
        codes.append(owners[0])
    return list(dict.fromkeys(codes))


def _check_names(vocabulary: Vocabulary, entry: WordEntry) -> None:
    """Refuse what would change nothing, be read everywhere, or blur two concepts."""
    concept = vocabulary.concepts.get(entry.concept_code)
    if entry.change is WordChange.NEW:
        for field in ("ja", "en"):
            if not getattr(entry, field):
                raise InvalidError(
                    mark_text("新しい用語には、日本語と英語の名前が一つずつ要ります。"), field=field
                )
    elif not (entry.ja or entry.en or entry.broader):
        raise InvalidError(mark_text("名前か上位の用語を入力してください。"), field="ja")
    for field, names in (("ja", entry.ja), ("en", entry.en)):
        for name in names:
            if entry.change is WordChange.REMOVE:
                _check_removed(vocabulary, concept, field, name)
            else:
                _check_added(vocabulary, concept, field, name)
    if entry.change is WordChange.REMOVE and concept is not None:
        gone = {spelling_of(name) for name in (*entry.ja, *entry.en)}
        if gone >= {spelling_of(label) for label in concept.labels}:
            raise InvalidError(mark_text("名前をすべて外すことはできません。"), field="ja")


def _check_added(
    vocabulary: Vocabulary, concept: ThesaurusConcept | None, field: str, name: str
) -> None:
    if len([each for each in name if each.isalnum()]) < SHORTEST_NAME:
        raise InvalidError(
            mark_text("「%(name)s」は短すぎます。どの文章にも現れてしまいます。"),
            field=field,
            name=name,
        )
    for owner in vocabulary.thesaurus.owners(name):
        known = vocabulary.concepts[owner]
        if known == concept:
            raise InvalidError(
                mark_text("「%(name)s」は、すでにこの用語の名前です。"), field=field, name=name
            )
        raise InvalidError(
            mark_text("「%(name)s」は、すでに用語「%(concept)s」の名前です。"),
            field=field,
            name=name,
            concept=known.labels[0],
        )


def _check_removed(
    vocabulary: Vocabulary, concept: ThesaurusConcept | None, field: str, name: str
) -> None:
    if concept is None or concept.code not in vocabulary.thesaurus.owners(name):
        raise InvalidError(
            mark_text("「%(name)s」は、この用語の名前ではありません。"), field=field, name=name
        )


def _record(
    session: Session,
    actor: Actor,
    entry: WordEntry,
    action: str,
    *,
    now: datetime,
    changes: dict[str, tuple[object, object]] | None = None,
    note: str = "",
) -> None:
    record(
        session,
        actor,
        action=action,
        subject=("word_entry", entry.id),
        body_id=actor.body_id,
        now=now,
        changes=changes,
        note=note,
    )
