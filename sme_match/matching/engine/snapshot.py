"""An index as files that any number of processes map into memory and share.

A snapshot is a folder of NumPy arrays and JSON, written aside and put in place by one rename, so
that a reader meets a whole snapshot or none. Nothing in it is ever executed.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, overload

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sme_match.matching.engine.documents import Document, Settings
from sme_match.matching.engine.facts import FactTable
from sme_match.matching.engine.index import Index
from sme_match.matching.engine.lexicon import Lexicon
from sme_match.matching.engine.match import ENGINE_VERSION
from sme_match.matching.engine.postings import ARRAYS, Postings
from sme_match.matching.engine.segment import Entry, Segment
from sme_match.matching.engine.thesaurus import Thesaurus
from sme_match.matching.engine.weighting import Matrix, Statistics

FORMAT: Final = 2
"""Changes whenever files of before can no longer be read."""
KEPT_VERSIONS: Final = 2
"""The present snapshot, and the one before for readers that are just opening it."""

_PREFIX: Final = "v"
_MANIFEST: Final = "manifest.json"


class StoredDocuments(Sequence[Document]):
    """Documents that are read from the mapped file when somebody asks for one."""

    def __init__(self, content: NDArray[np.uint8], offsets: NDArray[np.int64]) -> None:
        self._content = content
        self._offsets = offsets

    def __len__(self) -> int:
        """Return the number of documents."""
        return len(self._offsets) - 1

    @overload
    def __getitem__(self, place: int) -> Document: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Document]: ...
    def __getitem__(self, place: int | slice) -> Document | Sequence[Document]:
        """Return one document, or several."""
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        return self.entry(place).document

    def entry(self, place: int) -> Entry:
        """Return a document with its facts."""
        start, end = int(self._offsets[place]), int(self._offsets[place + 1])
        return _ENTRY.decode(self._content[start:end].tobytes())


_ENTRY: Final = msgspec.json.Decoder(Entry)


def _form(settings: Settings, thesaurus: Thesaurus) -> dict[str, Any]:
    """Return what a snapshot must agree in to be used: files, code, facts, settings, words."""
    facts = msgspec.json.encode(msgspec.json.schema(Entry))
    return {
        "format": FORMAT,
        "engine": ENGINE_VERSION,
        "facts": sha256(facts).hexdigest(),
        "settings": settings.as_dict(),
        "thesaurus": thesaurus.digest,
    }


def save(index: Index, folder: Path, *, stamps: dict[str, Any]) -> int:
    """Write a compacted index as the next version into the folder; return the version.

    `stamps` is whatever the caller needs to know which records the index holds. Older versions
    go; a reader that has one of them open keeps it.

    Raises:
        ValueError: The index has changes that are not compacted.
        OSError: The files cannot be written.
    """
    if len(index.segments) != 1 or index.changes:
        raise ValueError("only a compacted index can be saved")
    folder.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder))
    try:
        _write(index, aside, stamps)
        version = _put_in_place(aside, folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    for old in sorted(versions(folder))[:-KEPT_VERSIONS]:
        shutil.rmtree(folder / f"{_PREFIX}{old}", ignore_errors=True)
    return version


def versions(folder: Path) -> list[int]:
    """Return the versions in a folder, in no particular order."""
    names = (path.name for path in folder.glob(f"{_PREFIX}*"))
    return [int(name.removeprefix(_PREFIX)) for name in names if name[1:].isdigit()]


def _put_in_place(aside: Path, folder: Path) -> int:
    """Rename to the next free version; another process may take a number at the same time."""
    while True:
        version = max(versions(folder), default=0) + 1
        target = folder / f"{_PREFIX}{version}"
        try:
            # A rename onto a folder that is not empty fails, so no version is written twice.
            aside.rename(target)
        except OSError:
            if not target.exists():
                raise
        else:
            return version


def _write(index: Index, folder: Path, stamps: dict[str, Any]) -> None:
    [segment], lexicon = index.segments, index.lexicon
    known = lexicon.statistics
    blobs = [msgspec.json.encode(segment.entry(place)) for place in range(segment.size)]
    arrays = {
        "idf": known.idf,
        "line_lengths": known.line_lengths,
        "firsts": segment.firsts,
        "updated": segment.updated,
        "entries": np.frombuffer(b"".join(blobs), dtype=np.uint8),
        "offsets": np.cumsum([0, *map(len, blobs)], dtype=np.int64),
        "line_weights": segment.lines.data,
        **_parts("counts", segment.counts),
        **_parts("profiles", segment.profiles),
        **{f"bounds_{name}": array for name, array in segment.bounds.arrays().items()},
    }
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    manifest = {
        "form": _form(index.settings, lexicon.thesaurus),
        "rare": known.rare,
        "unseen": known.unseen,
        "terms": [lexicon.key(column) for column in range(lexicon.width)],
        "keys": list(segment.keys),
        "stamps": stamps,
    }
    with (folder / _MANIFEST).open("w", encoding="utf-8") as file:
        json.dump(manifest, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())


def _parts(name: str, matrix: Matrix) -> dict[str, NDArray[Any]]:
    return {
        f"{name}_data": matrix.data,
        f"{name}_indices": matrix.indices,
        f"{name}_indptr": matrix.indptr,
    }


def load(
    folder: Path, version: int, *, settings: Settings, thesaurus: Thesaurus
) -> tuple[Index, dict[str, Any]] | None:
    """Map a version into memory; return it with its stamps.

    None when it was written in another form, with other settings or another thesaurus, or when
    it has gone in the meantime: then it has to be built again.
    """
    place = folder / f"{_PREFIX}{version}"
    try:
        manifest = json.loads((place / _MANIFEST).read_text(encoding="utf-8"))
        if manifest["form"] != _form(settings, thesaurus):
            return None
        return _read(place, manifest, settings, thesaurus), manifest["stamps"]
    except (OSError, EOFError, ValueError, KeyError, msgspec.MsgspecError):
        return None


def _read(folder: Path, manifest: dict[str, Any], settings: Settings, thesaurus: Thesaurus) -> Index:
    def array(name: str) -> NDArray[Any]:
        return np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False))

    statistics = Statistics(
        idf=array("idf"),
        rare=manifest["rare"],
        unseen=manifest["unseen"],
        line_lengths=array("line_lengths"),
    )
    vocabulary = {term: column for column, term in enumerate(manifest["terms"])}
    lexicon = Lexicon(vocabulary, settings, thesaurus, statistics)
    keys, firsts = tuple(manifest["keys"]), array("firsts")
    lines, width = int(firsts[-1]), len(vocabulary)

    def parts(name: str) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        return array(f"{name}_data"), array(f"{name}_indices"), array(f"{name}_indptr")

    counts = parts("counts")
    documents = StoredDocuments(array("entries"), array("offsets"))
    weights = array("line_weights")
    segment = Segment(
        documents=documents,
        keys=keys,
        updated=array("updated"),
        facts=FactTable([documents.entry(place).facts for place in range(len(keys))], keys),
        counts=sparse.csr_array(counts, shape=(lines, width)),
        firsts=firsts,
        profiles=sparse.csr_array(parts("profiles"), shape=(len(keys), width)),
        lines=sparse.csr_array((weights, *counts[1:]), shape=(lines, width))
        if len(weights)
        else sparse.csr_array((lines, width), dtype=np.float32),
        bounds=Postings.from_arrays({name: array(f"bounds_{name}") for name in ARRAYS}),
        share=settings.passage_share,
    )
    return Index(lexicon, (segment,), (np.ones(segment.size, dtype=np.bool_),))
