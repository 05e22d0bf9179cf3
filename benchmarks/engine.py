"""How fast the engine finds, changes and re-ranks, beside other engines on the same terms, in one run.

Made-up profiles of three lines hold words of the trade, names of industries and a long tail of rare
words, so that lists of postings are as uneven as in real registers. Every engine gets the very terms
that the index of the service holds (words, pieces of words, concepts). Peers rank by plain BM25 or
cosine over whole profiles; the engine also looks at the best line of each profile, which they do not.

    pip install -r benchmarks/requirements.txt
    python benchmarks/engine.py --sizes 1000 10000 100000 --json engine.json

Times are CPU milliseconds of this process, the least of several repeats for each need, then the
median over the needs: of the ratios within one run, not of the milliseconds, something can be said
about another machine. That lists are exact is checked against looking at every profile.
"""

import argparse
import gc
import importlib
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias

import numpy as np
from scipy import sparse
from sklearn.metrics.pairwise import linear_kernel
from sklearn.neighbors import NearestNeighbors

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sme_match.matching.engine.documents import Document, Settings
from sme_match.matching.engine.index import Index
from sme_match.matching.engine.segment import Segment
from sme_match.matching.engine.snapshot import load, save
from sme_match.matching.vocabulary import shipped_vocabulary
from sme_match.reference.jsic import JSICLevel, list_jsic
from sme_match.reference.materials import list_materials
from sme_match.reference.processes import list_processes

TOP, REPEATS, NEEDS = 50, 5, 30
OPEN_NEEDS = 1_000
TOPICS, TAIL = 60, 40_000
SLOW_ABOVE = 10_000
"""rank_bm25 looks at every profile in Python; above this size it is left out."""

Search = Callable[[int], Sequence[int]]
Arrays: TypeAlias = Any
"""Arrays and sparse matrices of NumPy and SciPy."""


@dataclass
class Row:
    """One engine at one size."""

    engine: str
    size: int
    build_s: float
    megabytes: float
    need_ms: float
    extra: dict[str, float] = field(default_factory=dict)


def make_texts(count: int, *, lines: int, seed: int) -> list[str]:
    """Return texts of the trade, every line on one of some topics."""
    rng = random.Random(seed)
    words = [process.ja for process in list_processes()] + [each.code for each in list_materials()]
    words += [each.ja for each in list_jsic(JSICLevel.DETAIL)]
    topics = random.Random(0)
    subjects = [topics.sample(words, 40) for _ in range(TOPICS)]
    common = ["加工", "対応", "部品", "製作", "試作", "量産", "小ロット", "精密", "短納期", "図面"]

    def line() -> str:
        subject = rng.choice(subjects)
        tail = [f"型番{int(rng.paretovariate(0.7)) % TAIL}X" for _ in range(3)]
        return "、".join(rng.sample(subject, 6) + rng.sample(common, 3) + tail)

    return ["\n".join(line() for _ in range(lines)) for _ in range(count)]


def main() -> None:
    """Measure all sizes and print a table for each."""
    arguments = _arguments()
    rows = []
    needs = [
        Document(f"n{number}", {"text": text})
        for number, text in enumerate(make_texts(OPEN_NEEDS, lines=1, seed=2))
    ]
    for size in arguments.sizes:
        profiles = [
            Document(number, {"text": text})
            for number, text in enumerate(make_texts(size, lines=3, seed=1))
        ]
        found = measure(profiles, needs)
        print(as_markdown(found), end="\n\n", flush=True)
        rows += [vars(row) for row in found]
    print(f"peak memory of the process: {_peak_megabytes():,.0f} MB")
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")


def measure(profiles: Sequence[Document], needs: Sequence[Document]) -> list[Row]:
    """Return a row for each engine."""
    started = time.process_time()
    index = Index.build(profiles, Settings(), thesaurus=shipped_vocabulary().thesaurus)
    tokenised = time.process_time() - started
    started = time.process_time()
    index = index.compacted()
    built = time.process_time() - started
    asked = needs[:NEEDS]
    queries = [index.query(need) for need in asked]
    segment = index.segments[0]

    def search(number: int) -> Sequence[int]:
        query = queries[number]
        bound = segment.bound(query)
        found = segment.best(query, bound, bound > 0, TOP, _no_points)
        return [each.place for each in found]

    for number in range(len(queries)):
        _check_exact(segment, queries[number], search(number))
    own = Row("this engine", len(profiles), built, segment.bounds.nbytes / 1e6, _time(search))
    own.extra = _changes(index, needs) | {"from texts s": tokenised, "all arrays MB": _all(segment)}
    return [own, *_peers(index, [need.fields["text"] for need in asked])]


