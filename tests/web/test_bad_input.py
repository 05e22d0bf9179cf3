"""Nothing that anybody types breaks a page or is lost: odd filters, odd forms, odd files."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from itertools import cycle
from random import Random
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.etree.ElementTree import Element

import pytest
from flask import Flask

from sme_match.core.actor import Role
from sme_match.core.text import normalize_width
from sme_match.db.session import Database
from tests.architecture.crawler import address, rules_of
from tests.architecture.region import Side, build_side
from tests.client import XHTML, Client, check_page
from tests.factories import make_user

ODD = (
    "", " ", "　", "0", "-1", "1.5", "١٢", "²", "99999999999999999999", "1e400", "nan", "Infinity",
    "-0", "\x00", "a\x00b", "\ufffe", "\u202eabc", "😀🏭", "㍿ｶﾅ", "'\"<script>--", "%s %(name)s {x}",
    "2026-13-45", "0000-00-00", "9999-12-31", "2026-11-20T10:00", "25:99", "R8/2/30", "null", "true",
    "x" * 5_000, "\r\n\r\nSet-Cookie: a=b", "../../etc/passwd", "=1+1", "[]", "&amp;",
)  # fmt: skip
NAMES = (
    "page", "q", "need", "sort", "state", "show", "must", "tab", "from", "to", "prefecture", "process",
    "jsic", "owner", "buyer", "period", "part", "series", "row", "column", "division", "copy", "lang",
    "encoding", "next", "material", "certificate", "capacity", "year", "body", "kind",
)  # fmt: skip
"""What pages read from the URL; the names of their own forms and links come on top."""
TYPED = {"text", "search", "tel", "url", "email", "number", None}


@dataclass(frozen=True)
class Field:
    name: str
    value: str
    is_typed: bool


@pytest.fixture
def side(database: Database) -> Side:
    with database.unit_of_work() as session:
        side = build_side(session, "自社側")
        side.users[Role.ADMINISTRATOR] = make_user(session, None, Role.ADMINISTRATOR)
    return side


def pages(app: Flask, client: Client, side: Side) -> list[tuple[Role, str, str]]:
    """Every page that somebody may open, with its text; files without."""
    found = []
    for role, user in side.users.items():
        client.sign_in(user.id)
        for rule in rules_of(app):
            if "GET" in (rule.methods or set()):
                path = address(app, rule, side.ids)
                answer = client.flask.get(path)
                if answer.status_code == 200:
                    text = answer.text if answer.mimetype == "text/html" else ""
                    found.append((role, path, text))
    return found


def names_on(page: str, path: str) -> set[str]:
    """The names that a page itself puts into its address."""
    tree = check_page(page)
    names = {
        field.get("name", "")
        for form in tree.iter(f"{XHTML}form")
        if form.get("method", "get").lower() == "get"
        for field in form.iter()
    }
    for link in tree.iter(f"{XHTML}a"):
        parts = urlsplit(link.get("href", ""))
        if parts.path in {"", path}:
            names |= {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    return names - {""}


def forms_on(page: str, path: str) -> Iterator[tuple[str, list[Field]]]:
    """The address and the fields of every form that changes something."""
    for form in check_page(page).iter(f"{XHTML}form"):
        action = form.get("action") or path
        if form.get("method", "get").lower() == "post" and not action.endswith("/sign-out"):
            yield action, [field for element in form.iter() for field in _fields(element)]


def _fields(element: Element) -> Iterator[Field]:
    name, tag = element.get("name"), element.tag.removeprefix(XHTML)
    if not name or element.get("type") == "file":
        return
    if tag == "textarea":
        yield Field(name, "".join(element.itertext()), is_typed=True)
    elif tag == "select":
        values = [option.get("value", "") for option in element.iter(f"{XHTML}option")]
        yield Field(name, values[-1] if values else "", is_typed=False)
    elif tag in {"input", "button"}:
        is_typed = tag == "input" and element.get("type") in TYPED
        yield Field(name, element.get("value", ""), is_typed=is_typed)


def lost_from(page: str, fields: list[Field], sent: dict[str, str]) -> list[str]:
    """The typed values that a refused form no longer shows; width may be normalised."""
    shown = normalize_width(unescape(page))
    return [
        field.name
        for field in fields
        if field.is_typed and normalize_width(sent[field.name]) not in shown
    ]


def test_no_odd_filter_breaks_a_page(app: Flask, client: Client, side: Side) -> None:
    broken, odd, dice = [], cycle(ODD), Random(1)
    for role, path, page in pages(app, client, side):
        client.sign_in(side.users[role].id)
        same = next(odd)
        names = sorted({*NAMES, *(names_on(page, path) if page else ())})
        query = {name: same if dice.random() < 0.5 else next(odd) for name in names}
        if client.flask.get(f"{path}?{urlencode(query)}").status_code >= 500:
            broken.append((role.value, path, query))
    assert broken == []


def test_no_odd_value_breaks_a_form_or_is_lost(app: Flask, client: Client, side: Side) -> None:
    broken, lost, seen, odd, dice = [], [], set(), cycle(ODD), Random(2)
    for role, path, page in pages(app, client, side):
        for action, fields in forms_on(page, path) if page else ():
            if (role, action) in seen:
                continue
            seen.add((role, action))
            # Some forms are odd all over, most as the page gave them but for a field or two.
            share = 1.0 if len(seen) % 3 == 0 else 0.2
            sent = {f.name: next(odd) if dice.random() < share else f.value for f in fields}
            client.sign_in(side.users[role].id)
            answer = client.flask.post(action, data=sent)
            if answer.status_code >= 500:
                broken.append((role.value, action, sent))
            if answer.status_code == 422:
                lost += [(role.value, action, name) for name in lost_from(answer.text, fields, sent)]
    assert len(seen) > 50
    assert broken == []
    assert lost == []


@pytest.mark.parametrize("path", ["/meetings/", "/outcomes/"])
def test_the_first_and_the_last_day_of_the_calendar_break_no_list(
    client: Client, side: Side, path: str
) -> None:
    client.sign_in(side.users[Role.COORDINATOR].id)
    assert client.get(f"{path}?from=0001-01-01&to=9999-12-31").status_code == 200


LINE = "企業名,都道府県\n株式会社サンプル,岩手県\n"
FILES = {
    "cp932": LINE.encode("cp932"),
    "utf-16": LINE.encode("utf-16"),
    "utf-16-le without a mark": LINE.encode("utf-16-le"),
    "euc-jp": LINE.encode("euc-jp"),
    "nothing": b"",
    "nul": b"\x00" * 100,
    "nul in a cell": LINE.replace("サンプル", "\x00").encode(),
    "half a character": LINE.encode("cp932")[:-3],
    "no end of a quote": '企業名,都道府県\n"株式会社'.encode(),
    "a huge field": f"企業名,都道府県\n{'あ' * 100_000},岩手県\n".encode(),
    "odd numbers": (
        "企業名,従業員数(名),法人番号\nA,-1,１\nB,1e400,²\nC,９９９９９９９９９９９９９９９９,\n"
    ).encode(),
    "emoji": "企業名,都道府県\n😀🏭,🗾\n".encode(),
    "many columns": (",".join(f"c{place}" for place in range(5_000)) + "\n").encode(),
    "100,000 rows": ("企業名\n" + "A\n" * 100_000).encode(),
    "half an archive": b"PK\x03\x04" + bytes(range(256)),
    "a picture": b"\x89PNG\r\n\x1a\n",
}


@pytest.mark.parametrize("name", FILES)
def test_no_odd_file_breaks_an_import(client: Client, side: Side, name: str) -> None:
    client.sign_in(side.users[Role.COORDINATOR].id)
    upload = {"file": (io.BytesIO(FILES[name]), "名簿😀\x00.csv")}
    answer = client.post("/registers/companies/import", upload)
    assert answer.status_code in {302, 422}
    if answer.status_code == 302:
        assert client.get(answer.location).status_code == 200
    else:
        assert "ファイル" in answer.text or "見出し" in answer.text
