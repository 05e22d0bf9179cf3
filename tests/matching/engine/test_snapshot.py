"""A saved index is the same index, for every process that maps it."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sme_match.matching.engine.conditions import CapabilityFacts, CompanyFacts
from sme_match.matching.engine.documents import BASELINE, Document, Settings
from sme_match.matching.engine.index import NO_THESAURUS, Index
from sme_match.matching.engine.snapshot import KEPT_VERSIONS, load, save, versions
from tests.matching.engine.shops import SHOPS

FACTS = CompanyFacts(
    1,
    (
        CapabilityFacts(
            process="turning", materials=frozenset({"SUS304"}), capacity_until_on=date(2027, 1, 31)
        ),
    ),
    {"ISO 9001": date(2026, 12, 1), "JIS Q 9100": None},
    "03",
)


def need(text: str) -> Document:
    return Document("need", {"text": text})


def is_mapped(array: object) -> bool:
    """Whether an array is a view of a file in memory, through however many other views."""
    while isinstance(array, np.ndarray) and not isinstance(array, np.memmap):
        array = array.base
    return isinstance(array, np.memmap)


def reopened(index: Index, folder: Path) -> Index:
    version = save(index, folder, stamps={})
    loaded = load(folder, version, settings=index.settings, thesaurus=NO_THESAURUS)
    assert loaded is not None
    return loaded[0]


@pytest.mark.parametrize("chosen", [Settings(), BASELINE], ids=["default", "baseline"])
def test_a_saved_index_answers_as_before_and_can_change(chosen: Settings, tmp_path: Path) -> None:
    index = Index.build(SHOPS, chosen, facts={1: FACTS})

    again = reopened(index, tmp_path)

    for text in ("SUS304の旋盤", "めっき 溶接", "ラーメン"):
        assert again.search(need(text), top_k=9) == index.search(need(text), top_k=9)
    assert [again.entry(key) for key in again.keys] == [index.entry(key) for key in index.keys]
    assert again.entry(1).facts == FACTS
    later = again.changed([Document(50, {"text": "ゲルマニウム"})])
    assert [hit.key for hit in later.search(need("ゲルマニウム"), top_k=1)] == [50]


def test_its_arrays_are_mapped_and_not_copied(tmp_path: Path) -> None:
    segment = reopened(Index.build(SHOPS), tmp_path).segments[0]

    for array in (*segment.bounds.arrays().values(), segment.profiles.data):
        assert is_mapped(array)
        assert not array.flags.writeable


def test_only_what_is_compacted_can_be_saved(tmp_path: Path) -> None:
    changed = Index.build(SHOPS).changed([Document(50, {"text": "塗装"})])

    with pytest.raises(ValueError, match="compacted"):
        save(changed, tmp_path, stamps={})
    assert save(changed.compacted(), tmp_path, stamps={}) == 1


def test_old_versions_go(tmp_path: Path) -> None:
    index = Index.build(SHOPS)

    made = [save(index, tmp_path, stamps={"made": number}) for number in range(4)]

    assert made == [1, 2, 3, 4]
    assert sorted(versions(tmp_path)) == made[-KEPT_VERSIONS:]
    assert not list(tmp_path.glob(".writing-*"))


@pytest.mark.parametrize("broken", ["engine", "facts", "settings", "file", "json", "gone"])
def test_what_does_not_fit_is_built_again_instead(broken: str, tmp_path: Path) -> None:
    index = Index.build(SHOPS)
    folder = tmp_path / f"v{save(index, tmp_path, stamps={})}"
    chosen = index.settings
    if broken == "settings":
        chosen = replace(chosen, cjk_weight=0.25)
    elif broken == "file":
        (folder / "idf.npy").write_bytes(b"")
    elif broken == "json":
        (folder / "manifest.json").write_text("{")
    elif broken == "gone":
        (folder / "manifest.json").unlink()
    else:
        manifest = json.loads((folder / "manifest.json").read_text())
        manifest["form"][broken] = "other"
        (folder / "manifest.json").write_text(json.dumps(manifest))

    assert load(tmp_path, 1, settings=chosen, thesaurus=NO_THESAURUS) is None