def _peers(index: Index, asked: Sequence[str]) -> list[Row]:
    counts = _profile_counts(index)
    size, lexicon = counts.shape[0], index.lexicon
    names = [str(column) for column in range(counts.shape[1])]
    terms = [[names[column] for column in row] for row in _columns(counts)]
    queries = [
        [str(lexicon.vocabulary[term]) for term in lexicon.analyze(text) if term in lexicon.vocabulary]
        for text in asked
    ]
    rows = [*_brute_force(counts, lexicon.count(asked)[:, : counts.shape[1]])]
    rows.append(_bm25s(terms, queries, backend="numpy"))
    rows.append(_bm25s(terms, queries, backend="numba"))
    rows.append(_tantivy(terms, queries))
    if size <= SLOW_ABOVE:
        rows.append(_rank_bm25(terms, queries))
    return rows


def _brute_force(counts: Arrays, asked: Arrays) -> list[Row]:
    started = time.process_time()
    profiles = sparse.csr_matrix(counts, dtype=np.float64)
    built = time.process_time() - started
    needs = sparse.csr_matrix(asked, dtype=np.float64)

    def product(number: int) -> Sequence[int]:
        values = linear_kernel(needs[number], profiles).ravel()
        best = np.argpartition(values, -TOP)[-TOP:]
        return list(best[np.argsort(-values[best])])

    neighbours = NearestNeighbors(n_neighbors=TOP, metric="cosine", algorithm="brute").fit(profiles)

    def nearest(number: int) -> Sequence[int]:
        return list(neighbours.kneighbors(needs[number], return_distance=False)[0])

    memory = _megabytes(profiles)
    return [
        Row("scikit-learn linear_kernel", len(counts.indptr) - 1, built, memory, _time(product)),
        Row("scikit-learn NearestNeighbors", len(counts.indptr) - 1, built, memory, _time(nearest)),
    ]


def _bm25s(terms: list[list[str]], queries: list[list[str]], *, backend: str) -> Row:
    bm25s = importlib.import_module("bm25s")
    started = time.process_time()
    engine = bm25s.BM25(backend=backend)
    engine.index(terms, show_progress=False)
    built = time.process_time() - started

    def search(number: int) -> Sequence[int]:
        found, _ = engine.retrieve([queries[number]], k=TOP, show_progress=False, n_threads=1)
        return list(found[0])

    search(0)
    memory = sum(array.nbytes for array in engine.scores.values() if isinstance(array, np.ndarray))
    return Row(f"bm25s ({backend})", len(terms), built, memory / 1e6, _time(search))


def _rank_bm25(terms: list[list[str]], queries: list[list[str]]) -> Row:
    started = time.process_time()
    engine = importlib.import_module("rank_bm25").BM25Okapi(terms)
    built = time.process_time() - started

    def search(number: int) -> Sequence[int]:
        values = engine.get_scores(queries[number])
        return list(np.argsort(-values)[:TOP])

    return Row("rank_bm25", len(terms), built, float("nan"), _time(search, repeats=1, needs=5))


def _tantivy(terms: list[list[str]], queries: list[list[str]]) -> Row:
    tantivy = importlib.import_module("tantivy")
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("key", stored=True, indexed=True)
    builder.add_text_field("text", tokenizer_name="whitespace")
    with tempfile.TemporaryDirectory() as folder:
        started = time.process_time()
        index = tantivy.Index(builder.build(), path=folder)
        writer = index.writer(heap_size=200_000_000, num_threads=1)
        for key, text in enumerate(terms):
            writer.add_document(tantivy.Document(key=key, text=" ".join(text)))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        built = time.process_time() - started
        searcher = index.searcher()
        parsed = [index.parse_query(" ".join(query), ["text"]) for query in queries]

        def search(number: int) -> Sequence[int]:
            return [address.doc for _, address in searcher.search(parsed[number], TOP).hits]

        row = Row("tantivy", len(terms), built, _folder_megabytes(Path(folder)), _time(search))

        def edit() -> None:
            writer = index.writer(heap_size=200_000_000, num_threads=1)
            writer.delete_documents_by_term("key", 1)
            writer.add_document(tantivy.Document(key=1, text=" ".join(terms[1])))
            writer.commit()
            index.reload()
            index.searcher()

        row.extra = {"change ms": 1000 * _least(edit, wall=True)}
    return row


