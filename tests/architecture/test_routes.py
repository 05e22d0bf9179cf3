"""Every page carries an access rule, and the rules are those that are written down."""

from config import load_settings
from sme_match.app import create_app
from sme_match.web.access import rule_of
from tests.architecture.roles import ANYONE, ROLES


def test_every_endpoint_carries_the_rule_that_is_written_down() -> None:
    app = create_app(load_settings({"SME_MATCH_ENV": "test", "DATABASE_URL": "sqlite://"}))
    rules = {name: rule_of(view) for name, view in app.view_functions.items() if name != "static"}
    assert rules == {**ROLES, **dict.fromkeys(ANYONE, frozenset())}
