"""The rows of an import as they are stored: what was read, what was found, what will be done."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sme_match.registers.description import Finding, Note
from sme_match.registers.enums import RowAction
from sme_match.tables.columns import CellError, ParsedRow
from sme_match.tables.table import Row

Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """One row of an import."""

    number: int
    name: str
    cells: Mapping[str, str]
    errors: tuple[CellError, ...] = ()
    notes: tuple[Note, ...] = ()
    known_id: int | None = None
    known_version: int | None = None
    action: RowAction = RowAction.CREATE
    choices: tuple[RowAction, ...] = ()

    @property
    def comes_in(self) -> bool:
        """Whether the row can be written at all."""
        return not self.errors and self.action is not RowAction.KEEP

    @property
    def way_in(self) -> RowAction:
        """What is done with the row when it is to come in: as proposed, or the first way there is."""
        ways = (self.action, *self.choices)
        return next((way for way in ways if way is not RowAction.SKIP), RowAction.SKIP)

    def to_json(self) -> dict[str, Any]:
        """Return the row in the form that is stored; what is empty is left out."""
        stored: dict[str, Any] = {
            "number": self.number,
            "name": self.name,
            "cells": dict(self.cells),
            "action": self.action.value,
        }
        if self.errors:
            stored["errors"] = [
                [error.title, error.value, error.message, _plain(error.values)] for error in self.errors
            ]
        if self.notes:
            stored["notes"] = [[note.message, _plain(note.values)] for note in self.notes]
        if self.known_id is not None:
            stored["known"] = [self.known_id, self.known_version]
        if self.choices:
            stored["choices"] = [choice.value for choice in self.choices]
        return stored

    @classmethod
    def of_json(cls, stored: Mapping[str, Any]) -> "ImportRow":
        """Return the row of its stored form."""
        known_id, known_version = stored.get("known", (None, None))
        return cls(
            number=stored["number"],
            name=stored["name"],
            cells=stored["cells"],
            errors=tuple(CellError(*error) for error in stored.get("errors", ())),
            notes=tuple(Note(*note) for note in stored.get("notes", ())),
            known_id=known_id,
            known_version=known_version,
            action=RowAction(stored["action"]),
            choices=tuple(RowAction(choice) for choice in stored.get("choices", ())),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSummary:
    """The rows of an import by what will happen to them."""

    good: Sequence[ImportRow]
    questions: Sequence[ImportRow]
    refused: Sequence[ImportRow]
    unchanged: Sequence[ImportRow]

    @property
    def coming(self) -> int:
        """Return how many rows come in when nobody decides otherwise."""
        return len(self.good) + sum(row.action is not RowAction.SKIP for row in self.questions)

    @property
    def total(self) -> int:
        """Return how many rows the file has."""
        return sum(map(len, (self.good, self.questions, self.refused, self.unchanged)))


def summarise(rows: Iterable[ImportRow]) -> ImportSummary:
    """Sort the rows of an import into its four kinds."""
    good, questions, refused, unchanged = [], [], [], []
    for row in rows:
        if row.errors:
            refused.append(row)
        elif row.action is RowAction.KEEP:
            unchanged.append(row)
        elif row.choices:
            questions.append(row)
        else:
            good.append(row)
    return ImportSummary(good=good, questions=questions, refused=refused, unchanged=unchanged)


def combine(row: Row, parsed: ParsedRow, finding: Finding | None, *, name: str) -> ImportRow:
    """Return the stored row: what was read, and the finding of the register if it was asked."""
    if finding is None:
        return ImportRow(number=row.number, name=name, cells=row.values, errors=parsed.errors)
    return ImportRow(
        number=row.number,
        name=name,
        cells=row.values,
        errors=finding.errors,
        notes=finding.notes,
        known_id=finding.known_id,
        known_version=finding.known_version,
        action=finding.action,
        choices=finding.choices,
    )


def _plain(values: Mapping[str, object]) -> dict[str, object]:
    return {key: value if isinstance(value, int | str) else str(value) for key, value in values.items()}
