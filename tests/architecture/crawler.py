"""A crawler that opens every URL as everybody and asks eight questions of each answer.

Two bodies keep records of every kind; nothing is shared between them (what was, was withdrawn), so
whatever one learns of the other, or does to it, is a fault. The questions (`Oracle`) do not know the
pages: a new page is asked them as soon as it has a URL.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.etree.ElementTree import Element
from zipfile import ZipFile, is_zipfile

import html5lib
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from sme_match.accounts.models import User
from sme_match.accounts.sessions import open_user_session
from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.privacy.models import AccessEntry
from sme_match.schema import METADATA
from sme_match.web.once import OWN_FIELDS
from tests.architecture.ownership import Rows, owners_of_rows
from tests.architecture.region import Side

REFUSED = {403, 404}
MISSING = 987_654_321
"""The number of no record."""
NUMBER = re.compile(r"[1-9][0-9]*")
XHTML = "{http://www.w3.org/1999/xhtml}"
SOUGHT = "カナリ"
"""Typed into every search box: part of the word that stands in all of the other body's texts."""
LEFT_BEHIND = {"user_session", "attempt_counter", "access_entry"}
"""What signing in writes, and the notes of what the crawl saw: administrators see accounts of all."""
FIXED: Mapping[str, str | int] = {
    "code": "en",
    "filename": "css/app.css",
    "register": "companies",
    "step": "company",
    "key": "meetings",
    "format": "xlsx",
    "entry_id": 1,
    "place": 0,
    "series_id": 1,
    "year": 2026,
}
"""Parts of URLs that name no record of a body."""


NOT_OF_BODIES = {"static", "web.language", "notifications.index", "notifications.show"}
"""Files, the language, and the mailbox of developers, which does not exist in production."""


