"""The words of the trade in Japanese and English: what is a name of the same thing, and of what.

Processes, materials, families and certificates bring their names from their own lists;
`thesaurus.csv` adds what they lack and everything else.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeAlias

from sme_match.reference.certificates import list_certificates
from sme_match.reference.lookup import Entry, fold_name
from sme_match.reference.materials import list_families, list_materials
from sme_match.reference.processes import list_processes
from sme_match.reference.tables import read_rows, split_list

KINDS: Final = ("process", "material", "machine", "certificate", "trade")

# Designations and synonyms that, standing alone in a sentence, mostly mean something else: a
# personal computer, watts, the day of the week, money. Their longer names stay.
_AMBIGUOUS: Final = frozenset(
    ("PC", "W", "PI", "EP", "CR", "PF", "PS", "PE", "CE", "FA", "AL", "金", "木", "石")
)
_JAPANESE: Final = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]")
_LETTER: Final = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class ThesaurusConcept:
    """A concept with its names, the usual one first; `broader` are codes it belongs to."""

    code: str
    kind: str
    ja: tuple[str, ...]
    en: tuple[str, ...]
    broader: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """All names in both languages."""
        return _distinct((*self.ja, *self.en))


@cache
def list_concepts() -> tuple[ThesaurusConcept, ...]:
    """Return all concepts that ship with the programme.

    A synonym of a process, a material or a certificate that is a name in `thesaurus.csv`, or the
    name of another entry, belongs to that alone: 硬質クロムめっき is a concept of its own there and
    still a kind of めっき.
    """
    written = {concept.code: concept for concept in _written()}
    owners = _owners(written.values())
    shipped = {concept.code: concept for concept in _shipped(owners)}
    extended = [_extend(concept, written.get(concept.code)) for concept in shipped.values()]
    added = [concept for concept in written.values() if concept.code not in shipped]
    return (*extended, *added)


def _owners(written: Iterable[ThesaurusConcept]) -> dict[str, str]:
    """Return whose name each name is, where that is not open to question."""
    owners: dict[str, str] = {}
    for material in list_materials():
        names = (material.designation, material.ja, material.en)
        owners |= {fold_name(name): material.code for name in names}
    for entry in (*list_processes(), *list_certificates()):
        owners |= {fold_name(name): entry.code for name in _bare(entry)}
    for concept in written:
        owners |= {fold_name(label): concept.code for label in concept.labels}
    return owners


def _written() -> Iterator[ThesaurusConcept]:
    for row in read_rows("thesaurus.csv"):
        yield ThesaurusConcept(
            row["code"],
            row["kind"],
            _distinct((row["ja"], *split_list(row["synonyms_ja"]))),
            _distinct((row["en"], *split_list(row["synonyms_en"]))),
            split_list(row["broader"]),
        )


def _shipped(owners: dict[str, str]) -> Iterator[ThesaurusConcept]:
    for code, kind, names, synonyms, broader in _listed(owners):
        free = (each for each in synonyms if owners.get(fold_name(each), code) == code)
        said = [each for each in (*names, *free) if each not in _AMBIGUOUS and _LETTER.search(each)]
        yield ThesaurusConcept(code, kind, *_by_language(said), broader)


_Listed: TypeAlias = tuple[str, str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def _listed(owners: dict[str, str]) -> Iterator[_Listed]:
    """Yield code, kind, names, synonyms and broader concepts of what other lists hold."""
    for process in list_processes():
        yield process.code, "process", _bare(process), process.synonyms, ()
    for family in list_families():
        yield f"family_{family.code}", "material", (family.ja, family.en), family.synonyms, ()
    shared = Counter(material.ja for material in list_materials())
    for material in list_materials():
        # A name that several grades share is a concept of its own, and they stand under it.
        alone = shared[material.ja] == 1
        names = (material.designation, *((material.ja, material.en) if alone else ()))
        above = f"family_{material.family_code}" if alone else owners[fold_name(material.ja)]
        yield material.code, "material", names, material.synonyms, (above,)
    for certificate in list_certificates():
        yield certificate.code, "certificate", _bare(certificate), certificate.synonyms, ()


def _bare(entry: Entry) -> tuple[str, str]:
    """Return both names without what stands in brackets."""
    return entry.ja.partition("（")[0], entry.en.partition(" (")[0]


def _by_language(names: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the Japanese and the English names; what is the same in both stands in both."""
    known = _distinct(names)
    japanese = tuple(name for name in known if _JAPANESE.search(name))
    latin = tuple(name for name in known if not _JAPANESE.search(name))
    return japanese or latin, latin


def _extend(shipped: ThesaurusConcept, more: ThesaurusConcept | None) -> ThesaurusConcept:
    if more is None:
        return shipped
    return ThesaurusConcept(
        shipped.code,
        shipped.kind,
        _distinct((*shipped.ja, *more.ja)),
        _distinct((*shipped.en, *more.en)),
        _distinct((*shipped.broader, *more.broader)),
    )


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))
