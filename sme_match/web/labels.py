"""Words for the members of closed vocabularies, in the reader's language.

Each package lists its words in a `labels` module; the composition root hands them all over.
"""

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

from flask import Flask

Labels = Mapping[type[Enum], Mapping[Any, object]]


def init_app(app: Flask, packages: Iterable[Labels]) -> None:
    """Make the `label` filter of templates know all words."""
    words: dict[type[Enum], Mapping[Any, object]] = {}
    for labels in packages:
        words.update(labels)

    def label(value: Enum | None) -> str:
        """Return the word for a member; nothing for None."""
        return "" if value is None else str(words[type(value)][value])

    app.jinja_env.filters["label"] = label


def choices(words: Mapping[Any, object], *, empty: object | None = None) -> list[tuple[str, object]]:
    """Return the choices of a select field; `empty` is the word for no choice."""
    listed = [(str(member.value), word) for member, word in words.items()]
    return listed if empty is None else [("", empty), *listed]