class Oracle(StrEnum):
    """What must hold of every answer."""

    STRANGER = "nobody is let in without signing in, but where it is written down"
    FOREIGN = "what another body keeps is refused"
    EXISTENCE = "what another body keeps and what does not exist are answered alike"
    CANARY = "no word of another body stands in an answer"
    CHANGED = "nothing of another body changes"
    REFERENCE = "no record refers to one of another body"
    ROLE = "only the roles that are written down are let in"
    INTERFERENCE = "an answer does not depend on what another body keeps"


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer that is not as it must be."""

    oracle: Oracle
    who: str
    method: str
    path: str


@dataclass(frozen=True)
class Crawl:
    """What is crawled: an application, whose people, what must stay unknown to them."""

    app: Flask
    database: Database
    own: Side
    foreign: Side
    canary: str
    roles: Mapping[str, frozenset[Role]]
    """Who may open what, by endpoint; open to everybody is what is missing here and in `anyone`."""
    anyone: frozenset[str]
    endpoints: frozenset[str] | None = None
    """Only these; None for all."""
    findings: list[Finding] = field(default_factory=list)
    browsers: dict[Role, FlaskClient] = field(default_factory=dict)

    def rules(self) -> list[Rule]:
        """The URLs, each once."""
        return [
            rule
            for rule in rules_of(self.app)
            if self.endpoints is None or rule.endpoint in self.endpoints
        ]

    def people(self) -> Iterator[tuple[Role, FlaskClient]]:
        """Each person of the own side, signed in once."""
        for role, user in self.own.users.items():
            if role not in self.browsers:
                self.browsers[role] = self.sign_in(user)
            yield role, self.browsers[role]

    def sign_in(self, user: User) -> FlaskClient:
        """A browser in which the user is signed in."""
        installation = self.app.extensions["sme_match"]
        with self.database.unit_of_work() as session:
            known = session.get_one(User, user.id)
            token = open_user_session(session, known, now=installation.clock())
        client = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = token, True
        return client

    def note(self, oracle: Oracle, who: str, method: str, path: str) -> None:
        """Keep a finding."""
        self.findings.append(Finding(oracle, who, method, path))

    def may_read_all(self, role: Role, rule: Rule) -> bool:
        """Administrators keep the list of bodies and accounts: what they alone open spans bodies."""
        return role is Role.ADMINISTRATOR and role in self.roles.get(rule.endpoint, frozenset())


def crawl(plan: Crawl) -> list[Finding]:
    """Ask everything but non-interference, which needs a second look: see `read_all`."""
    before = contents(plan.database, plan.foreign)
    _as_stranger(plan)
    for role, client in plan.people():
        for rule in plan.rules():
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                _ask(plan, role, client, rule, method)
    _follow_pages(plan)
    after = contents(plan.database, plan.foreign)
    if after != before:
        changed = sorted(name for name in after.rows if after.rows[name] != before.rows.get(name))
        plan.note(Oracle.CHANGED, "somebody", "POST", ", ".join(changed))
    for reference in after.crossing:
        plan.note(Oracle.REFERENCE, "somebody", "POST", reference)
    return plan.findings


def read_all(plan: Crawl) -> dict[tuple[str, str], str]:
    """Return the text of every page that the own people can open, without what is new each time."""
    # Leads read who signed in and saw what: everybody is here before, and nothing seen.
    found, people = {}, list(plan.people())
    with plan.database.unit_of_work() as session:
        session.execute(delete(AccessEntry))
    plan.app.extensions.pop("noted_pages", None)
    for role, client in people:
        for rule in plan.rules():
            if "GET" in (rule.methods or set()) and not plan.may_read_all(role, rule):
                path = address(plan.app, rule, plan.own.ids)
                answer = client.get(path)
                found[role.value, path] = f"{answer.status_code} {_steady(text_of(answer))}"
    return found


def compare(
    plan: Crawl, before: Mapping[tuple[str, str], str], after: Mapping[tuple[str, str], str]
) -> list[Finding]:
    """Note which answers changed although only the other body did."""
    for (who, path), text in after.items():
        if before[who, path] != text:
            plan.note(Oracle.INTERFERENCE, who, "GET", path)
    return plan.findings


def rules_of(app: Flask) -> list[Rule]:
    """Return the URLs that show something of bodies."""
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint not in NOT_OF_BODIES]


def address(app: Flask, rule: Rule, ids: Mapping[str, int | str]) -> str:
    """Fill the URL; a part that is no id takes the first value its converter allows."""
    values: dict[str, Any] = {}
    for part in rule.arguments:
        choices = sorted(getattr(rule._converters[part], "items", ()))
        values[part] = ids.get(part, choices[0] if choices else FIXED.get(part))
        assert values[part] is not None, f"Say in this file what <{part}> of {rule.rule} is."
    with app.test_request_context():
        return str(app.url_map.bind("localhost").build(rule.endpoint, values))


def text_of(answer: TestResponse) -> str:
    """Return all that an answer says, also within a workbook."""
    if not is_zipfile(BytesIO(answer.data)):
        codes = ("utf-8", "cp932") if answer.mimetype == "text/csv" else ("utf-8",)
        return "\n".join(answer.data.decode(code, "replace") for code in codes)
    with ZipFile(BytesIO(answer.data)) as book:
        parts = [name for name in book.namelist() if not name.startswith("docProps/")]
        return "\n".join(book.read(name).decode("utf-8", "replace") for name in sorted(parts))


@dataclass(frozen=True)
class Contents:
    """What a body keeps, row by row, and the references that leave or enter it."""

    rows: Mapping[str, Sequence[str]]
    crossing: tuple[str, ...]


def contents(database: Database, side: Side) -> Contents:
    """Read all that belongs to the side."""
    with database.reading() as session:
        tables: Rows = {
            table.name: session.execute(select(table)).mappings().all()
            for table in METADATA.sorted_tables
            if table.name not in LEFT_BEHIND
        }
    owners, crossing = owners_of_rows(tables)
    assert owners.keys() == tables.keys()
    rows = {
        name: [
            repr(row) for row, owner in zip(found, owners[name], strict=True) if owner == side.body.id
        ]
        for name, found in tables.items()
    }
    return Contents(rows, tuple(text for bodies, text in crossing if side.body.id in bodies))


def _as_stranger(plan: Crawl) -> None:
    client = plan.app.test_client()
    for rule in plan.rules():
        if rule.endpoint in plan.anyone:
            continue
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            path = address(plan.app, rule, plan.foreign.ids)
            answer = client.open(path, method=method)
            if plan.canary in text_of(answer):
                plan.note(Oracle.CANARY, "nobody", method, path)
            sent = answer.status_code == 302 and "/sign-in" in answer.location
            if not sent and answer.status_code not in {401, *REFUSED}:
                plan.note(Oracle.STRANGER, "nobody", method, path)


def _ask(plan: Crawl, role: Role, client: FlaskClient, rule: Rule, method: str) -> None:
    """Open one URL with the ids of the other body, with ids of nothing, and without ids."""
    names = {part for part in rule.arguments if part in plan.foreign.ids} - {"token"}
    # A link is itself the permission: whoever holds one stays with it.
    ids = {**plan.foreign.ids, "token": plan.own.ids["token"]}
    path = address(plan.app, rule, ids)
    query = f"?{urlencode({'q': SOUGHT})}" if method == "GET" else ""
    # Without ids a POST is the person's own business: forms are sent by `_follow_pages`.
    # What administrators do to bodies and accounts is lawful.
    mine = plan.may_read_all(role, rule) or (not names and _is_let_in(plan, role, rule))
    if method == "POST" and mine:
        return
    answer = client.open(path + query, method=method)
    status, text = answer.status_code, text_of(answer)
    if not _is_let_in(plan, role, rule) and status != 403:
        plan.note(Oracle.ROLE, role.value, method, path)
    if plan.may_read_all(role, rule):
        return
    if plan.canary in text:
        plan.note(Oracle.CANARY, role.value, method, path)
    if not names:
        return
    if status not in REFUSED:
        plan.note(Oracle.FOREIGN, role.value, method, path)
    nothing = {**dict.fromkeys(ids, MISSING), "token": ids["token"]}
    other = client.open(address(plan.app, rule, nothing) + query, method=method)
    if (other.status_code, _alike(other)) != (status, _alike(answer)):
        plan.note(Oracle.EXISTENCE, role.value, method, path)


def _is_let_in(plan: Crawl, role: Role, rule: Rule) -> bool:
    return rule.endpoint in plan.anyone or role in plan.roles.get(rule.endpoint, frozenset())


def _follow_pages(plan: Crawl) -> None:
    """On the person's own pages, put the other body's ids into every link and every form."""
    for role, client in plan.people():
        sent: set[tuple[str, str]] = set()
        for rule in plan.rules():
            if "GET" not in (rule.methods or set()) or plan.may_read_all(role, rule):
                continue
            path = address(plan.app, rule, plan.own.ids)
            answer = client.get(path)
            if plan.canary in text_of(answer):
                plan.note(Oracle.CANARY, role.value, "GET", path)
            if answer.status_code != 200 or answer.mimetype != "text/html":
                continue
            page = html5lib.parse(answer.text)
            asked: list[tuple[str, str, dict[str, Any]]] = [
                ("GET", link, {}) for link in _foreign_links(page, plan)
            ]
            for method, target, data in (*asked, *_foreign_forms(page, path, plan)):
                key = (target, repr(sorted((k, v) for k, v in data.items() if k not in OWN_FIELDS)))
                if key in sent:
                    continue
                sent.add(key)
                if plan.canary in text_of(client.open(target, method=method, data=data)):
                    plan.note(Oracle.CANARY, role.value, method, target)


def _foreign_links(page: Element, plan: Crawl) -> Iterator[str]:
    for anchor in page.iter(f"{XHTML}a"):
        parts = urlsplit(anchor.get("href", ""))
        if parts.netloc or not parts.path.startswith("/") or not parts.query:
            continue
        given = parse_qsl(parts.query)
        for index, (name, value) in enumerate(given):
            for other in _foreign_values(plan, name, [value]):
                changed = [*given[:index], (name, other), *given[index + 1 :]]
                yield f"{parts.path}?{urlencode(changed)}"


def _foreign_forms(page: Element, path: str, plan: Crawl) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Fill each form of a page as it stands there, each time with one foreign id in it."""
    for form in page.iter(f"{XHTML}form"):
        if form.get("method", "get").lower() != "post":
            continue
        fields: dict[str, list[str]] = {}
        offered: dict[str, list[str]] = {}
        for name, value, chosen in _fields(form):
            offered.setdefault(name, []).append(value)
            if chosen:
                fields.setdefault(name, []).append(value)
        target = form.get("action") or path
        for name, values in offered.items():
            for other in _foreign_values(plan, name, values):
                yield "POST", target, {**fields, name: [other]}


