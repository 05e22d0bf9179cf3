"""Write docs/dependencies.md from a bill of materials, and complain about packages that nobody keeps.

    python tools/dependencies.py docs/sbom.json docs/dependencies.md

The day of a release is asked from the package registry (https://pypi.org/pypi/NAME/json). A package
without a release for two years counts as abandoned unless `EXCUSED` says why it is still used.
Exit code 1 when one is not excused.
"""

import json
import re
import sys
import urllib.request
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

ABANDONED_AFTER: Final = timedelta(days=730)
EXCUSED: Final = {
    "flask-login": "the user of a request only; its few lines do not change, sessions are our own",
    "flask-babel": "a thin layer over Babel, which is kept",
    "blinker": "complete: signals, kept by the makers of Flask",
    "itsdangerous": "complete: signed values, kept by the makers of Flask",
}
"""Package -> why it is used although its last release is old."""
UNSAID: Final = {"protobuf": "BSD-3-Clause"}
"""Licences that a package states in its files but not in its metadata."""
TOOLS: Final = {"pip", "setuptools"}
"""What every environment holds; the service does not use it."""


class Package(NamedTuple):
    """A package of the bill of materials."""

    name: str
    version: str
    licence: str
    last_release: date
    purpose: str

    @property
    def key(self) -> str:
        """Return the name as package registries compare it."""
        return re.sub(r"[-_.]+", "-", self.name).lower()

    @property
    def is_old(self) -> bool:
        """Tell whether nothing of it was released for so long that nobody may keep it."""
        return self.last_release < date.today() - ABANDONED_AFTER  # noqa: DTZ011 -- days matter, not hours


def main() -> None:
    """Write the list and name what is abandoned."""
    bill, target = map(Path, sys.argv[1:3])
    packages = sorted(read(json.loads(bill.read_text())), key=lambda each: each.key)
    target.write_text(as_markdown(packages), encoding="utf-8")
    abandoned = [each for each in packages if each.is_old and each.key not in EXCUSED]
    for each in abandoned:
        print(f"{each.name}: no release since {each.last_release}")
    sys.exit(bool(abandoned))


def read(bill: dict[str, Any]) -> Iterator[Package]:
    """Return the packages of a CycloneDX bill of materials."""
    for component in bill["components"]:
        if component["name"] not in TOOLS:
            yield Package(
                name=component["name"],
                version=component["version"],
                licence=_licence(component),
                last_release=_last_release(component["name"]),
                purpose=component.get("description", ""),
            )


def _licence(component: dict[str, Any]) -> str:
    """Return the SPDX name of the licence where one is stated, else what the classifier says."""
    stated = component.get("licenses", [])
    spdx = [each.get("expression") or each["license"].get("id") for each in stated]
    named = [each.get("license", {}).get("name", "") for each in stated]
    found: list[str] = [each for each in (*spdx, *named) if each] or [UNSAID[component["name"]]]
    return found[0].removeprefix("License :: OSI Approved :: ")


def _last_release(name: str) -> date:
    with urllib.request.urlopen(f"https://pypi.org/pypi/{name}/json", timeout=30) as answer:
        releases = json.load(answer)["releases"].values()
    times = [file["upload_time_iso_8601"] for files in releases for file in files]
    return datetime.fromisoformat(max(times)).date()


def as_markdown(packages: list[Package]) -> str:
    """Return the list as a page."""
    lines = [
        "# Dependencies",
        "",
        "What the service runs on: every package of `requirements.txt`, written by `make dependencies`",
        "from `docs/sbom.json` (CycloneDX). All files are pinned by their hashes, so that a package",
        "registry cannot hand out others. What stands in `static/vendor/` has its version in its path",
        "and its licence beside it.",
        "",
        "| package | version | licence | last release | what it is |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {each.name} | {each.version} | {each.licence} | {each.last_release} | {each.purpose} |"
        for each in packages
    ]
    lines += ["", "## Old, and used all the same", ""]
    lines += [
        f"- **{each.name}**: {EXCUSED.get(each.key, 'to be replaced')}."
        for each in packages
        if each.is_old
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
