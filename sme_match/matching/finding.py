"""Companies found by any text, and companies that are like another one. Nothing is recorded."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from sqlalchemy.orm import Session

from sme_match.companies.models import Company
from sme_match.core.actor import Actor
from sme_match.core.text import normalize_multiline, normalize_width
from sme_match.matching.corpus import load_corpus
from sme_match.matching.engine.conditions import CompanyFacts
from sme_match.matching.engine.documents import Document
from sme_match.matching.engine.finding import Close, find_alike, find_close
from sme_match.matching.queries import list_companies_by_id

LARGEST_TEXT = 100_000
"""Bytes in UTF-8: some fifty pages."""
SHOWN = 30
ALIKE_SHOWN = 12
LONGEST_CODE = 40


class Hint(StrEnum):
    """What about a text makes it hard to search by."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NO_WORDS = "no_words"
    """Signs and pictures only."""
    ONLY_DIGITS = "only_digits"
    ONE_CHARACTER = "one_character"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSearch:
    """What is searched for; the filters come from the URL."""

    text: str = ""
    prefecture: str = ""
    process: str = ""

    @classmethod
    def of(cls, arguments: Mapping[str, str]) -> Self:
        """Return the search that the arguments ask for."""
        return cls(
            text=normalize_multiline(arguments.get("q", "")),
            prefecture=normalize_width(arguments.get("prefecture", ""))[:LONGEST_CODE],
            process=normalize_width(arguments.get("process", ""))[:LONGEST_CODE],
        )

    @property
    def has_filters(self) -> bool:
        """Whether only some companies are looked at."""
        return bool(self.prefecture or self.process)

    def admits(self, facts: CompanyFacts) -> bool:
        """Tell whether a company passes the filters."""
        return (not self.prefecture or facts.prefecture == self.prefecture) and (
            not self.process or any(row.process == self.process for row in facts.rows)
        )

    @property
    def hint(self) -> Hint | None:
        """Return what makes the text hard to search by, None for an ordinary one."""
        letters = re.sub(r"[\W_]", "", self.text)
        if not self.text:
            return Hint.EMPTY
        if len(self.text.encode()) > LARGEST_TEXT:
            return Hint.TOO_LONG
        if not letters:
            return Hint.NO_WORDS
        if letters.isdigit():
            return Hint.ONLY_DIGITS
        return Hint.ONE_CHARACTER if len(letters) == 1 else None


@dataclass(frozen=True, slots=True)
class CloseCompany:
    """A company and why it was found."""

    company: Company
    close: Close


@dataclass(frozen=True, slots=True)
class FoundCompanies:
    """What a text found; `beside_filters` tells that more is found without the filters."""

    companies: Sequence[CloseCompany]
    looked_at: int
    beside_filters: bool


def find_companies(session: Session, actor: Actor, search: TextSearch) -> FoundCompanies:
    """Return the companies in reach of the actor's body that share most with a text."""
    index = load_corpus(session, body_id=actor.body_id or 0).index
    if search.hint in {Hint.EMPTY, Hint.TOO_LONG}:
        return FoundCompanies((), index.size, beside_filters=False)
    text = Document("", {"text": search.text})
    among = search.admits if search.has_filters else None
    found = find_close(text, index, top_k=SHOWN, among=among)
    return FoundCompanies(
        _named(session, actor, found),
        index.size,
        beside_filters=not found and search.has_filters and bool(index.search(text, top_k=1)),
    )


def find_similar_companies(
    session: Session, actor: Actor, company: Company
) -> Sequence[CloseCompany] | None:
    """Return the companies in reach of the actor's body whose profiles are most like this one.

    None when the company is not matched itself: a buyer, or one that left the register.
    """
    index = load_corpus(session, body_id=actor.body_id or 0).index
    if company.id not in index:
        return None
    return _named(session, actor, find_alike(company.id, index, top_k=ALIKE_SHOWN))


def _named(session: Session, actor: Actor, found: Sequence[Close]) -> list[CloseCompany]:
    companies = list_companies_by_id(session, actor, [int(each.key) for each in found])
    return [
        CloseCompany(companies[int(each.key)], each) for each in found if int(each.key) in companies
    ]
