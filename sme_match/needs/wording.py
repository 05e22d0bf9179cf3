"""The words in which the history of a need is told."""

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _

from sme_match.companies.enums import MeetingMode
from sme_match.companies.labels import MEETING_MODES
from sme_match.needs.enums import (
    ConditionKind,
    ConditionLevel,
    DrawingRelease,
    NeedKind,
    NeedState,
)
from sme_match.needs.forms import NeedForm
from sme_match.needs.labels import (
    CONDITION_KINDS,
    CONDITION_LEVELS,
    DRAWING_RELEASES,
    NEED_KINDS,
    NEED_STATES,
)
from sme_match.needs.models import LOGGED_BUYER
from sme_match.web.formats import day
from sme_match.web.history import Vocabulary
from sme_match.web.names import material_name, process_name


def vocabulary(owner_names: Mapping[int, str]) -> Vocabulary:
    """Return the labels of the fields and the words for codes."""
    labels = {field.name: field.label.text for field in NeedForm([])}
    levels = {level.value: _("%(level)sの条件", level=word) for level, word in CONDITION_LEVELS.items()}
    return Vocabulary(
        labels=labels | {"state": _("状態")} | levels,
        words={
            "state": _choice(NeedState, NEED_STATES),
            "kind": _choice(NeedKind, NEED_KINDS),
            "drawings": _choice(DrawingRelease, DRAWING_RELEASES),
            "meeting_mode": _choice(MeetingMode, MEETING_MODES),
            "process_code": process_name,
            "materials": lambda codes: "、".join(material_name(code) for code in codes),
            "due_on": _day,
            "expires_on": _day,
            **{level.value: _conditions for level in ConditionLevel},
            "owner_id": lambda user_id: owner_names[user_id],
        },
        unsaid={LOGGED_BUYER},
    )


def _choice(kind: type[StrEnum], words: Mapping[Any, object]) -> Callable[[Any], str]:
    return lambda value: str(words[kind(value)])


def _conditions(entries: list[str]) -> str:
    """Return `tolerance_mm: 0.02` as 公差: 0.02."""
    words = []
    for entry in entries:
        kind, _colon, value = entry.partition(": ")
        words.append(f"{CONDITION_KINDS[ConditionKind(kind)]}: {value}")
    return "、".join(words)


def _day(value: str) -> str:
    return day(date.fromisoformat(value))
