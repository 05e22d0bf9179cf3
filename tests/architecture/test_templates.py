"""Templates: every one is used, none weakens the content policy, every form carries its token."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "templates"
TEMPLATES = sorted(FOLDER.rglob("*.html"))


def name(path: Path) -> str:
    return str(path.relative_to(FOLDER))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_is_safe(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\|\s*safe\b", text), "autoescape stays on"
    assert not re.search(r"\sstyle\s*=", text), "styles live in static/css"
    assert "<style" not in text
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), "no inline handlers"
    for script in re.findall(r"<script\b[^>]*>", text):
        assert "nonce=" in script or 'type="application/json"' in script
    for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", text, re.DOTALL | re.IGNORECASE):
        assert "{{ form_tokens() }}" in form or _has_token_beside(text, form)
    for link in re.findall(r"<a\b[^>]*target=\"_blank\"[^>]*>", text):
        assert "noopener" in link


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_macros_are_given_all_they_show(path: Path) -> None:
    # With the context of the page every import would build all macros of the file again.
    assert "with context" not in path.read_text()


def test_every_template_is_rendered_or_included_by_someone() -> None:
    readers = [p.read_text() for p in [*TEMPLATES, *(ROOT / "sme_match").rglob("*.py")]]
    unused = [name(path) for path in TEMPLATES if not any(name(path) in text for text in readers)]
    assert unused == []


def test_names_imported_into_a_template_are_used() -> None:
    unused = []
    for path in TEMPLATES:
        text = path.read_text()
        for names in re.findall(
            r"{%-?\s*from\s+'[^']+'\s+import\s+(.+?)\s*(?:with context)?\s*-?%}", text
        ):
            rest = re.sub(r"{%-?\s*from.+?%}", "", text)
            unused += [
                f"{name(path)}: {item}"
                for item in (part.split(" as ")[-1].strip() for part in names.split(","))
                if not re.search(rf"\b{re.escape(item)}\b", rest)
            ]
    assert unused == []


def _has_token_beside(text: str, form: str) -> bool:
    """Tell whether tokens name the form as their own: kept forms hold none."""
    named = re.match(r"<form\b[^>]*\bid=\"(\w+){{ ([^}]+) }}\"", form)
    if named is None:
        return False
    owner = re.escape(f"'{named[1]}' ~ {named[2]}")
    return re.search(rf"form_tokens\([^)]*{owner}", text) is not None
