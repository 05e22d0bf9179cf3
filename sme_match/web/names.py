"""Names of reference data (prefectures, processes, materials …) in the reader's language."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol

from flask import Flask

from sme_match.reference import (
    agglomeration,
    certificates,
    jsic,
    materials,
    municipalities,
    prefectures,
    processes,
)
from sme_match.reference.lookup import Entry
from sme_match.web.languages import in_language

KEPT_NAMES = 8192
"""More than all lists hold in both languages."""


def init_app(app: Flask) -> None:
    """Make the names available in templates as filters."""
    for filter_ in (
        prefecture_name,
        municipality_name,
        jsic_name,
        process_name,
        material_name,
        certificate_name,
        agglomeration_name,
        place,
    ):
        app.jinja_env.filters[filter_.__name__] = filter_


@in_language
def prefecture_name(language: str, code: str | None) -> str:
    """Return the prefecture of a JIS X 0401 code."""
    return _name(language, prefectures.get_prefecture, code)


@in_language
def municipality_name(language: str, code: str | None) -> str:
    """Return the municipality of a JIS X 0402 code; nothing for an empty one."""
    return _name(language, municipalities.get_municipality, code)


class Located(Protocol):
    """Whatever lies in a municipality."""

    prefecture_code: Any
    municipality_code: Any


@in_language
def place(language: str, located: Located) -> str:
    """Return the place in the order of the language: 岩手県奥州市 / Oshu-shi, Iwate."""
    return _place(language, located.prefecture_code, located.municipality_code)


@lru_cache(KEPT_NAMES)
def _place(language: str, prefecture_code: str, municipality_code: str) -> str:
    parts = (
        _name(language, prefectures.get_prefecture, prefecture_code),
        _name(language, municipalities.get_municipality, municipality_code),
    )
    if language == "ja":
        return "".join(parts)
    return ", ".join(part for part in reversed(parts) if part)


@in_language
def jsic_name(language: str, code: str | None) -> str:
    """Return the industry of a JSIC code."""
    return _name(language, jsic.get_jsic, code)


@in_language
def process_name(language: str, code: str | None) -> str:
    """Return the process of a code of the reference list."""
    return _name(language, processes.get_process, code)


@in_language
def certificate_name(language: str, code: str | None) -> str:
    """Return the certificate of a code, or the free text that was given instead."""
    return _name(language, certificates.get_certificate, code)


@in_language
def agglomeration_name(language: str, code: str | None) -> str:
    """Return the type of agglomeration."""
    return _name(language, agglomeration.get_agglomeration_type, code)


@in_language
def material_name(language: str, code: str | None) -> str:
    """Return a material family by its code; designations such as SUS304 are their own name."""
    return _name(language, materials.get_family, code)


def _name(language: str, get: Callable[[str], Entry], code: str | None) -> str:
    return _name_in(language, get, code) if code else ""


@lru_cache(maxsize=KEPT_NAMES)
def _name_in(language: str, get: Callable[[str], Entry], code: str) -> str:
    try:
        return get(code).name(language)
    except KeyError:
        return code
