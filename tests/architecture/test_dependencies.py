"""What the service runs on is pinned by hash and listed with its licence."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-cluster.txt")
PIN = re.compile(r"^([A-Za-z0-9_.-]+)==(\S+)")
OF_EVERY_ENVIRONMENT = {"pip", "setuptools"}


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text().splitlines()
    return {key(found[1]): found[2] for found in map(PIN.match, lines) if found}


def key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_pinned_by_the_hashes_of_its_files(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    assert any(map(PIN.match, lines))
    unguarded = [
        line
        for line, after in pairwise([*lines, ""])
        if PIN.match(line) and not after.strip().startswith("--hash=sha256:")
    ]
    assert unguarded == []


def test_all_locks_name_the_same_versions() -> None:
    runtime, *others = map(pins, LOCKS)
    for other in others:
        assert {name: other[name] for name in other.keys() & runtime} == {
            name: runtime[name] for name in other.keys() & runtime
        }


def test_the_bill_of_materials_is_what_is_installed() -> None:
    bill = json.loads((ROOT / "docs/sbom.json").read_text())
    listed = {key(each["name"]): each["version"] for each in bill["components"]}
    installed = pins("requirements.txt")
    assert {
        name: version for name, version in listed.items() if name not in OF_EVERY_ENVIRONMENT
    } == installed


def test_the_list_of_licences_is_complete() -> None:
    rows = re.findall(
        r"^\| (\S+) \| (\S+) \| (\S.*?) \|", (ROOT / "docs/dependencies.md").read_text(), re.MULTILINE
    )
    listed = {key(name): version for name, version, _ in rows if version[:1].isdigit()}
    assert listed == pins("requirements.txt")
