"""The language of the reader: the account's, else the one chosen in this browser, else Japanese."""

from typing import cast

from flask import Flask, g, has_request_context, session
from flask_babel import Babel, get_locale
from flask_login import current_user

from sme_match.core.settings import Settings

LANGUAGES = {"ja": "日本語", "en": "English"}
DEFAULT = "ja"


def init_app(app: Flask, settings: Settings) -> None:
    """Set up the catalogues. Japanese is the language of the source and needs none."""
    app.config["BABEL_DEFAULT_LOCALE"] = DEFAULT
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Asia/Tokyo"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(settings.translations_folder)
    Babel(app, locale_selector=select_language)


def select_language() -> str:
    """Return the language of this request."""
    if not has_request_context():
        return DEFAULT
    if "language" not in g:
        chosen = session.get("language")
        if chosen is None and current_user.is_authenticated:
            chosen = current_user.language
        g.language = chosen if chosen in LANGUAGES else DEFAULT
    return cast("str", g.language)


def current_language() -> str:
    """Return `ja` or `en`."""
    locale = get_locale()
    return str(locale.language) if locale else DEFAULT
