"""Addresses that templates write."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, url_for
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.routing import BuildError


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


@pytest.mark.parametrize("mounted_at", ["", "/under"])
@given(
    endpoint=st.sampled_from(["companies.index", "registers.export", "web.language", "needs.show"]),
    values=st.dictionaries(
        st.sampled_from(["q", "register", "code", "need_id", "page", "_anchor", "加工"]),
        st.one_of(
            st.text(max_size=5),
            st.integers(0, 99),
            st.lists(st.text(max_size=3), max_size=2),
            st.none(),
            st.booleans(),
        ),
    ),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_addresses_in_templates_are_those_of_flask(
    app: Flask, mounted_at: str, endpoint: str, values: dict[str, Any]
) -> None:
    given: dict[str, Any] = {"register": "companies", "code": "en", "need_id": 7} | values
    address: Callable[..., str] = app.jinja_env.globals["url_for"]  # type: ignore[assignment]
    with app.test_request_context(environ_overrides={"SCRIPT_NAME": mounted_at}):
        try:
            expected = url_for(endpoint, **given)
        except (BuildError, ValueError, TypeError) as error:
            with pytest.raises(type(error)):
                address(endpoint, **given)
        else:
            assert address(endpoint, **given) == expected
