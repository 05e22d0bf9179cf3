"""Phrases of templates: in the reader's language, with values escaped."""

from flask import Flask, g
from flask_babel import force_locale, gettext
from markupsafe import Markup

from sme_match.matching.enums import ProposalState
from sme_match.meetings.enums import MeetingState
from sme_match.web.languages import translate


def test_a_phrase_keeps_its_markup_and_escapes_its_values(app: Flask) -> None:
    with app.test_request_context():
        found = translate("<b>%(name)s</b>は100%%です", name="<i>")
    assert found == Markup("<b>&lt;i&gt;</b>は100%です")


def test_each_language_has_its_own_words(app: Flask) -> None:
    found = []
    for language in ("ja", "en", "ja"):
        with app.test_request_context():
            g.language = language
            shown = app.jinja_env.from_string("{{ _('登録企業') }}").render()
            with force_locale(language):
                found.append((shown, gettext("登録企業")))
    assert [shown for shown, _ in found] == [expected for _, expected in found]


def test_members_that_are_equal_as_texts_have_words_of_their_own(app: Flask) -> None:
    label = app.jinja_env.filters["label"]
    with app.test_request_context():
        assert label(MeetingState.HELD) == "実施"
        assert label(ProposalState.HELD) == "保留"
        assert label(None) == ""
