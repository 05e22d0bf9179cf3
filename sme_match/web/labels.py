"""Words for the members of closed vocabularies, in the reader's language.

Each package lists its words in a `labels` module; the composition root hands them all over.
"""

from collections.abc import Iterable, Mapping
from enum import Enum
from functools import lru_cache
from typing import Any

from flask import Flask
from flask_babel import force_locale

from sme_match.web.languages import in_language

Labels = Mapping[type[Enum], Mapping[Any, object]]


def init_app(app: Flask, packages: Iterable[Labels]) -> None:
    """Make the `label` filter of templates know all words."""
    words: dict[type[Enum], Mapping[Any, object]] = {}
    for labels in packages:
        words.update(labels)

    # Typed, because members of two vocabularies may be equal as texts.
    @lru_cache(maxsize=None, typed=True)
    def word(language: str, value: Enum) -> str:
        with force_locale(language):
            return str(words[type(value)][value])

    @in_language
    def label(language: str, value: Enum | None) -> str:
        """Return the word for a member; nothing for None."""
        return "" if value is None else word(language, value)

    app.jinja_env.filters["label"] = label


def choices(words: Mapping[Any, object], *, empty: object | None = None) -> list[tuple[str, object]]:
    """Return the choices of a select field; `empty` is the word for no choice."""
    listed = [(str(member.value), word) for member, word in words.items()]
    return listed if empty is None else [("", empty), *listed]
