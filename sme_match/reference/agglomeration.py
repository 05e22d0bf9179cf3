"""Types of industrial agglomeration, which statistics must not lump together."""

from dataclasses import dataclass
from functools import cache

from sme_match.reference.lookup import Entry, NameIndex
from sme_match.reference.tables import read_rows


@dataclass(frozen=True, slots=True)
class AgglomerationType(Entry):
    """One type, with a sentence that tells it from the others."""

    note_ja: str
    note_en: str

    def note(self, lang: str = "ja") -> str:
        """Return what distinguishes the type."""
        return self.note_en if lang.casefold().startswith("en") else self.note_ja


@cache
def _all() -> dict[str, AgglomerationType]:
    return {row["code"]: AgglomerationType(**row) for row in read_rows("agglomeration_types.csv")}


def list_agglomeration_types() -> tuple[AgglomerationType, ...]:
    """Return the four types."""
    return tuple(_all().values())


def get_agglomeration_type(code: str) -> AgglomerationType:
    """Return the type of a code.

    Raises:
        KeyError: There is no such code.
    """
    return _all()[code]


@cache
def _index() -> NameIndex[AgglomerationType]:
    return NameIndex(
        _all().values(), lambda each: (each.code, each.ja, each.ja.removesuffix("型"), each.en)
    )


def find_agglomeration_type(text: str) -> AgglomerationType | None:
    """Return the type meant by a code or name, or None."""
    return _index().find(text)
