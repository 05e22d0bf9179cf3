"""Several parts of an index find together what the whole finds, to the last bit."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_match.matching.engine.conditions import Condition
from sme_match.matching.engine.documents import BASELINE, Document, Settings
from sme_match.matching.engine.index import Index
from sme_match.matching.engine.match import MatchResult, MatchSettings, NeedValue, match
from sme_match.matching.engine.segment import Entry
from sme_match.matching.engine.shards import (
    Question,
    Terms,
    answer,
    explain_part,
    merge,
    rank_part,
    shards,
)
from sme_match.matching.engine.thesaurus import Concept, Thesaurus
from sme_match.needs.enums import ConditionKind as Kind
from sme_match.needs.enums import ConditionLevel as Level
from tests.matching.engine.shops import SHOPS, TODAY, needs
from tests.matching.engine.test_match import FACTS

THESAURUS = Thesaurus(
    [
        Concept("turning", "process", ("旋盤", "旋削", "turning")),
        Concept("stainless", "material", ("ステンレス", "SUS304")),
    ]
)
INDEXES = [
    Index.build(SHOPS, Settings(), thesaurus=THESAURUS, facts=FACTS),
    Index.build(SHOPS, BASELINE, facts=FACTS),
]
REPLACED = Document(2, {"process": "精密板金", "text": "旋盤もあります、Bearingの旋削"}, TODAY)
CHANGED = INDEXES[0].changed([REPLACED, Document(7, {"text": "めっきと旋削"})], removed=[3])
"""Two segments, with profiles that are gone."""

conditions = st.lists(
    st.sampled_from(
        [
            Condition(Kind.LOT, Level.MUST, 1),
            Condition(Kind.TOLERANCE_MM, Level.MUST, 0.02),
            Condition(Kind.PREFECTURE, Level.MUST, "03"),
            Condition(Kind.PREFECTURE, Level.WISH, "06"),
            Condition(Kind.PROCESS, Level.WISH, "turning"),
            Condition(Kind.CERTIFICATE, Level.MUST, "ISO 9001"),
        ]
    ),
    max_size=3,
).map(tuple)
terms = st.builds(
    Terms,
    today=st.just(TODAY),
    top_k=st.integers(0, 4),
    settings=st.builds(MatchSettings, near_misses=st.integers(0, 3)),
)


def together(index: Index, count: int, question: Question, terms: Terms) -> MatchResult:
    parts = shards(index, count)
    merged = merge([rank_part(part, question, terms) for part in parts], question, terms)
    explained = [explain_part(part, merged, question, terms) for part in parts]
    # Every candidate is explained once.
    assert sum(map(len, explained)) == len(merged.listed)
    return merged.with_explained({key: each[key] for each in explained for key in each})


@given(
    index=st.sampled_from([*INDEXES, CHANGED]),
    count=st.integers(1, 3),
    document=needs,
    conditions=conditions,
    excluded=st.frozensets(st.integers(1, 6), max_size=2),
    terms=terms,
)
def test_parts_find_together_what_the_whole_finds(
    *,
    index: Index,
    count: int,
    document: Document,
    conditions: tuple[Condition, ...],
    excluded: frozenset[int],
    terms: Terms,
) -> None:
    question = Question(NeedValue(document, conditions, frozenset(excluded)))
    whole = match(question.need, index, today=TODAY, top_k=terms.top_k, settings=terms.settings)

    assert together(index, count, question, terms) == whole


@given(document=needs, count=st.integers(1, 3))
def test_a_profile_that_is_read_differently_for_one_need_is_so_in_its_part(
    document: Document, count: int
) -> None:
    terms = Terms(TODAY, 4)
    question = Question(NeedValue(document), (Entry(REPLACED, FACTS[2]),))

    whole = INDEXES[0].changed([REPLACED], facts={2: FACTS[2]})
    expected = match(question.need, whole, today=TODAY, top_k=4)
    assert answer(INDEXES[0], question, terms) == expected
    assert together(INDEXES[0], count, question, terms) == expected


@given(document=needs)
def test_a_part_finds_the_same_in_another_process(document: Document) -> None:
    terms = Terms(TODAY, 4)
    question = Question(NeedValue(document, (Condition(Kind.LOT, Level.MUST, 1),)))
    for part in shards(CHANGED, 2):
        sent = pickle.loads(pickle.dumps(part))  # noqa: S301 -- it was written on this line
        assert answer(sent, question, terms) == answer(part, question, terms)


def test_there_are_no_more_parts_than_profiles_and_no_fewer_than_one() -> None:
    assert [part.size for part in shards(INDEXES[0], 4)] == [1, 2, 1, 2]
    assert [part.size for part in shards(INDEXES[0], 100)] == [1] * len(SHOPS)
    [empty] = shards(Index.build([]), 3)
    assert empty.size == 0
    with pytest.raises(ValueError, match="fewer parts than one"):
        shards(INDEXES[0], 0)


def test_answers_of_different_engines_are_not_mixed() -> None:
    question, terms = Question(NeedValue(Document("need", {"text": "旋盤"}))), Terms(TODAY, 4)
    answers = [rank_part(index, question, terms) for index in INDEXES]
    with pytest.raises(ValueError, match="not answered by the same engine"):
        merge(answers, question, terms)
