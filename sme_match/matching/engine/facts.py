"""Facts of all companies by column, so that each distinct value is judged only once."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sme_match.matching.engine.conditions import (
    COMPANY_OFFERS,
    ROW_OFFERS,
    CapabilityFacts,
    Circumstances,
    CompanyFacts,
    Condition,
    ConditionResult,
    Verdict,
    judge,
)
from sme_match.matching.engine.documents import Key
from sme_match.needs.enums import ConditionKind, ConditionLevel

_VERDICTS: Final = (Verdict.UNKNOWN, Verdict.PASS, Verdict.FAIL)
_UNKNOWN, _PASS, _FAIL = range(3)
_NO_ROW: Final = CapabilityFacts()


@dataclass(frozen=True, slots=True)
class _Column:
    """One fact of every row (or company): distinct values, and which of them each one has."""

    values: tuple[Hashable, ...]
    codes: NDArray[np.intp]

    @classmethod
    def of(cls, values: Iterable[Hashable]) -> "_Column":
        numbers: dict[Hashable, int] = {}
        codes = [numbers.setdefault(value, len(numbers)) for value in values]
        return cls(tuple(numbers), np.array(codes, dtype=np.intp))


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Conditions judged for every company, in the order of the table.

    `matrix` is conditions × companies with codes of `_VERDICTS`; `rows` is, per condition and
    company, the number of the row (or of the company) whose fact was judged.
    """

    conditions: tuple[Condition, ...]
    matrix: NDArray[np.int8]
    rows: NDArray[np.intp]

    def _counted(self, code: int, level: ConditionLevel) -> NDArray[np.intp]:
        of_level = [condition.level is level for condition in self.conditions]
        return np.asarray((self.matrix[of_level] == code).sum(axis=0), dtype=np.intp)

    @property
    def musts_failed(self) -> NDArray[np.intp]:
        """Return per company the number of musts that it fails."""
        return self._counted(_FAIL, ConditionLevel.MUST)

    @property
    def musts_passed(self) -> NDArray[np.intp]:
        """Return per company the number of musts that are confirmed."""
        return self._counted(_PASS, ConditionLevel.MUST)

    @property
    def wishes_passed(self) -> NDArray[np.intp]:
        """Return per company the number of wishes that are confirmed."""
        return self._counted(_PASS, ConditionLevel.WISH)

    def passes_any_of(self, kinds: AbstractSet[ConditionKind]) -> NDArray[np.bool_]:
        """Return which companies meet a must or wish of one of these kinds."""
        chosen = [condition.kind in kinds for condition in self.conditions]
        return np.asarray((self.matrix[chosen] == _PASS).any(axis=0), dtype=np.bool_)

    def fails_must_of(self, kinds: AbstractSet[ConditionKind]) -> NDArray[np.bool_]:
        """Return which companies fail a must of one of these kinds."""
        chosen = [
            condition.level is ConditionLevel.MUST and condition.kind in kinds
            for condition in self.conditions
        ]
        return np.asarray((self.matrix[chosen] == _FAIL).any(axis=0), dtype=np.bool_)

    def failed_alone(self, eligible: NDArray[np.bool_]) -> NDArray[np.intp]:
        """Return per condition how many of these companies fail it and no other must.

        At least so many more would be proposed if the buyer gave up this one condition: a company
        whose rows fail different musts is counted for its best row only.
        """
        musts = np.array(
            [each.level is ConditionLevel.MUST for each in self.conditions], dtype=np.bool_
        )
        if not musts.any():
            return np.zeros(len(musts), dtype=np.intp)
        failed = (self.matrix == _FAIL) & musts[:, np.newaxis]
        alone = failed[:, eligible & (failed.sum(axis=0) == 1)]
        return np.bincount(alone.argmax(axis=0), minlength=len(musts))

    def excluded_counts(self, looked_at: NDArray[np.bool_]) -> dict[ConditionKind, int]:
        """Return per kind how many of these companies a must of that kind excludes."""
        kinds = dict.fromkeys(
            condition.kind for condition in self.conditions if condition.level is ConditionLevel.MUST
        )
        return {kind: int((self.fails_must_of(frozenset({kind})) & looked_at).sum()) for kind in kinds}


