"""The history of a record in the reader's words: names of fields, words instead of codes."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

Words = Callable[[Any], str]
"""Turns a stored value into the word that the reader knows."""


class Entry(Protocol):
    """One entry of the audit log, which stands above this package."""

    @property
    def action(self) -> str:
        """Domain and verb."""

    @property
    def at(self) -> datetime:
        """When."""

    @property
    def actor_name(self) -> str:
        """Who."""

    @property
    def note(self) -> str:
        """Why, or which part of the record."""

    @property
    def changes(self) -> dict[str, Any]:
        """Field -> [before, after]."""


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One entry as the page shows it; `changes` maps the label of a field to before and after."""

    action: str
    at: datetime
    actor_name: str
    note: str
    changes: dict[str, tuple[object, object]]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The labels of the fields of one kind of record, and the words for their values.

    `unsaid` are fields that the log keeps to go back by, and that say nothing to a reader.
    """

    labels: Mapping[str, object]
    words: Mapping[str, Words]
    note: Words = str
    unsaid: Collection[str] = ()


def in_words(
    entries: Iterable[Entry],
    vocabularies: Mapping[str, Vocabulary],
    *,
    hidden: Collection[str] = (),
) -> list[HistoryRow]:
    """Return the entries in words; the vocabulary is that of the domain before the action's dot.

    Changes of hidden fields are left out.
    """
    return [_row(entry, vocabularies[entry.action.partition(".")[0]], hidden) for entry in entries]


def _row(entry: Entry, vocabulary: Vocabulary, hidden: Collection[str]) -> HistoryRow:
    return HistoryRow(
        action=entry.action,
        at=entry.at,
        actor_name=entry.actor_name,
        note=vocabulary.note(entry.note) if entry.note else "",
        changes={
            str(vocabulary.labels.get(name, name)): (
                _word(vocabulary, name, before),
                _word(vocabulary, name, after),
            )
            for name, (before, after) in entry.changes.items()
            if name not in hidden and name not in vocabulary.unsaid
        },
    )


def _word(vocabulary: Vocabulary, name: str, value: object) -> object:
    if value in (None, "", []) or name not in vocabulary.words:
        return value
    try:
        return vocabulary.words[name](value)
    except (KeyError, ValueError):
        # The list of codes may have changed since; the old code still says more than nothing.
        return value
