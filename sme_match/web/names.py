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
from sme_match.web.languages import current_language

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


def prefecture_name(code: str) -> str:
    """Return the prefecture of a JIS X 0401 code."""
    return _name(prefectures.get_prefecture, code)


def municipality_name(code: str) -> str:
    """Return the municipality of a JIS X 0402 code; nothing for an empty one."""
    return _name(municipalities.get_municipality, code)


class Located(Protocol):
    """Whatever lies in a municipality."""

    prefecture_code: Any
    municipality_code: Any


def place(located: Located) -> str:
    """Return the place in the order of the language: 岩手県奥州市 / Oshu-shi, Iwate."""
    parts = (prefecture_name(located.prefecture_code), municipality_name(located.municipality_code))
    if current_language() == "ja":
        return "".join(parts)
    return ", ".join(part for part in reversed(parts) if part)


def jsic_name(code: str) -> str:
    """Return the industry of a JSIC code."""
    return _name(jsic.get_jsic, code)


def process_name(code: str) -> str:
    """Return the process of a code of the reference list."""
    return _name(processes.get_process, code)


def certificate_name(code: str) -> str:
    """Return the certificate of a code, or the free text that was given instead."""
    return _name(certificates.get_certificate, code)


def agglomeration_name(code: str) -> str:
    """Return the type of agglomeration."""
    return _name(agglomeration.get_agglomeration_type, code)


def material_name(code: str) -> str:
    """Return a material family by its code; designations such as SUS304 are their own name."""
    return _name(materials.get_family, code)


def _name(get: Callable[[str], Entry], code: str | None) -> str:
    return _name_in(current_language(), get, code) if code else ""


@lru_cache(maxsize=KEPT_NAMES)
def _name_in(language: str, get: Callable[[str], Entry], code: str) -> str:
    try:
        return get(code).name(language)
    except KeyError:
        return code
