"""Materials by designation (JIS symbols and common names) and the families they belong to."""

import re
from dataclasses import dataclass
from functools import cache

from sme_match.core.text import normalize_width
from sme_match.reference.lookup import Entry, NameIndex
from sme_match.reference.tables import read_rows, split_list

# JIS symbols go on with the form (P sheet, B bar, TP pipe …) and, after a hyphen, the temper.
_TEMPER = re.compile(r"-[A-Z0-9/]{1,6}$")
_FORM = re.compile(r"(?<=[0-9A-Z])(?:CSP|WSP|BE|BD|TD|TE|TP|CP|HP|TK|PC|P|B|W|S|D)$")

# What follows the name of a family without changing it: アルミ板, ステンレスパイプ, ハステロイC22.
_SHAPE = re.compile(
    r"(?:[薄厚中鋼]?板|[丸角平]?棒|[丸角鋼]?管|パイプ|線材?|[形型]?材|材料|系|製|箔|合金|鋳物|ダイカスト|条|プレート|[A-Z]?-?\d+[A-Z]*)$"
)


@dataclass(frozen=True, slots=True)
class MaterialFamily(Entry):
    """A family such as ステンレス; `pattern` tells which symbols belong to it."""

    pattern: re.Pattern[str] | None
    synonyms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Material(Entry):
    """One material; its code is the designation. `standards` are the JIS numbers defining it."""

    family_code: str
    standards: tuple[str, ...]
    synonyms: tuple[str, ...]

    @property
    def designation(self) -> str:
        """The symbol as it stands on a drawing."""
        return self.code

    @property
    def family(self) -> MaterialFamily:
        """The family it belongs to."""
        return get_family(self.family_code)


@cache
def _families() -> dict[str, MaterialFamily]:
    return {
        row["code"]: MaterialFamily(
            code=row["code"],
            ja=row["ja"],
            en=row["en"],
            pattern=re.compile(row["pattern"]) if row["pattern"] else None,
            synonyms=split_list(row["synonyms"]),
        )
        for row in read_rows("material_families.csv")
    }


@cache
def _materials() -> dict[str, Material]:
    return {
        row["designation"]: Material(
            code=row["designation"],
            ja=row["ja"],
            en=row["en"],
            family_code=row["family"],
            standards=split_list(row["standard"]),
            synonyms=split_list(row["synonyms"]),
        )
        for row in read_rows("materials.csv")
    }


def list_families() -> tuple[MaterialFamily, ...]:
    """Return the families, the most used first."""
    return tuple(_families().values())


def get_family(code: str) -> MaterialFamily:
    """Return the family of a code.

    Raises:
        KeyError: There is no such code.
    """
    return _families()[code]


def list_materials(family_code: str | None = None) -> tuple[Material, ...]:
    """Return the materials of one family, or all.

    Raises:
        KeyError: There is no such family.
    """
    if family_code is not None:
        get_family(family_code)
    return tuple(
        material for material in _materials().values() if family_code in (None, material.family_code)
    )


def get_material(designation: str) -> Material:
    """Return the material of an exact designation.

    Raises:
        KeyError: There is no such designation.
    """
    return _materials()[designation]


@cache
def _material_index() -> NameIndex[Material]:
    return NameIndex(
        _materials().values(),
        lambda material: (material.code, *material.synonyms),
        lambda material: (material.ja, material.en),
    )


@cache
def _family_index() -> NameIndex[MaterialFamily]:
    return NameIndex(
        _families().values(),
        lambda family: (family.code, family.ja, family.en, *family.synonyms),
    )


def find_material(text: str) -> Material | None:
    """Return the material meant by a designation or a common name, or None.

    Form and temper behind a symbol are understood (A5052P-H34, SUS304-2B). A name that
    several materials share (機械構造用炭素鋼) finds nothing; `family_of` still does.
    """
    symbol = normalize_width(text).upper()
    stem = _TEMPER.sub("", symbol)
    for candidate in (symbol, stem, _FORM.sub("", stem)):
        found = _material_index().find(candidate)
        if found is not None:
            return found
    return None


def family_of(text: str) -> MaterialFamily | None:
    """Return the family of a material or family name, also of symbols that are not listed.

    Several names of one family (SUS304、SUS316) and additions (SUS304 t2.0) are that family;
    names of two families find nothing.
    """
    found = _family_of_one(text)
    if found is not None:
        return found
    parts = [part for part in re.split(r"[、,/・;及()\s]+", normalize_width(text)) if part]
    families = {family for part in parts if (family := _family_of_one(part)) is not None}
    return families.pop() if len(families) == 1 else None


def _family_of_one(text: str) -> MaterialFamily | None:
    found = _family_index().find(text)
    if found is not None:
        return found
    material = find_material(text)
    if material is not None:
        return material.family
    alike = {each.family_code for each in _material_index().find_all(text)}
    if len(alike) == 1:
        return get_family(alike.pop())
    symbol = re.sub(r"\s", "", normalize_width(text).upper())
    for family in list_families():
        if family.pattern is not None and family.pattern.fullmatch(symbol):
            return family
    return _family_index().find(_SHAPE.sub("", symbol))
