"""Judged conditions in words: what is required and what the company states, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from flask_babel import gettext as _

from sme_match.matching.engine.conditions import PlainValue, Verdict
from sme_match.matching.enums import ProposalState
from sme_match.matching.explanations import (
    ConditionExplanation,
    RelaxationExplanation,
    TermExplanation,
)
from sme_match.matching.labels import EVIDENCE_FIELDS, FIELDS, PROPOSAL_STATES, QUESTIONS
from sme_match.matching.questions import OpenQuestion
from sme_match.needs.condition_words import code_words, required_words
from sme_match.needs.conditions import ConditionDraft
from sme_match.needs.enums import ConditionKind, ConditionLevel
from sme_match.needs.labels import (
    CAPACITY_WORDS,
    CONDITION_KINDS,
    with_unit,
)
from sme_match.web.formats import day, plain_decimal
from sme_match.web.history import Vocabulary
from sme_match.web.names import (
    certificate_name,
    municipality_name,
    prefecture_name,
)

_PREFECTURE_DIGITS = 2
_ADDED_KINDS = frozenset(
    {
        ConditionKind.LEAD_TIME_DAYS,
        ConditionKind.PROTOTYPE_LEAD_TIME_DAYS,
        ConditionKind.DISTANCE_KM,
    }
)
"""Kinds whose gap reads best as what comes on top."""
SHOWN = 4
"""How many materials or certificates are named before "ほか"."""


@dataclass(frozen=True, slots=True)
class ConditionWords:
    """One condition as the review card shows it, with the points that it adds to the score."""

    level: ConditionLevel
    verdict: Verdict
    title: str
    offered: str
    points: int
    gap: str
    """What is lacking, for a figure that the company does not reach."""
    doubt: str
    """Why a value that is stated still has to be asked."""


def word_condition(condition: ConditionExplanation) -> ConditionWords:
    """Return the condition in the reader's language, with both values."""
    kind = ConditionKind(condition["kind"])
    verdict = Verdict(condition["verdict"])
    offered = condition["offered"]
    return ConditionWords(
        level=ConditionLevel(condition["level"]),
        verdict=verdict,
        title=f"{CONDITION_KINDS[kind]} {required_words(kind, condition['required'])}",
        offered=_("未登録") if offered is None else offered_words(kind, offered),
        points=condition.get("points", 0),
        gap=gap_words(kind, condition["required"], offered) if verdict is Verdict.FAIL else "",
        doubt=doubt_words(condition),
    )


def doubt_words(condition: ConditionExplanation) -> str:
    """Return when a coordinator found the stated value not to hold; nothing without a doubt."""
    doubted_on = condition.get("doubted_on")
    if not doubted_on:
        return ""
    return str(_("%(day)sにこの点で見送られています", day=day(date.fromisoformat(doubted_on))))


def gap_words(kind: ConditionKind, required: PlainValue, offered: PlainValue) -> str:
    """Return how far the company is from what is asked: +5日, or ±0.02mmまで（希望 ±0.01mm）."""
    if kind is ConditionKind.DISTANCE_KM and isinstance(offered, dict):
        offered = offered["km"]
    if kind in _ADDED_KINDS and isinstance(offered, int | float):
        more = offered - cast("float", required)
        return f"+{with_unit(kind, plain_decimal(more))}"
    limit = _limit(kind, required, offered)
    if limit is None:
        return ""
    wanted = offered_words(kind, required)
    if isinstance(offered, dict) and limit == offered.get("min"):
        return str(
            _("%(limit)sから（要求 %(wanted)s）", limit=offered_words(kind, limit), wanted=wanted)
        )
    return str(_("%(limit)sまで（要求 %(wanted)s）", limit=offered_words(kind, limit), wanted=wanted))


def _limit(kind: ConditionKind, required: PlainValue, offered: PlainValue) -> PlainValue:
    """Return the figure of the company that stands against the one asked; None for words."""
    if isinstance(offered, dict) and kind in {ConditionKind.SIZE_MM, ConditionKind.LOT}:
        low = cast("float | None", offered["min"])
        return low if low is not None and cast("float", required) < low else offered["max"]
    return offered if isinstance(offered, int | float) else None


def question_words(question: OpenQuestion) -> str:
    """Return an open condition as a question to the company."""
    required = required_words(question.kind, question.required)
    return str(QUESTIONS[question.kind]) % {"required": required}


RELATIONS = {"same": "=", "alike": "≒", "kin": "∽", "part": "～"}
"""How a word of the need stands to that of the profile: ≒ is another word of the thesaurus, ∽
something else of the same kind, ～ only a piece of the word."""


