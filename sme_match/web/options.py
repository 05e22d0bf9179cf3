"""The options of select boxes over reference lists, written once in each language.

They make up most of a list page's markup and are the same on every page but for what is chosen.
"""

from collections.abc import Callable, Iterable
from functools import cache

from flask import Flask
from markupsafe import Markup, escape

from sme_match.reference.jsic import list_major_groups
from sme_match.reference.lookup import Entry
from sme_match.reference.prefectures import list_prefectures
from sme_match.reference.processes import list_process_groups, list_processes
from sme_match.web.languages import in_language


def init_app(app: Flask) -> None:
    """Give templates one function for each list; its argument is the code that is chosen."""
    for name, write in (
        ("prefecture_options", _prefectures),
        ("industry_options", _industries),
        ("process_options", _processes),
    ):
        app.jinja_env.globals[name] = _with_choice(cache(write))


def _with_choice(write: Callable[[str], str]) -> Callable[[str], Markup]:
    @in_language
    def options(language: str, chosen: str = "") -> Markup:
        written = write(language)
        value = f' value="{escape(chosen)}"'
        return Markup(written.replace(value, f"{value} selected"))  # noqa: S704 -- written below, escaped

    return options


def _prefectures(language: str) -> str:
    return _options(list_prefectures(), language)


def _industries(language: str) -> str:
    return _options(list_major_groups(), language)


def _processes(language: str) -> str:
    return "".join(
        f'<optgroup label="{escape(group.name(language))}">'
        f"{_options(list_processes(group.code), language)}</optgroup>"
        for group in list_process_groups()
    )


def _options(entries: Iterable[Entry], language: str) -> str:
    return "".join(
        f'<option value="{escape(entry.code)}">{escape(entry.name(language))}</option>'
        for entry in entries
    )
