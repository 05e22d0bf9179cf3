"""The words in which the history of a proposal is told."""

from collections.abc import Mapping

from sme_match.matching.enums import WordChange, WordKind
from sme_match.reference.thesaurus import ThesaurusConcept
from sme_match.thesaurus.forms import WordForm, join_names
from sme_match.thesaurus.labels import WORD_KINDS
from sme_match.web.history import Vocabulary


def vocabulary_of(concepts: Mapping[str, ThesaurusConcept]) -> Vocabulary:
    """Return the labels of the fields and the words for codes."""
    return Vocabulary(
        labels={field.name: field.label.text for field in WordForm(WordChange.NEW)},
        words={
            "kind": lambda value: str(WORD_KINDS[WordKind(value)]),
            "broader": lambda codes: join_names([concepts[code].ja[0] for code in codes]),
        },
    )
