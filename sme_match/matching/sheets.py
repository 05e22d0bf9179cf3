"""The reason sheet (提案理由書) of one pair: its stored explanation in words, one page to print.

The conditions and questions are also what the two sides of a confirmed meeting prepare with; score,
terms and notes stay with the body.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from markupsafe import Markup

from sme_match.capabilities.models import Capability
from sme_match.companies.models import Company
from sme_match.matching.engine.conditions import Verdict
from sme_match.matching.explanations import Explanation, TermExplanation, full_points
from sme_match.matching.models import Proposal
from sme_match.matching.presenters import mark_places
from sme_match.matching.questions import open_questions
from sme_match.matching.sheet_words import (
    ConditionRow,
    condition_row,
)
from sme_match.matching.wording import field_words, question_words, term_words
from sme_match.needs.enums import ConditionLevel
from sme_match.needs.models import Need
from sme_match.reference.processes import get_process

ROWS_SHOWN = 3
DESCRIPTION_SHOWN = 160
"""Characters of the need's description; all of it would push the reasons off the page."""


@dataclass(frozen=True, slots=True)
class Preparation:
    """What both sides may see of a proposal: how the conditions stand, and what to ask."""

    conditions: Sequence[ConditionRow]
    questions: Sequence[tuple[ConditionLevel, str]]
    """What to ask the company, the musts first."""

    @property
    def known(self) -> int:
        """How many conditions the company's profile answers."""
        return sum(row.verdict is not Verdict.UNKNOWN for row in self.conditions)

    @property
    def has_points(self) -> bool:
        """Whether the explanation says what each condition adds to the score."""
        return any(row.points is not None for row in self.conditions)


@dataclass(frozen=True, slots=True)
class SheetTerm:
    """A matched word as "旋盤 ≒ turning", its points, and the field it was found in, if known."""

    words: str
    points: int
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Everything on the page."""

    proposal: Proposal
    need: Need
    company: Company
    description: str
    rows: Sequence[Capability]
    """The capabilities that matched; the first ones when none stands out."""
    rows_left: int
    parts: Mapping[str, tuple[int, int]]
    """Part of the score -> points and most points."""
    terms: Sequence[SheetTerm]
    excerpt: Markup
    preparation: Preparation
    is_outdated: bool
    """The need or the profile changed after the computation."""


def prepare(proposal: Proposal) -> Preparation:
    """Return the judged conditions, musts first, and the questions that are still open."""
    explanation = cast("Explanation", proposal.explanation)
    ordered = sorted(explanation["conditions"], key=lambda each: each["level"] != ConditionLevel.MUST)
    return Preparation(
        conditions=[condition_row(each) for each in ordered],
        questions=[(each.level, question_words(each)) for each in open_questions(explanation)],
    )


def make_sheet(proposal: Proposal, capabilities: Sequence[Capability]) -> Sheet:
    """Return the sheet of a proposal whose need, company, buyer and run are loaded."""
    explanation = cast("Explanation", proposal.explanation)
    excerpt, need = explanation["excerpt"], proposal.need
    matched = [row for row in capabilities if _is_matched(row, need, explanation["terms"])]
    rows = (matched or list(capabilities))[:ROWS_SHOWN]
    run = proposal.run
    return Sheet(
        proposal=proposal,
        need=need,
        company=proposal.company,
        description=_shorten(need.description),
        rows=rows,
        rows_left=len(capabilities) - len(rows),
        parts={
            name: (explanation["parts"][name], most) for name, most in full_points(explanation).items()
        },
        terms=[
            SheetTerm(term_words(term), term["points"], field_words(term))
            for term in explanation["terms"]
            if term["points"]
        ],
        excerpt=mark_places(excerpt["text"], excerpt["marks"]),
        preparation=prepare(proposal),
        is_outdated=need.version != run.need_version or proposal.company.updated_at > run.ran_at,
    )


def _is_matched(row: Capability, need: Need, terms: Sequence[TermExplanation]) -> bool:
    if row.process_code and row.process_code == need.process_code:
        return True
    text = " ".join((row.description, *row.materials, *_process_names(row.process_code)))
    return any(term["document"] and term["document"] in text for term in terms)


def _process_names(code: str) -> tuple[str, ...]:
    try:
        process = get_process(code)
    except KeyError:
        return (code,)
    return (process.ja, process.en)


def _shorten(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= DESCRIPTION_SHOWN else plain[: DESCRIPTION_SHOWN - 1] + "…"
