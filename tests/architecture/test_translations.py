"""English is complete: every marked text of source and templates has a translation."""

import ast
import re
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
METHODS = [
    ("sme_match/**.py", "python"),
    ("templates/**.html", "jinja2"),
    ("templates/**.txt", "jinja2"),
]
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "mark_text": None,
}


def marked_texts() -> set[str]:
    found = set()
    for _file, _line, message, _comments, _context in extract_from_dir(
        ROOT, METHODS, keywords=KEYWORDS
    ):
        found.add(message if isinstance(message, str) else message[0])
    return found


def english() -> Catalog:
    with (ROOT / "translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale="en")


def test_no_text_is_marked_inside_an_f_string() -> None:
    hidden = []
    for path in (ROOT / "sme_match").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                calls = (each for each in ast.walk(node) if isinstance(each, ast.Call))
                names = {call.func.id for call in calls if isinstance(call.func, ast.Name)}
                hidden += [f"{path}:{node.lineno}"] if names & KEYWORDS.keys() else []
    assert hidden == [], "The catalogue does not see texts inside f-strings."


def wordings(message: Message) -> list[str]:
    string = message.string
    return [string] if isinstance(string, str) else list(string or [""])


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", text))


def test_every_marked_text_is_translated() -> None:
    catalogue = english()
    missing = []
    for text in marked_texts():
        message = catalogue.get(text)
        if message is None or message.fuzzy or not all(wordings(message)):
            missing.append(text)
    assert sorted(missing) == []


def test_no_translation_is_left_over() -> None:
    kept = {m.id if isinstance(m.id, str) else m.id[0] for m in english() if m.id}
    assert sorted(kept - marked_texts()) == []


def test_placeholders_survive_translation() -> None:
    broken = []
    for message in english():
        original = message.id if isinstance(message.id, str) else " ".join(message.id)
        # Of a plural pair the singular may say the number as a word.
        if message.id and placeholders(original) != placeholders(wordings(message)[-1]):
            broken.append(original)
    assert broken == []