class FactTable:
    """Immutable; build a new one when companies change.

    The best row: a part is made in one row, not half in each of two, so the conditions of a
    row must be met by one row together. Of a company's rows that one counts which fails the
    fewest musts, then confirms the most musts, then fails the fewest wishes, then confirms the
    most wishes, then comes first. Where a need names several processes (or several materials),
    no one row can do them all; then each of these is judged over all rows by itself.

    What is in doubt does not pass: it is unknown, whatever the profile states.
    """

    def __init__(self, companies: Iterable[CompanyFacts], keys: Sequence[Key]) -> None:
        """Lay out the facts in the order of an index; a key without facts states nothing."""
        by_key = {facts.key: facts for facts in companies}
        self.keys = tuple(keys)
        self.companies = tuple(by_key.get(key) or CompanyFacts(key) for key in self.keys)
        rows = [facts.rows or (_NO_ROW,) for facts in self.companies]
        counts = np.array([len(of_company) for of_company in rows], dtype=np.intp)
        self._firsts = np.cumsum(counts) - counts
        self._owners = np.repeat(np.arange(len(counts)), counts)
        flat = [row for of_company in rows for row in of_company]
        self._columns: Mapping[ConditionKind, _Column] = {
            kind: _Column.of(offer(row) for row in flat) for kind, offer in ROW_OFFERS.items()
        } | {
            kind: _Column.of(offer(facts) for facts in self.companies)
            for kind, offer in COMPANY_OFFERS.items()
        }
        doubted: dict[ConditionKind, list[int]] = defaultdict(list)
        for place, facts in enumerate(self.companies):
            for kind in facts.doubts:
                doubted[kind].append(place)
        self._doubted = {kind: np.array(places) for kind, places in doubted.items()}

    def judge(self, conditions: Sequence[Condition], around: Circumstances) -> Verdicts:
        """Judge all conditions for all companies."""
        size = len(self.companies)
        matrix = np.zeros((len(conditions), size), dtype=np.int8)
        rows = np.tile(np.arange(size), (len(conditions), 1))
        if not size:
            return Verdicts(tuple(conditions), matrix, rows)
        per_kind = Counter(condition.kind for condition in conditions)
        verdicts = [self._judge_column(condition, around) for condition in conditions]
        together = []
        for number, condition in enumerate(conditions):
            if condition.kind in COMPANY_OFFERS:
                matrix[number] = verdicts[number]
            elif per_kind[condition.kind] > 1:
                rows[number] = self._best_rows([condition], [verdicts[number]])
                matrix[number] = verdicts[number][rows[number]]
            else:
                together.append(number)
        if together:
            best = self._best_rows(
                [conditions[number] for number in together],
                [verdicts[number] for number in together],
            )
            for number in together:
                rows[number] = best
                matrix[number] = verdicts[number][best]
        for number, condition in enumerate(conditions):
            places = self._doubted.get(condition.kind)
            if places is not None:
                matrix[number, places[matrix[number, places] == _PASS]] = _UNKNOWN
        return Verdicts(tuple(conditions), matrix, rows)

    def _judge_column(self, condition: Condition, around: Circumstances) -> NDArray[np.int8]:
        column = self._columns[condition.kind]
        codes = [_VERDICTS.index(judge(condition, value, around)[0]) for value in column.values]
        return np.array(codes, dtype=np.int8)[column.codes]

    def _best_rows(
        self, conditions: Sequence[Condition], verdicts: Sequence[NDArray[np.int8]]
    ) -> NDArray[np.intp]:
        """Return per company the number of its best row."""
        worse = np.zeros(len(self._owners), dtype=np.int64)
        base = len(conditions) + 1
        for level, code, sign in (
            (ConditionLevel.MUST, _FAIL, 1),
            (ConditionLevel.MUST, _PASS, -1),
            (ConditionLevel.WISH, _FAIL, 1),
            (ConditionLevel.WISH, _PASS, -1),
        ):
            worse *= base
            for condition, of_rows in zip(conditions, verdicts, strict=True):
                if condition.level is level:
                    worse += sign * (of_rows == code)
        order: NDArray[np.intp] = np.lexsort((np.arange(len(worse)), worse, self._owners))
        return np.asarray(order[self._firsts], dtype=np.intp)

    def results(
        self, verdicts: Verdicts, place: int, around: Circumstances
    ) -> tuple[ConditionResult, ...]:
        """Return the judged conditions of one company with both values."""
        results = []
        for number, condition in enumerate(verdicts.conditions):
            column = self._columns[condition.kind]
            offered = column.values[column.codes[verdicts.rows[number, place]]]
            _, plain = judge(condition, offered, around)
            verdict = _VERDICTS[verdicts.matrix[number, place]]
            doubted_on = self.companies[place].doubts.get(condition.kind)
            results.append(
                ConditionResult(
                    condition.kind,
                    condition.level,
                    verdict,
                    condition.value,
                    plain,
                    doubted_on=doubted_on if verdict is Verdict.UNKNOWN else None,
                )
            )
        return tuple(results)
