"""The address of the open page with other arguments: sorting, paging, tabs."""

import pytest
from flask import Flask

from sme_match.web.shell import here


@pytest.mark.parametrize(
    ("opened", "changes", "expected"),
    [
        ("/companies/?q=旋盤&page=3", {"page": None}, "/companies/?q=%E6%97%8B%E7%9B%A4"),
        ("/companies/?page=3", {"page": None}, "/companies/"),
        ("/companies/", {"page": 2}, "/companies/?page=2"),
        (
            "/statistics/official?prefecture=03&prefecture=06",
            {"page": 2},
            "/statistics/official?prefecture=03&prefecture=06&page=2",
        ),
        ("/companies/?endpoint=x&_external=1&q=a", {}, "/companies/?q=a"),
        ("/companies/?q=a%26b%22", {}, "/companies/?q=a%26b%22"),
    ],
)
def test_arguments_are_kept_changed_and_taken_away(
    app: Flask, opened: str, changes: dict[str, object], expected: str
) -> None:
    with app.test_request_context(opened):
        assert here(changes) == expected


def test_it_begins_where_the_service_is_mounted(app: Flask) -> None:
    with app.test_request_context("/needs/", environ_overrides={"SCRIPT_NAME": "/under"}):
        assert here({"page": 2}) == "/under/needs/?page=2"
