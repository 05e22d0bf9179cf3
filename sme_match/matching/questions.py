"""What is still to be asked of a company before anybody can say that it fits."""

from dataclasses import dataclass

from sme_match.matching.engine.conditions import PlainValue, Verdict
from sme_match.matching.explanations import Explanation
from sme_match.needs.enums import ConditionKind, ConditionLevel


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A condition about which nothing is known, or nothing that still holds.

    `stated` is what the company once said (its free capacity of a day that has passed), or None.
    """

    kind: ConditionKind
    level: ConditionLevel
    required: PlainValue
    stated: PlainValue


def open_questions(explanation: Explanation) -> tuple[OpenQuestion, ...]:
    """Return the questions that a stored explanation leaves open, the musts first."""
    questions = [
        OpenQuestion(
            ConditionKind(each["kind"]),
            ConditionLevel(each["level"]),
            each["required"],
            each["offered"],
        )
        for each in explanation["conditions"]
        if each["verdict"] == Verdict.UNKNOWN
    ]
    return tuple(sorted(questions, key=lambda question: question.level is ConditionLevel.WISH))
