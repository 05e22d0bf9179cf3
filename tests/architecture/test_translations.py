"""English is complete: every marked text of source and templates has a translation."""

import re
from pathlib import Path

from babel.messages.catalog import Catalog
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


def test_every_marked_text_is_translated() -> None:
    catalogue = english()
    missing = []
    for text in marked_texts():
        message = catalogue.get(text)
        translated = message is not None and all(
            [message.string] if isinstance(message.string, str) else list(message.string)
        )
        if not translated or (message is not None and message.fuzzy):
            missing.append(text)
    assert sorted(missing) == []


def test_no_translation_is_left_over() -> None:
    kept = {m.id if isinstance(m.id, str) else m.id[0] for m in english() if m.id}
    assert sorted(kept - marked_texts()) == []


def test_placeholders_survive_translation() -> None:
    broken = []
    for message in english():
        if not message.id:
            continue
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        names = set(re.findall(r"%\((\w+)\)s", " ".join(ids)))
        broken += [i for s in strings if set(re.findall(r"%\((\w+)\)s", s)) - names for i in ids[:1]]
        if names and not all(set(re.findall(r"%\((\w+)\)s", s)) == names for s in strings[-1:]):
            broken.append(ids[0])
    assert broken == []
