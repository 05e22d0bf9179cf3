"""Which records stand behind a figure: every number of a report leads to its list."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from sme_match.core.errors import NotFoundError
from sme_match.outcomes.enums import AmountSource, NoDealReason
from sme_match.statistics.columns import Ids
from sme_match.statistics.demand import ShareOfRecords
from sme_match.statistics.filters import UNKNOWN
from sme_match.statistics.key_figures import KEYS, Measure
from sme_match.statistics.report import Report


class RecordKind(StrEnum):
    """What the records of a figure are."""

    NEED = "need"
    PROPOSAL = "proposal"
    MEETING = "meeting"
    COMPANY = "company"


class Part(StrEnum):
    """Which records of a figure: those counted, the denominator, or those nobody can place."""

    COUNTED = "counted"
    BASE = "base"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The records behind one figure, in all its parts; `definition` names its meaning."""

    key: str
    kind: RecordKind
    definition: str
    ids: Mapping[Part, Ids]


FUNNEL_PREFIX = "funnel-"
_FUNNEL_STEPS = ("needs", "proposals", "accepted", "meetings", "quotes", "deals")
_KINDS = {
    "needs": RecordKind.NEED,
    "proposals": RecordKind.PROPOSAL,
    "smes": RecordKind.COMPANY,
    "buyers": RecordKind.COMPANY,
}
REFUSED = "refused"
REFUSED_PREFIX = "refused-"
SOURCE_PREFIX = "source-"
"""Followed by a source of amounts, or by `none`."""
EVIDENCE_KEYS = (
    *KEYS,
    "unmet",
    "small_lots",
    REFUSED,
    *(REFUSED_PREFIX + reason for reason in NoDealReason),
    *(SOURCE_PREFIX + source for source in (*AmountSource, UNKNOWN)),
    "quotes",
    "unproposed",
    *(FUNNEL_PREFIX + step for step in _FUNNEL_STEPS),
)


def find_evidence(report: Report, key: str) -> Evidence:
    """Return the records behind a figure of the report.

    Raises:
        NotFoundError: no figure has this key.
    """
    if key not in EVIDENCE_KEYS:
        raise NotFoundError
    if key.startswith(FUNNEL_PREFIX):
        return _of_funnel(report, key)
    if key.startswith(REFUSED):
        return _of_refusals(report, key)
    if key.startswith(SOURCE_PREFIX):
        return _of_source(report, key)
    if key in {"unmet", "small_lots"}:
        measure = report.unmet if key == "unmet" else report.small_lots
        return _in_parts(key, RecordKind.NEED, measure)
    if key == "unproposed":
        return _counted(key, RecordKind.MEETING, report.unproposed_ids)
    if key == "quotes":
        return _counted(key, RecordKind.MEETING, report.figure("quote_rate").current.ids)
    return _in_parts(key, _KINDS.get(key, RecordKind.MEETING), report.figure(key).current)


def parts_of(measure: Measure | ShareOfRecords) -> dict[Part, Ids]:
    """Return the records of a figure in the parts that have any; those counted in any case."""
    parts = {Part.COUNTED: measure.ids, Part.BASE: measure.base_ids, Part.UNKNOWN: measure.unknown_ids}
    return {part: ids for part, ids in parts.items() if ids or part is Part.COUNTED}


def _in_parts(key: str, kind: RecordKind, measure: Measure | ShareOfRecords) -> Evidence:
    return Evidence(key, kind, key, MappingProxyType(parts_of(measure)))


def _of_funnel(report: Report, key: str) -> Evidence:
    step = key.removeprefix(FUNNEL_PREFIX)
    ids = next(stage.ids for stage in report.funnel.stages if stage.key == step)
    kind = RecordKind.NEED if step == "needs" else RecordKind.PROPOSAL
    return Evidence(key, kind, step, MappingProxyType({Part.COUNTED: ids}))


def _of_source(report: Report, key: str) -> Evidence:
    wanted = key.removeprefix(SOURCE_PREFIX)
    ids = next((part.ids for part in report.sources if (part.source or UNKNOWN) == wanted), ())
    return Evidence(key, RecordKind.MEETING, "amounts_by_source", MappingProxyType({Part.COUNTED: ids}))


def _of_refusals(report: Report, key: str) -> Evidence:
    if key != REFUSED:
        ids = report.refusals.get(key.removeprefix(REFUSED_PREFIX), ())
        return Evidence(key, RecordKind.MEETING, REFUSED, MappingProxyType({Part.COUNTED: ids}))
    named = {number for ids in report.refusals.values() for number in ids}
    silent = tuple(number for number in report.undealt_ids if number not in named)
    parts = {Part.COUNTED: tuple(sorted(named)), Part.UNKNOWN: silent}
    return Evidence(REFUSED, RecordKind.MEETING, REFUSED, MappingProxyType(parts))


def _counted(key: str, kind: RecordKind, ids: Ids) -> Evidence:
    return Evidence(key, kind, key, MappingProxyType({Part.COUNTED: ids}))
