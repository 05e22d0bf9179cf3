"""What the review screen shows of a proposal, computed from its stored explanation."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import ClassVar

from markupsafe import Markup, escape

from sme_match.matching.engine.conditions import Verdict
from sme_match.matching.explanations import Explanation, TermExplanation, explain, full_points
from sme_match.matching.labels import REJECTION_REASONS
from sme_match.matching.models import Proposal
from sme_match.matching.pairs import SuitedNeed
from sme_match.matching.queries import CompanyName, ProposalLine
from sme_match.matching.questions import open_questions
from sme_match.matching.wording import ConditionWords, RelaxationWords, word_condition, word_relaxation
from sme_match.needs.enums import ConditionLevel
from sme_match.needs.models import Need
from sme_match.web.languages import in_language

KEPT_EXPLANATIONS = 1024
Missed = tuple[int, int, ConditionWords]
"""A company that fails one must, with its score and that must."""
STALE_AFTER = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class ConditionGroup:
    """The musts or the wishes of one card."""

    level: ConditionLevel
    passed: int
    conditions: Sequence[ConditionWords]


@dataclass(frozen=True, slots=True, eq=False)
class ExplanationWords:
    """A stored explanation in the reader's language; one and the same object while it is kept."""

    parts: Mapping[str, int]
    full: Mapping[str, int]
    terms: Sequence[TermExplanation]
    excerpt: Markup
    groups: Sequence[ConditionGroup]
    questions: int
    """How many conditions are still to be asked about."""
    shared: frozenset[str]
    """The words of the need that the profile has."""


@dataclass(frozen=True, slots=True)
class ProposalCard:
    """One ranked company with everything that explains its place."""

    reasons_to_pass: ClassVar = tuple(REJECTION_REASONS)

    proposal: ProposalLine
    words: ExplanationWords
    confidence_percent: int | None
    is_stale: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A company that fails exactly one must."""

    company: CompanyName
    score: int
    condition: ConditionWords


def card_for(proposal: ProposalLine, *, now: datetime, is_open: bool) -> ProposalCard:
    """Return the card of a proposal."""
    confirmed_at = proposal.confirmed_at
    return ProposalCard(
        proposal=proposal,
        words=word_explanation(proposal.explanation),
        confidence_percent=None
        if proposal.confidence is None
        else round(float(proposal.confidence) * 100),
        is_stale=confirmed_at is None or now - confirmed_at > STALE_AFTER,
        is_open=is_open,
    )


@in_language
@lru_cache(KEPT_EXPLANATIONS)
def word_explanation(language: str, stored: str) -> ExplanationWords:
    """Return an explanation, given as it is stored, in words.

    It is kept by its text and the language, which are all that the words depend on.
    """
    del language
    return _in_words(json.loads(stored))


def _in_words(explanation: Explanation) -> ExplanationWords:
    conditions = [word_condition(each) for each in explanation["conditions"]]
    excerpt = explanation["excerpt"]
    return ExplanationWords(
        parts=explanation["parts"],
        full=full_points(explanation),
        terms=[term for term in explanation["terms"] if term["points"]],
        excerpt=mark_places(excerpt["text"], excerpt["marks"]),
        groups=[_group(level, conditions) for level in (ConditionLevel.MUST, ConditionLevel.WISH)],
        questions=len(open_questions(explanation)),
        shared=frozenset(term["query"] for term in explanation["terms"] if term["query"]),
    )


@dataclass(frozen=True, slots=True)
class NeedCard:
    """A need that suits a company, with everything that explains why."""

    need: Need
    proposal: Proposal | None
    score: int
    words: ExplanationWords
    confidence_percent: int | None
    failed: Sequence[ConditionWords]
    """The must that a near miss fails."""


def need_card_for(found: SuitedNeed) -> NeedCard:
    """Return the card of a need whose buyer is loaded."""
    words = _in_words(explain(found.candidate))
    confidence = found.candidate.confidence
    return NeedCard(
        need=found.need,
        proposal=found.proposal,
        score=found.candidate.score,
        words=words,
        confidence_percent=None if confidence is None else round(confidence * 100),
        failed=[
            each
            for group in words.groups
            if group.level is ConditionLevel.MUST
            for each in group.conditions
            if each.verdict is Verdict.FAIL
        ],
    )


def near_misses_of(
    misses: Sequence[Missed], companies: Mapping[int, CompanyName]
) -> tuple[NearMiss, ...]:
    """Return the near misses of a run; companies that are gone since are left out."""
    return tuple(
        NearMiss(companies[company_id], score, condition)
        for company_id, score, condition in misses
        if company_id in companies
    )


@in_language
@lru_cache(KEPT_EXPLANATIONS)
def word_near_misses(language: str, stored: str) -> tuple[Missed, ...]:
    """Return the near misses of a run, given as they are stored, in words; kept as explanations are."""
    del language
    return tuple(
        (int(entry["company_id"]), int(entry["score"]), word_condition(entry["condition"]))
        for entry in json.loads(stored)
    )


@in_language
@lru_cache(KEPT_EXPLANATIONS)
def word_best_relaxation(language: str, stored: str) -> RelaxationWords | None:
    """Return the single must that, given up, would admit most companies; kept as near misses are."""
    del language
    found = json.loads(stored)
    return word_relaxation(found[0]) if found else None


def shared_terms(cards: Sequence[ProposalCard]) -> list[str]:
    """Return the words of the need that some shown profile has, longest first."""
    terms: frozenset[str] = frozenset().union(*(card.words.shared for card in cards))
    return sorted(terms, key=lambda term: (-len(term), term))


def mark_places(text: str, marks: Sequence[Sequence[int]]) -> Markup:
    """Return the text, escaped, with the half-open places in <mark>."""
    parts, position = [], 0
    for start, end in sorted((int(mark[0]), int(mark[1])) for mark in marks):
        parts += [escape(text[position:start]), Markup("<mark>%s</mark>") % text[start:end]]
        position = end
    return Markup("").join([*parts, escape(text[position:])])


def mark_terms(text: str, terms: Sequence[str]) -> Markup:
    """Return the text, escaped, with every occurrence of a term in <mark>; longer terms win."""
    return _mark_terms(text, tuple(terms))


@lru_cache(KEPT_EXPLANATIONS)
def _mark_terms(text: str, terms: tuple[str, ...]) -> Markup:
    marks, position = [], 0
    while position < len(text):
        found = next((term for term in terms if text.startswith(term, position)), None)
        if found:
            marks.append((position, position + len(found)))
        position += len(found) if found else 1
    return mark_places(text, marks)


def _group(level: ConditionLevel, conditions: Sequence[ConditionWords]) -> ConditionGroup:
    own = [each for each in conditions if each.level is level]
    return ConditionGroup(level, sum(each.verdict is Verdict.PASS for each in own), own)
