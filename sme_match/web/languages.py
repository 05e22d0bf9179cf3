"""The language of a page: the one its address names (`?lang=en`), else that of the reader.

The reader's is the one chosen in this browser, else the account's, else Japanese.
"""

from collections.abc import Callable
from functools import cache, cached_property, lru_cache, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from babel.core import Locale
from babel.support import NullTranslations
from flask import Flask, g, has_request_context, request, session
from flask_babel import Babel, Domain, force_locale, get_locale, get_translations
from flask_login import current_user
from markupsafe import Markup

from sme_match.core.settings import Settings

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

LANGUAGES = {"ja": "日本語", "en": "English"}
DEFAULT = "ja"
_UNBOUND = "in_language"
KEPT_PHRASES = 4096
"""More than the templates hold in both languages."""


class _Catalogues(Domain):
    """The catalogues by language: Flask-Babel writes out the whole locale for every phrase."""

    def __init__(self, **options: str) -> None:
        super().__init__(**options)
        self._by_language: dict[str, NullTranslations] = {}

    def get_translations(self) -> NullTranslations:
        """Return the catalogue of the language of the request."""
        locale = get_locale()
        language: str = locale.language if locale else ""
        if language not in self._by_language:
            self._by_language[language] = super().get_translations()
        return self._by_language[language]


class _Babel(Babel):
    @cached_property
    def domain_instance(self) -> Domain:
        """Return the catalogues of this application."""
        return _Catalogues(domain=self.domain)


def init_app(app: Flask, settings: Settings) -> None:
    """Set up the catalogues. Japanese is the language of the source and needs none."""
    app.config["BABEL_DEFAULT_LOCALE"] = DEFAULT
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Asia/Tokyo"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(settings.translations_folder)
    _Babel(app, locale_selector=_current_locale)
    # A page translates hundreds of phrases; Flask-Babel finds catalogue and locale anew for each.
    app.jinja_env.globals["_"] = app.jinja_env.globals["gettext"] = translate


def _current_locale() -> Locale:
    return _locale(current_language())


@cache
def _locale(language: str) -> Locale:
    """Return the locale of a language; Babel takes one as it is, but reads a name anew each time."""
    return Locale.parse(language)


def current_language() -> str:
    """Return the language of this request: `ja` or `en`."""
    if not has_request_context():
        return DEFAULT
    language: str | None = g.get("language")
    if language is None:
        named = request.args.get("lang")
        chosen = named if named in LANGUAGES else session.get("language")
        if chosen is None and current_user.is_authenticated:
            chosen = current_user.language
        language = g.language = chosen if chosen in LANGUAGES else DEFAULT
    return language


def in_language(
    write: Callable[Concatenate[str, Arguments], Answer],
) -> Callable[Arguments, Answer]:
    """Give the function the language of the request as its first argument.

    Templates are compiled for one language, and there take the function itself (`unbound`): to ask
    for the language at each of hundreds of calls takes longer than most of them do.
    """

    @wraps(write)
    def written(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
        return write(current_language(), *args, **kwargs)

    setattr(written, _UNBOUND, write)
    return written


def unbound(function: object) -> Callable[..., Any] | None:
    """Return the function behind one of `in_language`; None for any other."""
    found: Callable[..., Any] | None = getattr(function, _UNBOUND, None)
    return found


@in_language
def translate(language: str, /, text: str, **values: object) -> Markup:
    """Return a phrase of a template in the language of the page.

    The phrase itself is trusted markup, as in Jinja's own i18n; values are escaped.
    """
    if values:
        return _phrase(language, str(text)) % values
    return _plain_phrase(language, str(text))


def message(text: str, /, **values: object) -> str:
    """Return a message of the code in the language of the request, as plain text.

    For functions that word hundreds of values of a page; the library's own finds catalogue and locale
    anew each time.
    """
    found = _message(current_language(), text)
    return found % values if values else found


@lru_cache(maxsize=KEPT_PHRASES)
def _message(language: str, text: str) -> str:
    return str(_phrase(language, text))


@lru_cache(maxsize=KEPT_PHRASES)
def _plain_phrase(language: str, text: str) -> Markup:
    # Formatting also turns the %% of the catalogue into %.
    return _phrase(language, text) % {}


@lru_cache(maxsize=KEPT_PHRASES)
def _phrase(language: str, text: str) -> Markup:
    with force_locale(language):
        return Markup(get_translations().ugettext(text))  # noqa: S704 -- catalogue, not user input
