"""No body ever sees or changes what belongs to another: every URL, every role, foreign ids."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.schema import METADATA
from sme_match.web.access import rule_of
from tests.architecture.region import Side, build_side
from tests.client import Client
from tests.factories import make_user

OWN, FOREIGN = "自社側", "カナリア側"
FIXED = {"code": "en", "filename": "css/app.css"}
"""URL parts that name no record."""
SHARED_BY_DESIGN = {"static", "web.language", "notifications.index", "notifications.show"}
NAMES_BODIES = {"events.create"}
"""Any body can be asked to host an event: staff know the names of all of them."""
REFUSED = {403, 404}
# Their numbers come with the installation, not with a body: only administrators open them.
FOR_ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


@pytest.fixture
def sides(database: Database) -> tuple[Side, Side]:
    with database.unit_of_work() as session:
        own, foreign = build_side(session, OWN), build_side(session, FOREIGN)
        own.users[Role.ADMINISTRATOR] = make_user(session, None, Role.ADMINISTRATOR)
    return own, foreign


def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint not in SHARED_BY_DESIGN]


def address(app: Flask, rule: Rule, ids: dict[str, int | str]) -> str:
    """Fill the URL with ids; a part that is no id takes the first value its converter allows."""
    values: dict[str, Any] = {}
    for part in rule.arguments:
        if part in ids:
            values[part] = ids[part]
        elif part in FIXED:
            values[part] = FIXED[part]
        else:
            converter = rule._converters[part]
            choices = sorted(getattr(converter, "items", ())) or sorted(PLAIN_PARTS.get(part, ()))
            assert choices, f"Say in this test what <{part}> of {rule.rule} is."
            values[part] = choices[0]
    with app.test_request_context():
        path = app.url_map.bind("localhost").build(rule.endpoint, values)
    return str(path)


PLAIN_PARTS: dict[str, tuple[str, ...]] = {
    "register": ("companies",),
    "step": ("company",),
    "key": ("meetings",),
    "format": ("xlsx",),
    # Words and proposals for them are shared by the installation.
    "entry_id": ("1",),
    "place": ("0",),
    "series_id": ("1",),
    "year": ("2026",),
}


def names_records(rule: Rule, ids: dict[str, int | str]) -> bool:
    return any(part in ids and part != "token" for part in rule.arguments)


def contents(database: Database) -> dict[str, list[str]]:
    """Everything stored, except what signing in itself writes."""
    with database.reading() as session:
        return {
            table.name: sorted(repr(row) for row in session.execute(select(table)))
            for table in METADATA.sorted_tables
            if table.name not in {"user_session", "attempt_counter"}
        }


def test_ids_of_another_body_are_refused_for_every_role_and_nothing_changes(
    app: Flask, client: Client, database: Database, sides: tuple[Side, Side]
) -> None:
    own, foreign = sides
    before = contents(database)
    answered = []
    for role, user in own.users.items():
        client.sign_in(user.id)
        for rule in rules(app):
            allowed = rule_of(app.view_functions[rule.endpoint]) or frozenset()
            if not names_records(rule, foreign.ids) or role in (allowed & FOR_ADMINISTRATORS):
                continue
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                path = address(app, rule, foreign.ids)
                response = client.open(path, method)
                if response.status_code not in REFUSED or FOREIGN in response.text:
                    answered.append((role.value, method, path, response.status_code))
    assert answered == []
    assert contents(database) == before


def test_there_was_something_to_leak(app: Flask, client: Client, sides: tuple[Side, Side]) -> None:
    _, foreign = sides
    opened, unseen = set(), set()
    for user in foreign.users.values():
        client.sign_in(user.id)
        for rule in rules(app):
            # What a link opens is tested with such a link.
            by_link = "token" in rule.arguments
            if names_records(rule, foreign.ids) and "GET" in (rule.methods or set()) and not by_link:
                response = client.get(address(app, rule, foreign.ids))
                if response.status_code < 400:
                    opened.add(rule.endpoint)
                else:
                    unseen.add(rule.endpoint)
    administrators_only = {
        rule.endpoint
        for rule in rules(app)
        if rule_of(app.view_functions[rule.endpoint]) == FOR_ADMINISTRATORS
    }
    assert unseen - opened - administrators_only == set()


def test_lists_and_exports_never_show_another_body(
    app: Flask, client: Client, sides: tuple[Side, Side]
) -> None:
    own, foreign = sides
    shown_to_owner, leaked = set(), []
    for side in sides:
        for role, user in side.users.items():
            client.sign_in(user.id)
            for rule in rules(app):
                if rule.arguments & foreign.ids.keys() or "GET" not in (rule.methods or set()):
                    continue
                if rule.endpoint in NAMES_BODIES:
                    continue
                allowed = rule_of(app.view_functions[rule.endpoint]) or frozenset()
                response = client.get(address(app, rule, {}))
                found = FOREIGN.encode() in response.data
                if side is foreign and found:
                    shown_to_owner.add(rule.endpoint)
                if side is own and found and role not in (allowed & FOR_ADMINISTRATORS):
                    leaked.append((role.value, rule.rule))
    assert [entry for entry in leaked if not entry[1].startswith("/mailbox")] == []
    assert {"companies.index", "needs.index", "meetings.index"} <= shown_to_owner


def test_a_stranger_is_sent_to_sign_in_or_refused(
    app: Flask, client: Client, sides: tuple[Side, Side]
) -> None:
    _, foreign = sides
    let_in = []
    for rule in rules(app):
        allowed = rule_of(app.view_functions[rule.endpoint])
        if allowed == frozenset():
            continue
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            response = client.open(address(app, rule, foreign.ids), method)
            sent = response.status_code == 302 and "/sign-in" in response.location
            if not sent and response.status_code not in {401, 403, 404}:
                let_in.append((method, rule.rule, response.status_code))
    assert let_in == []