def term_words(term: TermExplanation) -> str:
    """Return a matched word with its counterpart: 旋盤 ≒ turning."""
    query, document = term["query"], term["document"]
    if not query:
        return str(_("そのほかの言葉"))
    if query == document:
        return query
    # Explanations of the first engine do not say how the two are related.
    sign = RELATIONS.get(term.get("relation", ""), "≒")
    counterpart = document or _("言葉の一部")
    return f"{query} {sign} {counterpart}"


def field_words(term: TermExplanation) -> str:
    """Return the name of the field that a word was found in; nothing when it is not known."""
    return str(FIELDS.get(term.get("field", ""), ""))


def evidence_words(term: TermExplanation) -> str:
    """Return what past decision a word was found in; nothing for what the company says itself."""
    return field_words(term) if term.get("field") in EVIDENCE_FIELDS else ""


@dataclass(frozen=True, slots=True)
class RelaxationWords:
    """A must that could be given up, in words, and the companies that this would add."""

    kind: ConditionKind
    title: str
    admits: int


def word_relaxation(relaxation: RelaxationExplanation) -> RelaxationWords:
    """Return the relaxation in the reader's language."""
    kind = ConditionKind(relaxation["kind"])
    title = f"{CONDITION_KINDS[kind]} {required_words(kind, relaxation['required'])}"
    return RelaxationWords(kind, title, relaxation["admits"])


def condition_text(condition: ConditionDraft) -> str:
    """Return a condition of a need in one line: 公差 ±0.01mm以内."""
    value = float(condition.number) if condition.number is not None else condition.text
    return f"{CONDITION_KINDS[condition.kind]} {required_words(condition.kind, value)}"


def proposal_vocabulary() -> Vocabulary:
    """Return the words in which the history of a need tells what became of its proposals."""
    return Vocabulary(
        labels={
            "proposal_state": _("推薦の状態"),
            "sheet_note": _("コーディネーターの所見"),
        },
        words={"proposal_state": lambda value: str(PROPOSAL_STATES[ProposalState(value)])},
    )


def offered_words(kind: ConditionKind, value: PlainValue) -> str:
    """Return what the company states."""
    if isinstance(value, int | float):
        sign = "±" if kind is ConditionKind.TOLERANCE_MM else ""
        return f"{sign}{with_unit(kind, plain_decimal(value))}"
    if isinstance(value, dict):
        return _structured(kind, value)
    if isinstance(value, list):
        return _listed([code_words(kind, str(item)) for item in value])
    return code_words(kind, str(value))


def _structured(kind: ConditionKind, value: dict[str, PlainValue]) -> str:
    if kind is ConditionKind.CAPACITY:
        words = str(CAPACITY_WORDS[str(value["state"])])
        until = value.get("until")
        return str(_("%(words)s（%(day)sまで）", words=words, day=_day(until))) if until else words
    if kind is ConditionKind.CERTIFICATE:
        held = cast("Sequence[str]", value["held"])
        last = value.get("expires_on")
        names = _listed([certificate_name(name) for name in held])
        return str(_("%(names)s（期限 %(day)s）", names=names, day=_day(last))) if last else names
    if kind is ConditionKind.DISTANCE_KM:
        return _distance(value)
    low, high = value.get("min"), value.get("max")
    if low is not None and high is not None:
        return with_unit(kind, f"{_figure(low)}–{_figure(high)}")
    if low is not None:
        return str(_("%(figure)sから", figure=with_unit(kind, _figure(low))))
    return str(_("%(figure)sまで", figure=with_unit(kind, _figure(high))))


def _distance(value: dict[str, PlainValue]) -> str:
    """Return a distance with the two points between which it was measured."""
    return str(
        _(
            "直線で%(km)skm（%(start)s から %(end)s）",
            km=_figure(value["km"]),
            start=position_name(str(value["from"])),
            end=position_name(str(value["to"])),
        )
    )


def position_name(code: str) -> str:
    """Return the point of a distance in words: 北上市, or 岩手県庁 where that stands in."""
    if len(code) > _PREFECTURE_DIGITS:
        return municipality_name(code)
    return str(_("%(name)s庁", name=prefecture_name(code)))


def _listed(words: list[str]) -> str:
    names = str(_("、")).join(words[:SHOWN])
    if len(words) <= SHOWN:
        return names
    return str(_("%(names)s ほか%(count)s", names=names, count=len(words) - SHOWN))


def _figure(value: PlainValue) -> str:
    return plain_decimal(cast("float", value))


def _day(value: PlainValue) -> str:
    return day(date.fromisoformat(str(value)))
