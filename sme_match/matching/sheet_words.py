"""The words of sheets: conditions taken apart into cells, matched words."""

from dataclasses import dataclass

from flask_babel import gettext as _

from sme_match.matching.engine.conditions import Verdict
from sme_match.matching.explanations import ConditionExplanation
from sme_match.matching.labels import VERDICTS
from sme_match.matching.wording import offered_words
from sme_match.needs.condition_words import required_words
from sme_match.needs.enums import ConditionKind, ConditionLevel
from sme_match.needs.labels import CONDITION_KINDS

TONES = {Verdict.PASS: "ok", Verdict.FAIL: "ng", Verdict.UNKNOWN: "un"}


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """One condition as the sheet shows it: demand, offer and verdict, each in words of its own."""

    level: ConditionLevel
    verdict: Verdict
    title: str
    required: str
    offered: str
    result: str
    tone: str
    """ok, ng, wn (a wish that is not met) or un: chooses the sign beside the words."""
    points: int | None


def condition_row(condition: ConditionExplanation) -> ConditionRow:
    """Return the condition in the reader's language, each part for itself."""
    kind, level = ConditionKind(condition["kind"]), ConditionLevel(condition["level"])
    verdict, offered = Verdict(condition["verdict"]), condition["offered"]
    missed_wish = level is ConditionLevel.WISH and verdict is Verdict.FAIL
    return ConditionRow(
        level=level,
        verdict=verdict,
        title=str(CONDITION_KINDS[kind]),
        required=required_words(kind, condition["required"]),
        offered=_("未登録") if offered is None else offered_words(kind, offered),
        result=_("希望に届かない") if missed_wish else str(VERDICTS[verdict]),
        tone="wn" if missed_wish else TONES[verdict],
        points=condition.get("points"),
    )
