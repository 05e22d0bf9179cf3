"""What is fixed in a template is written out once for each language and mount point."""

import pytest
from flask import Flask, g, render_template
from jinja2 import DictLoader

TEMPLATES = {
    "page.html": (
        "{% extends 'frame.html' %}{% from 'parts.html' import item %}"
        "{% block main %}{{ _('%(count)s件', count=count) }} {{ item(_('登録企業')) }}{% endblock %}"
    ),
    "frame.html": (
        "{{ _('登録企業') }} {{ url_for('companies.index') }} {% block main %}{% endblock %}"
        "{{ _(word) }} {{ ic('warn') }}"
    ),
    "parts.html": (
        "{% macro item(text) %}<b>{{ text }}</b>{{ url_for('web.language', code='en') }}{% endmacro %}"
    ),
}


@pytest.fixture
def pages(app: Flask) -> Flask:
    app.jinja_loader = DictLoader(TEMPLATES)
    return app


def shown(app: Flask, language: str, mounted_at: str = "") -> str:
    with app.test_request_context(environ_overrides={"SCRIPT_NAME": mounted_at}):
        g.language = language
        return render_template("page.html", count=3, word="登録企業")


def test_each_reader_gets_the_page_in_the_own_language(pages: Flask) -> None:
    japanese = ("ja", "登録企業", "3件")
    for language, words, count in (japanese, ("en", "Companies", "3"), japanese):
        head, _, main = shown(pages, language).partition(" /companies/ ")
        assert head == words
        assert main.startswith(f"{count} <b>{words}</b>/language/en{words} <svg ")


def test_addresses_in_a_page_begin_where_the_service_is_mounted(pages: Flask) -> None:
    for mounted_at in ("", "/under", ""):
        page = shown(pages, "ja", mounted_at)
        assert f" {mounted_at}/companies/ " in page
        assert f"</b>{mounted_at}/language/en" in page
        assert f'href="{mounted_at}/static/img/icons.svg?v=' in page


def test_a_phrase_that_looks_like_markup_stays_what_the_catalogue_says(pages: Flask) -> None:
    pages.jinja_loader = DictLoader(
        {"page.html": "{{ _('<b>100%%</b>') }}{{ _('<i>%(x)s</i>', x='<') }}"}
    )
    assert shown(pages, "ja") == "<b>100%</b><i>&lt;</i>"