def _changes(index: Index, needs: Sequence[Document]) -> dict[str, float]:
    """Return what a saved profile costs until it is visible, and until all open needs know it."""
    matrix = index.queries(needs)
    texts = iter(make_texts(REPEATS * 2, lines=3, seed=3))
    changed = index

    def save_profile() -> None:
        nonlocal changed
        changed = index.changed([Document(1, {"text": next(texts)})])

    visible = _least(save_profile)
    ranked = _least(lambda: changed.against(matrix, 1))
    with tempfile.TemporaryDirectory() as folder:
        started = time.process_time()
        version = save(index, Path(folder), stamps={})
        saved = time.process_time() - started
        started = time.process_time()
        load(Path(folder), version, settings=index.settings, thesaurus=index.lexicon.thesaurus)
        opened = time.process_time() - started
    return {
        "change ms": 1000 * visible,
        "re-rank 1,000 needs ms": 1000 * ranked,
        "save s": saved,
        "open s": opened,
    }


def _check_exact(segment: Segment, query: Arrays, found: Sequence[int]) -> None:
    values, _ = segment.similarities(query, np.arange(segment.size))
    order = np.lexsort((np.arange(segment.size), -values))
    expected = [int(place) for place in order[:TOP] if values[place] > 0]
    if list(found) != expected:
        raise SystemExit("the list differs from that of looking at every profile")


def _profile_counts(index: Index) -> Arrays:
    segment = index.segments[0]
    lines = np.diff(segment.firsts)
    members = sparse.csr_array(
        (np.ones(lines.sum()), np.arange(lines.sum()), segment.firsts),
        shape=(segment.size, int(lines.sum())),
    )
    return sparse.csr_array(members @ segment.counts)


def _columns(counts: Arrays) -> list[list[int]]:
    return [
        np.repeat(counts.indices[start:end], counts.data[start:end].astype(int)).tolist()
        for start, end in zip(counts.indptr, counts.indptr[1:], strict=False)
    ]


def _time(search: Search, *, repeats: int = REPEATS, needs: int = NEEDS) -> float:
    """Return CPU milliseconds for one need."""
    gc.collect()
    return 1000 * median(_least(partial(search, number), repeats=repeats) for number in range(needs))


def _least(call: Callable[[], object], *, repeats: int = REPEATS, wall: bool = False) -> float:
    clock = time.perf_counter if wall else time.process_time
    times = []
    for _ in range(repeats):
        started = clock()
        call()
        times.append(clock() - started)
    return min(times)


def _no_points(similarities: Arrays, places: Arrays) -> Arrays:
    del places
    return np.zeros(len(similarities))


def _megabytes(matrix: Arrays) -> float:
    return float(matrix.data.nbytes + matrix.indices.nbytes + matrix.indptr.nbytes) / 1e6


def _all(segment: Segment) -> float:
    matrices = sum(_megabytes(matrix) for matrix in (segment.profiles, segment.counts))
    return matrices + float(segment.bounds.nbytes + segment.lines.data.nbytes) / 1e6


def _folder_megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def as_markdown(rows: Sequence[Row]) -> str:
    """Return the rows of one size as a table."""
    own = rows[0]
    lines = [
        f"{own.size:,} profiles",
        "",
        "| engine | build s | MB | one need, CPU ms | ratio | further |",
        "|---|--:|--:|--:|--:|---|",
    ]
    for row in rows:
        further = ", ".join(f"{name} {value:.2f}" for name, value in row.extra.items())
        lines.append(
            f"| {row.engine} | {row.build_s:.2f} | {row.megabytes:.1f} | {row.need_ms:.3f}"
            f" | {row.need_ms / own.need_ms:.1f} | {further} |"
        )
    return "\n".join(lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The engine beside other engines.")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    return parser.parse_args()


if __name__ == "__main__":
    main()
