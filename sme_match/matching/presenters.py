"""What the review screen shows of a proposal, computed from its stored explanation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from markupsafe import Markup, escape

from sme_match.companies.models import Company
from sme_match.matching.engine.conditions import Verdict
from sme_match.matching.explanations import Explanation, TermExplanation, explain
from sme_match.matching.models import MatchRun, Proposal
from sme_match.matching.pairs import SuitedNeed
from sme_match.matching.questions import open_questions
from sme_match.matching.wording import ConditionWords, word_condition
from sme_match.needs.enums import ConditionLevel
from sme_match.needs.models import Need

STALE_AFTER = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class ConditionGroup:
    """The musts or the wishes of one card."""

    level: ConditionLevel
    passed: int
    conditions: Sequence[ConditionWords]


@dataclass(frozen=True, slots=True)
class ProposalCard:
    """One ranked company with everything that explains its place."""

    proposal: Proposal
    company: Company
    score: int
    parts: Mapping[str, int]
    terms: Sequence[TermExplanation]
    excerpt: Markup
    groups: Sequence[ConditionGroup]
    confidence_percent: int | None
    is_stale: bool
    is_open: bool
    questions: int
    """How many conditions are still to be asked about."""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A company that fails exactly one must."""

    company: Company
    score: int
    condition: ConditionWords


def card_for(proposal: Proposal, *, now: datetime, is_open: bool) -> ProposalCard:
    """Return the card of a proposal whose company is loaded."""
    explanation = cast("Explanation", proposal.explanation)
    conditions = [word_condition(each) for each in explanation["conditions"]]
    confirmed_at = proposal.company.confirmed_at
    excerpt = explanation["excerpt"]
    return ProposalCard(
        proposal=proposal,
        company=proposal.company,
        score=int(proposal.score),
        parts=explanation["parts"],
        terms=[term for term in explanation["terms"] if term["points"]],
        excerpt=mark_places(excerpt["text"], excerpt["marks"]),
        groups=[_group(level, conditions) for level in (ConditionLevel.MUST, ConditionLevel.WISH)],
        confidence_percent=None
        if proposal.confidence is None
        else round(float(proposal.confidence) * 100),
        is_stale=confirmed_at is None or now - confirmed_at > STALE_AFTER,
        is_open=is_open,
        questions=len(open_questions(explanation)),
    )


@dataclass(frozen=True, slots=True)
class NeedCard:
    """A need that suits a company, with everything that explains why."""

    need: Need
    proposal: Proposal | None
    score: int
    parts: Mapping[str, int]
    terms: Sequence[TermExplanation]
    excerpt: Markup
    groups: Sequence[ConditionGroup]
    confidence_percent: int | None
    failed: Sequence[ConditionWords]
    """The must that a near miss fails."""


def need_card_for(found: SuitedNeed) -> NeedCard:
    """Return the card of a need whose buyer is loaded."""
    explanation = explain(found.candidate)
    conditions = [word_condition(each) for each in explanation["conditions"]]
    confidence = found.candidate.confidence
    return NeedCard(
        need=found.need,
        proposal=found.proposal,
        score=found.candidate.score,
        parts=explanation["parts"],
        terms=[term for term in explanation["terms"] if term["points"]],
        excerpt=mark_places(explanation["excerpt"]["text"], explanation["excerpt"]["marks"]),
        groups=[_group(level, conditions) for level in (ConditionLevel.MUST, ConditionLevel.WISH)],
        confidence_percent=None if confidence is None else round(confidence * 100),
        failed=[
            each
            for each in conditions
            if each.level is ConditionLevel.MUST and each.verdict is Verdict.FAIL
        ],
    )


def near_misses_of(run: MatchRun, companies: Mapping[int, Company]) -> list[NearMiss]:
    """Return the near misses of a run; companies that are gone since are left out."""
    return [
        NearMiss(
            company=companies[entry["company_id"]],
            score=int(entry["score"]),
            condition=word_condition(entry["condition"]),
        )
        for entry in run.near_misses
        if entry["company_id"] in companies
    ]


def shared_terms(proposals: Sequence[Proposal]) -> list[str]:
    """Return the words of the need that some shown profile has, longest first."""
    terms = {
        term["query"]
        for proposal in proposals
        for term in cast("Explanation", proposal.explanation)["terms"]
        if term["query"]
    }
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
