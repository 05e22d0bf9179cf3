"""The shape of the source: small documented modules, one place that commits, no junk drawers."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = sorted((ROOT / "sme_match").rglob("*.py"))
MAX_LINES = 400
MAX_TEST_LINES = 600
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}
MAY_COMMIT = {"sme_match/db/session.py", "sme_match/web/transactions.py"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCE, ids=name)
def test_every_module_is_small_and_says_what_lives_in_it(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= MAX_LINES
    assert ast.get_docstring(ast.parse(text))


def test_test_modules_are_small() -> None:
    long = [
        name(p)
        for p in (ROOT / "tests").rglob("*.py")
        if len(p.read_text().splitlines()) > MAX_TEST_LINES
    ]
    assert long == []


def test_no_module_is_a_junk_drawer() -> None:
    assert [name(path) for path in SOURCE if path.stem in FORBIDDEN_NAMES] == []


def test_only_the_edge_commits() -> None:
    committing = set()
    for path in SOURCE:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in {"commit", "rollback"}:
                committing.add(name(path))
    assert committing <= MAY_COMMIT


def test_importing_the_package_does_nothing() -> None:
    body = ast.parse((ROOT / "sme_match" / "__init__.py").read_text()).body
    assert [type(node) for node in body] == [ast.Expr]
