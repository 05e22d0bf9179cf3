"""Addresses that templates write."""

import pytest
from flask import Flask


@pytest.mark.parametrize("mounted_at", ["", "/under"])
def test_addresses_begin_where_the_service_is_mounted(app: Flask, mounted_at: str) -> None:
    template = app.jinja_env.from_string(
        "{{ url_for('companies.index') }} {{ url_for('companies.index', page=2) }}"
    )
    with app.test_request_context(environ_overrides={"SCRIPT_NAME": mounted_at}):
        assert template.render() == f"{mounted_at}/companies/ {mounted_at}/companies/?page=2"


def test_the_address_of_a_file_changes_with_its_content(app: Flask) -> None:
    template = app.jinja_env.from_string("{{ asset('css/app.css') }} {{ asset('js/app.js') }}")
    with app.test_request_context():
        first, second = template.render().split()
    assert first.partition("?v=")[0] == "/static/css/app.css"
    assert first.partition("?v=")[2] != second.partition("?v=")[2] != ""
