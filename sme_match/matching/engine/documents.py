"""What the engine compares: keyed texts in named fields, and the settings of the comparison."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple, TypeAlias

Key: TypeAlias = int | str
"""The identity of a company or a need outside the engine."""


@dataclass(frozen=True, slots=True)
class Document:
    """A profile or a need as text in named fields.

    Each line of a field is a passage: one capability row, one piece of past work. The engine
    looks at the whole and at the best single passage, so what belongs together (process,
    material, machine of one row) should stand on one line.
    """

    key: Key
    fields: Mapping[str, str]
    updated_on: date | None = None

    def passages(self) -> Iterator["Passage"]:
        """Yield the lines that hold text, with their place in their field."""
        for name, text in self.fields.items():
            start = 0
            for line in text.splitlines(keepends=True):
                if line.strip():
                    yield Passage(name, start, line.rstrip("\r\n"))
                start += len(line)


class Passage(NamedTuple):
    """One line of a field and where it begins there."""

    field: str
    start: int
    text: str


class Weighting(StrEnum):
    """How often and how rare a term must be to count."""

    BM25 = "bm25"
    """Saturating term frequency; the similarity is the share of the need that is covered."""
    TFIDF = "tfidf"
    """Sublinear TF-IDF and cosine: the documented baseline."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The few numbers of the text comparison, each with its reason.

    `cjk_weight`, `latin_weight`: sub-words help against spelling variants, but words decide.
    `saturation` (k1 of BM25): 0.5; texts are short, so that a second mention says little. Between
    0.4 and 0.6 no set of needs changes by more than 0.004; the usual 1.2 is a little worse on all.
    `length_penalty` (b of BM25, for each line): 0.6; within one line, words beside the point do
    dilute it, as far as they are rare. Between 0.5 and 0.75 no set of needs changes by more than 0.005.
    Many lines are no fault: they document more work done.
    `passage_share`: the whole profile and its best line count half each; the first knows how
    broad a company is, the second that the words belong to one and the same job.
    `concept_weight`: what the thesaurus adds for other words of the same thing; between 0.1 and
    1 it hardly matters how much.
    `field_weights`: a field that is not named weighs 1. The process is the heading of a row; a
    need that led to an order says more about a company than one that it was accepted for.
    """

    weighting: Weighting = Weighting.BM25
    cjk_weight: float = 0.5
    latin_weight: float = 0.1
    concept_weight: float = 0.5
    saturation: float = 0.5
    length_penalty: float = 0.6
    passage_share: float = 0.5
    field_weights: Mapping[str, float] = field(default_factory=lambda: {"process": 2.0, "deals": 2.0})

    def field_weight(self, name: str) -> float:
        """Return how much a term in this field counts beside the same term elsewhere."""
        return self.field_weights.get(name, 1.0)

    def as_dict(self) -> dict[str, object]:
        """Return the settings as plain data, for the record of a run."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return plain | {
            "weighting": self.weighting.value,
            "field_weights": dict(self.field_weights),
        }

    @property
    def full_similarity(self) -> float:
        """Return the similarity that counts as a full match of the text.

        A profile of ordinary length that names everything of the need exactly once reaches
        1 / (1 + k1) under BM25, because repetition still adds to it; a cosine reaches 1.
        """
        return 1 / (1 + self.saturation) if self.weighting is Weighting.BM25 else 1.0


BASELINE: Final = Settings(
    weighting=Weighting.TFIDF,
    cjk_weight=0,
    latin_weight=0,
    concept_weight=0,
    passage_share=0,
    field_weights={},
)
"""scikit-learn TF-IDF with cosine over words, the reference that the default must beat."""
