"""The stored explanation of a proposal: everything the review screen shows, as plain data."""

from collections.abc import Mapping
from typing import NotRequired, TypedDict

from sme_match.matching.engine.conditions import ConditionResult, PlainValue
from sme_match.matching.engine.match import Candidate, Relaxation
from sme_match.matching.engine.scoring import DEFAULT_POINTS


class ConditionExplanation(TypedDict):
    """One condition with its verdict and both values.

    `points` is what it adds to the score; explanations of the first engine do not say.
    `doubted_on` is the day on which a coordinator found the offered value not to hold.
    """

    kind: str
    level: str
    verdict: str
    required: PlainValue
    offered: PlainValue
    points: NotRequired[int]
    doubted_on: NotRequired[str | None]


class TermExplanation(TypedDict):
    """A word of the need, its counterpart in the profile, and its points.

    Newer explanations also say how the two are related (`Relation`) and in which field it was found.
    """

    query: str
    document: str
    points: int
    relation: NotRequired[str]
    field: NotRequired[str]


class ExcerptExplanation(TypedDict):
    """A piece of the profile; marks are half-open places in it."""

    text: str
    marks: list[list[int]]


class Explanation(TypedDict):
    """Why a company was proposed.

    `parts` sum to the score, `terms` to the text part, `conditions` to the condition part. `full` are
    the most that each part could be; where it is missing they are the points that are not learned.
    """

    parts: dict[str, int]
    full: NotRequired[dict[str, int]]
    terms: list[TermExplanation]
    conditions: list[ConditionExplanation]
    excerpt: ExcerptExplanation


def full_points(explanation: Explanation) -> Mapping[str, int]:
    """Return the most that each part of the score could be."""
    return explanation.get("full", DEFAULT_POINTS._asdict())


def explain(candidate: Candidate) -> Explanation:
    """Return the explanation to store with a proposal."""
    excerpt = candidate.excerpt
    return Explanation(
        parts=candidate.parts._asdict(),
        full=candidate.full._asdict(),
        terms=[
            TermExplanation(
                query=term.query_term,
                document=term.document_term,
                points=term.points,
                relation=term.relation.value,
                field=term.field,
            )
            for term in candidate.terms
        ],
        conditions=[explain_condition(result) for result in candidate.conditions],
        excerpt=ExcerptExplanation(
            text=excerpt.text if excerpt else "",
            marks=[list(mark) for mark in excerpt.marks] if excerpt else [],
        ),
    )


def explain_condition(result: ConditionResult) -> ConditionExplanation:
    """Return one judged condition as plain data."""
    return ConditionExplanation(
        kind=result.kind.value,
        level=result.level.value,
        verdict=result.verdict.value,
        required=result.required,
        offered=result.offered,
        points=result.points,
        doubted_on=result.doubted_on.isoformat() if result.doubted_on else None,
    )


class RelaxationExplanation(TypedDict):
    """A must that could be given up, and how many more companies would then be proposed."""

    kind: str
    required: PlainValue
    admits: int


def explain_relaxation(relaxation: Relaxation) -> RelaxationExplanation:
    """Return a relaxation as plain data."""
    condition, admits = relaxation
    return RelaxationExplanation(kind=condition.kind.value, required=condition.value, admits=admits)
