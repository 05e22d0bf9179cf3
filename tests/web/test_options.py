"""Options of select boxes over reference lists."""

import pytest
from flask import Flask, g

from sme_match.reference.prefectures import list_prefectures
from sme_match.reference.processes import list_processes


def options(app: Flask, call: str, language: str = "ja") -> str:
    with app.test_request_context():
        g.language = language
        return app.jinja_env.from_string("{{ " + call + " }}").render()


def test_the_chosen_one_is_selected_and_no_other(app: Flask) -> None:
    shown = options(app, "prefecture_options('03')")
    assert '<option value="03" selected>岩手県</option>' in shown
    assert (shown.count("<option "), shown.count(" selected")) == (len(list_prefectures()), 1)


@pytest.mark.parametrize("odd", ["", "nonsense", '03" onfocus="'])
def test_an_unknown_code_selects_nothing(app: Flask, odd: str) -> None:
    with app.test_request_context():
        template = app.jinja_env.from_string("{{ prefecture_options(odd) }}")
        assert template.render(odd=odd) == template.render(odd="")


def test_processes_stand_under_their_groups(app: Flask) -> None:
    shown = options(app, "process_options('turning')")
    assert shown.startswith("<optgroup ")
    assert (shown.count("<option "), shown.count(" selected")) == (len(list_processes()), 1)


def test_names_are_in_the_language_of_the_reader(app: Flask) -> None:
    assert '<option value="03">Iwate' in options(app, "prefecture_options()", "en")