def _fields(form: Element) -> Iterator[tuple[str, str, bool]]:
    """The name, value and choice of everything a form would send; free text gets some."""
    for item in form.iter():
        tag, name = item.tag.removeprefix(XHTML), item.get("name", "")
        if not name:
            continue
        if tag == "select":
            options = [each.get("value", "") for each in item.iter(f"{XHTML}option")]
            yield from ((name, value, index == 0) for index, value in enumerate(options))
        elif tag == "textarea":
            yield name, "".join(item.itertext()) or "説明", True
        elif tag == "input" and item.get("type") in {"radio", "checkbox"}:
            yield name, item.get("value", "on"), "checked" in item.attrib
        elif tag in {"input", "button"} and item.get("type") != "file":
            yield name, item.get("value", ""), tag == "input"


def _foreign_values(plan: Crawl, name: str, values: Iterable[str]) -> list[str]:
    """Return the foreign ids that could stand in a field: by its name, else by what it offers."""
    own, foreign = plan.own.ids, plan.foreign.ids
    plain = name.rsplit("-", 1)[-1]
    if plain == "body_id":
        return []
    by_name = [kind for kind in foreign if kind != "token" and _is_named(plain, kind)]
    if by_name or plain.endswith("_id"):
        kinds = by_name or ["company_id", "buyer_id", "coordinator_id"]
    else:
        numbers = {value for value in values if NUMBER.fullmatch(value)}
        if len(numbers) > MOST_CHOICES or plain in PLAIN_NUMBERS:
            return []
        kinds = [kind for kind in CHOSEN if str(own[kind]) in numbers]
    return [str(foreign[kind]) for kind in kinds]


MOST_CHOICES = 8
"""Longer lists of numbers are minutes, months, pages."""
PLAIN_NUMBERS = {"version", "page", "seen", "revision", "seen_slot"}
CHOSEN = ("company_id", "buyer_id", "need_id", "proposal_id", "contact_id", "coordinator_id")
"""What is offered in lists to choose from."""


def _is_named(field_name: str, kind: str) -> bool:
    stem = kind.removesuffix("_id")
    return field_name in {kind, stem} or field_name.endswith(f"_{kind}")


def _alike(answer: TestResponse) -> str:
    """The text of a refusal without the number that was asked for."""
    return re.sub(r"\d+", "#", _steady(text_of(answer)))


def _steady(text: str) -> str:
    """Leave out what is new in every answer."""
    return NEW_EACH_TIME.sub("", text)


NEW_EACH_TIME = re.compile(
    # Rooms to try the connection in have names by chance.
    r'https://meet[^"]*"|nonce="[^"]*"|nonce-[\w+/=-]+|name="(?:csrf_token|once)"[^>]*>|<dcterms:\w+[^<]*<|[A-F0-9]{8}-[A-F0-9-]{27}'
    r"|DTSTAMP:\w+",
)
