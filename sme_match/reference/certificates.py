"""Certificates, licences, approved plans and awards that a company can show."""

import re
from dataclasses import dataclass
from functools import cache

from sme_match.reference.lookup import Entry, NameIndex
from sme_match.reference.tables import read_rows, split_list

# "ISO 9001:2015" names the edition after a colon.
_EDITION = re.compile(r"[:：]\s*[0-9０-９]{4}\s*$")


@dataclass(frozen=True, slots=True)
class CertificateKind(Entry):
    """A heading under which certificates are offered."""


@dataclass(frozen=True, slots=True)
class Certificate(Entry):
    """One certificate."""

    kind_code: str
    synonyms: tuple[str, ...]

    @property
    def kind(self) -> CertificateKind:
        """The heading it stands under."""
        return _kinds()[self.kind_code]


@cache
def _kinds() -> dict[str, CertificateKind]:
    return {
        row["code"]: CertificateKind(code=row["code"], ja=row["ja"], en=row["en"])
        for row in read_rows("certificate_kinds.csv")
    }


@cache
def _certificates() -> dict[str, Certificate]:
    return {
        row["code"]: Certificate(
            code=row["code"],
            ja=row["ja"],
            en=row["en"],
            kind_code=row["kind"],
            synonyms=split_list(row["synonyms"]),
        )
        for row in read_rows("certificates.csv")
    }


def list_certificate_kinds() -> tuple[CertificateKind, ...]:
    """Return the kinds in the order of a form."""
    return tuple(_kinds().values())


def list_certificates(kind_code: str | None = None) -> tuple[Certificate, ...]:
    """Return the certificates of one kind, or all.

    Raises:
        KeyError: There is no such kind.
    """
    if kind_code is not None and kind_code not in _kinds():
        raise KeyError(kind_code)
    return tuple(each for each in _certificates().values() if kind_code in (None, each.kind_code))


def get_certificate(code: str) -> Certificate:
    """Return the certificate of a code.

    Raises:
        KeyError: There is no such code.
    """
    return _certificates()[code]


def _names(certificate: Certificate) -> tuple[str, ...]:
    return (
        certificate.code,
        certificate.ja,
        certificate.ja.partition("（")[0],
        certificate.en,
        certificate.en.partition(" (")[0],
        *certificate.synonyms,
    )


@cache
def _index() -> NameIndex[Certificate]:
    return NameIndex(_certificates().values(), _names)


def find_certificate(text: str) -> Certificate | None:
    """Return the certificate meant by a name, with or without its edition, or None."""
    return _index().find(_EDITION.sub("", text))
