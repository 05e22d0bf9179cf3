"""How well the engine finds known partners, beside simpler ways to compare texts.

Four engines rank the same suppliers for the same needs: the engine with its default settings (what
the service runs), its documented baseline (TF-IDF and cosine over words, without sub-words and
single lines), and two that know nothing of this service: scikit-learn's `TfidfVectorizer()` as it
comes, whose words are what stands between spaces and punctuation, and TF-IDF over two and three
characters within words. The figures are those of `flask --app wsgi evaluate`.

    python benchmarks/ranking.py --suppliers FILE --needs FILE --qrels FILE
    python benchmarks/ranking.py --classes FILE --queries FILE --json ranking.json

Suppliers, needs and answers are CSV files with the columns that `evaluate` reads. Classes
(code, name_ja, name_en, text) and queries (query_id, text, kind, code) ask for the class of an
industry; queries of each kind are measured apart.
"""

import argparse
import csv
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sme_match.matching.engine.documents import BASELINE, Document, Settings
from sme_match.matching.engine.evaluation import (
    Evaluation,
    Judgement,
    evaluate_rankings,
    read_judgements,
    read_needs,
    read_suppliers,
    relevant_suppliers,
)
from sme_match.matching.engine.index import Index

Rankings = list[list[str]]
Rank = Callable[[Sequence[Document], Sequence[Document]], Rankings]


@dataclass(frozen=True, slots=True)
class Task:
    """Needs whose right suppliers are known."""

    title: str
    suppliers: Sequence[Document]
    needs: Sequence[Document]
    judgements: Sequence[Judgement]


def main() -> None:
    """Measure all engines on the given files and print one table for each task."""
    arguments = _arguments()
    results = {task.title: measure(task) for task in _tasks(arguments)}
    for title, engines in results.items():
        print(f"{title}\n\n{as_markdown(engines)}\n")
    if arguments.json:
        rows = {
            title: {name: found.as_dict() for name, found in engines.items()}
            for title, engines in results.items()
        }
        arguments.json.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")


def measure(task: Task) -> dict[str, Evaluation]:
    """Return the figures of each engine on a task."""
    relevant = relevant_suppliers(task.judgements, {supplier.key for supplier in task.suppliers})
    asked = [need for need in task.needs if str(need.key) in relevant]
    ids = [str(need.key) for need in asked]
    return {
        name: evaluate_rankings(dict(zip(ids, rank(task.suppliers, asked), strict=True)), relevant)
        for name, rank in ENGINES.items()
    }


def as_markdown(engines: Mapping[str, Evaluation]) -> str:
    """Return the figures as a table."""
    lines = ["| engine | n | hit@1 | hit@10 | MRR | nDCG@10 |", "|---|--:|--:|--:|--:|--:|"]
    lines += [
        f"| {name} | {len(found.needs)} | {found.hit_at(1):.3f} | {found.hit_at(10):.3f} | {found.mrr:.3f}"
        f" | {found.ndcg_at_10:.3f} |"
        for name, found in engines.items()
    ]
    return "\n".join(lines)


def _engine(settings: Settings) -> Rank:
    def rank(suppliers: Sequence[Document], needs: Sequence[Document]) -> Rankings:
        index = Index.build(suppliers, settings)
        found = index.search_many(needs, top_k=index.size)
        return [[str(hit.key) for hit in hits] for hits in found]

    return rank


def _vectorizer(**settings: Any) -> Rank:  # noqa: ANN401 -- whatever scikit-learn takes
    def rank(suppliers: Sequence[Document], needs: Sequence[Document]) -> Rankings:
        vectorizer = TfidfVectorizer(**settings)
        profiles = vectorizer.fit_transform([_text(supplier) for supplier in suppliers])
        found = (vectorizer.transform([_text(need) for need in needs]) @ profiles.T).toarray()
        keys = [str(supplier.key) for supplier in suppliers]
        return [
            [keys[place] for place in np.argsort(-values, kind="stable") if values[place] > 0]
            for values in found
        ]

    return rank


ENGINES: Mapping[str, Rank] = {
    "default engine": _engine(Settings()),
    "baseline (TF-IDF over words)": _engine(BASELINE),
    "scikit-learn `TfidfVectorizer()`": _vectorizer(),
    "TF-IDF over 2–3 characters": _vectorizer(analyzer="char_wb", ngram_range=(2, 3)),
}


def _text(document: Document) -> str:
    return "\n".join(document.fields.values())


def _tasks(arguments: argparse.Namespace) -> Iterator[Task]:
    if arguments.suppliers:
        suppliers = read_suppliers(arguments.suppliers.read_bytes())
        needs = read_needs(arguments.needs.read_bytes())
        title = f"{len(suppliers)} suppliers, {len(needs)} needs"
        yield Task(title, suppliers, needs, read_judgements(arguments.qrels.read_bytes()))
    if arguments.classes:
        yield from _classes(arguments.classes, arguments.queries)


def _classes(classes: Path, queries: Path) -> Iterator[Task]:
    suppliers = [
        Document(row["code"], {"name": row["name_ja"], "text": row["text"]}) for row in _rows(classes)
    ]
    by_kind: dict[str, list[dict[str, str]]] = {}
    for row in _rows(queries):
        by_kind.setdefault(row["kind"], []).append(row)
    for kind, rows in by_kind.items():
        needs = {row["query_id"]: Document(row["query_id"], {"text": row["text"]}) for row in rows}
        answers = [Judgement(row["query_id"], row["code"], 1) for row in rows]
        title = f"{len(suppliers)} classes, {len(needs)} queries ({kind})"
        yield Task(title, suppliers, list(needs.values()), answers)


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Ranking quality of the engine and of simpler ones.")
    for name, columns in (
        ("suppliers", "corporate_number, capability_text"),
        ("needs", "need_id, text"),
        ("qrels", "need_id, corporate_number, relevance"),
        ("classes", "code, name_ja, name_en, text"),
        ("queries", "query_id, text, kind, code"),
    ):
        parser.add_argument(f"--{name}", type=Path, help=f"CSV: {columns}")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    arguments = parser.parse_args()
    given = [bool(arguments.suppliers), bool(arguments.needs), bool(arguments.qrels)]
    pair = [bool(arguments.classes), bool(arguments.queries)]
    if any(given) != all(given) or any(pair) != all(pair) or not any(given + pair):
        parser.error("give --suppliers, --needs and --qrels together, or --classes and --queries")
    return arguments


if __name__ == "__main__":
    main()
