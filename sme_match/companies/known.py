"""The companies of one body held in memory, to recognise them in the rows of a file."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from itertools import chain
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.companies.models import Company
from sme_match.core.text import digits_only, fold_for_search

SHORTEST_PHONE = 9
"""Digits below which a phone number says nothing about a company."""
SHARED_PHONE = 20
"""How many of the companies with one number are looked at: more share the desk of somebody else."""


class Likeness(Enum):
    """Why a row may be a registered company, the surest first."""

    ID = "id"
    NUMBER = "number"
    NAME = "name"
    PHONE = "phone"


class KnownCompany(NamedTuple):
    """What recognising a company needs."""

    id: int
    version: int
    name: str
    prefecture_code: str
    municipality_code: str
    corporate_number: str | None
    phone: str
    is_buyer: bool
    archived: bool


@dataclass(frozen=True, slots=True)
class Match:
    """A registered company and why a row may be it."""

    company: KnownCompany
    likeness: Likeness


class KnownCompanies:
    """The register of one body by id, 法人番号, folded name and phone."""

    def __init__(self, companies: Iterable[KnownCompany]) -> None:
        """Build the four indexes."""
        found = list(companies)
        self.by_id = {company.id: company for company in found}
        self._by_number = _group(found, lambda company: company.corporate_number)
        self._by_name = _group(found, lambda company: fold_for_search(company.name))
        self._by_phone = _group(found, lambda company: phone_key(company.phone))

    @classmethod
    def load(cls, session: Session, body_id: int) -> "KnownCompanies":
        """Read the companies of a body, archived ones included: their numbers are taken too."""
        rows = session.execute(
            select(
                Company.id,
                Company.version,
                Company.name,
                Company.prefecture_code,
                Company.municipality_code,
                Company.corporate_number,
                Company.phone,
                Company.is_buyer,
                Company.archived_at.is_not(None),
            )
            .where(Company.body_id == body_id)
            .order_by(Company.id)
        )
        return cls(KnownCompany(*row) for row in rows)

    def by_number(self, number: str | None) -> KnownCompany | None:
        """Return the company of a 法人番号, which is unique in a body."""
        return next(iter(self._by_number.get(number, ())), None) if number else None

    def by_name(self, name: str, prefecture_code: str = "") -> list[KnownCompany]:
        """Return the companies of a name, whatever its company form and width.

        A prefecture that either side does not know excludes nothing.
        """
        return [
            company
            for company in self._by_name.get(fold_for_search(name), ())
            if not prefecture_code or company.prefecture_code in {"", prefecture_code}
        ]

    def find(self, *, number: str | None, name: str, prefecture_code: str, phone: str) -> Match | None:
        """Return the company that a row most likely is: by number, then name and place, then phone.

        Two different numbers are two companies, however alike the rest.
        """
        company = self.by_number(number)
        if company is not None:
            return Match(company, Likeness.NUMBER)
        phones = self._by_phone.get(phone_key(phone) or "", ())
        alike = chain(
            ((each, Likeness.NAME) for each in self.by_name(name, prefecture_code)),
            ((each, Likeness.PHONE) for each in phones[:SHARED_PHONE]),
        )
        candidates = (
            Match(each, likeness)
            for each, likeness in alike
            if not (number and each.corporate_number and each.corporate_number != number)
        )
        return next(candidates, None)


def phone_key(phone: str) -> str | None:
    """Return the digits of a phone number, None when they are too few to tell companies apart."""
    digits = digits_only(phone)
    return digits if len(digits) >= SHORTEST_PHONE else None


def _group(
    companies: Iterable[KnownCompany], key: Callable[[KnownCompany], str | None]
) -> dict[str, list[KnownCompany]]:
    groups: dict[str, list[KnownCompany]] = defaultdict(list)
    # One that is still in the register comes before one that left it.
    for company in sorted(companies, key=lambda company: company.archived):
        value = key(company)
        if value:
            groups[value].append(company)
    return dict(groups)
