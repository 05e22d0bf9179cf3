"""The README names every setting and every command, and only those that exist."""

import re
from pathlib import Path

from sme_match.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def test_every_setting_is_named() -> None:
    read = set(re.findall(r'environ(?:\.get)?[,(] ?"([A-Z_]+)"', (ROOT / "config.py").read_text()))
    named = set(re.findall(r"`([A-Z][A-Z_]+)`", README))
    assert read - named == set()
    assert named - read == set()


def test_every_command_is_named() -> None:
    assert {command.name for command in COMMANDS if f"`{command.name}`" not in README} == set()


def test_every_picture_and_file_that_is_linked_exists() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []
