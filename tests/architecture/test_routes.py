"""Every page carries an access rule, and the open ones are known by name."""

from config import load_settings
from sme_match.app import create_app
from sme_match.web.access import rule_of

OPEN = {
    "web.language",
    "web.health",
    "web.ready",
    "home.accessibility",
    "home.privacy",
    "home.contact",
    "accounts.sign_in",
    "accounts.enter_code",
    # What signed links open; the link itself is the permission.
    "accounts.accept",
    "accounts.request_reset",
    "accounts.reset",
    "meetings.reply_by_link",
    "meetings.preparation_by_link",
    "meetings.connection_test",
    "meetings.feed",
    "events.mine_by_link",
    "events.room_by_link",
    "events.calendar_by_link",
    "events.answer_by_link",
    "home.stop_digest",
    "outcomes.report_by_link",
    "outcomes.thanks",
    # The developers' mailbox: 404 in production.
    "notifications.index",
    "notifications.show",
}


def test_every_endpoint_carries_a_rule_and_the_open_ones_are_listed() -> None:
    app = create_app(load_settings({"SME_MATCH_ENV": "test", "DATABASE_URL": "sqlite://"}))
    views = {name: view for name, view in app.view_functions.items() if name != "static"}
    assert {name for name, view in views.items() if rule_of(view) is None} == set()
    assert {name for name, view in views.items() if rule_of(view) == frozenset()} == OPEN
