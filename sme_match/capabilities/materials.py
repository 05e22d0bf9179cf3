"""Materials as people list them: designations, families, and what the reference list does not know."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sme_match.core.text import normalize_width
from sme_match.reference.lookup import fold_name
from sme_match.reference.materials import family_of, find_material, list_families

_SEPARATORS = re.compile(r"[、,，;；\n\r\t/／|]+")


@dataclass(frozen=True, slots=True)
class MaterialList:
    """Materials in the order they were typed, each once; `unknown` are those kept as free text."""

    values: tuple[str, ...]
    unknown: tuple[str, ...]


def parse_materials(text: str) -> MaterialList:
    """Return the materials of a list separated by commas or lines.

    A designation becomes its symbol, the name of a family its code. Words that only belong to a
    family (鋳鉄, SUS317) stay as they are: they say more than the family.
    """
    values: dict[str, None] = {}
    unknown: dict[str, None] = {}
    for part in (normalize_width(part) for part in _SEPARATORS.split(text)):
        if not part:
            continue
        value, known = recognise(part)
        values[value] = None
        if not known:
            unknown[value] = None
    return MaterialList(tuple(values), tuple(unknown))


def recognise(text: str) -> tuple[str, bool]:
    """Return how one material is stored, and whether the reference list knows it."""
    material = find_material(text)
    if material is not None:
        return material.designation, True
    folded = fold_name(text)
    for family in list_families():
        if folded in {fold_name(name) for name in (family.code, family.ja, family.en)}:
            return family.code, True
    return text, family_of(text) is not None


def unknown_materials(values: Iterable[str]) -> tuple[str, ...]:
    """Return those of stored materials that the reference list does not know."""
    return tuple(value for value in values if not recognise(value)[1])
