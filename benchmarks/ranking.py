"""How well the engine finds known partners, beside others that rank the same texts.

Measured in one run:

- the engine with its default settings, which is what the service runs, and without the thesaurus;
- its parts: whole profiles alone (BM25 over words and pieces of words, each profile one text), and the
  documented baseline (TF-IDF and cosine over words);
- others given the engine's own words: scikit-learn's `TfidfVectorizer`, bm25s, rank_bm25, tantivy;
- others given the text: `TfidfVectorizer()` as it comes, and over two and three characters.

bm25s, rank_bm25 and tantivy are installed for this alone (`benchmarks/requirements.txt`); what is not
installed is left out. `p` is the chance of a difference in nDCG@10 to bm25s this large if both were
equally good (paired randomisation test, 10,000 random signs; Smucker, Allan and Carterette 2007).

    python benchmarks/ranking.py --suppliers FILE --needs FILE --qrels FILE
    python benchmarks/ranking.py --classes FILE --queries FILE --json ranking.json

Suppliers, needs and answers are CSV files with the columns that `evaluate` reads. Classes
(code, name_ja, name_en, text) and queries (query_id, text, kind, code) ask for the class of an
industry; queries of each kind are measured apart, among all classes and among those that make
something (without the head offices and supporting sites that each major group has, codes 00 and 09).
"""

import argparse
import csv
import importlib
import importlib.util
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
from sme_match.matching.engine.text import word_terms
from sme_match.matching.vocabulary import shipped_vocabulary

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
            title: {name: found.as_dict() | _against(engines, found) for name, found in engines.items()}
            for title, engines in results.items()
        }
        arguments.json.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")


def measure(task: Task) -> dict[str, Evaluation]:
    """Return the figures of each engine on a task."""
    relevant = relevant_suppliers(task.judgements, {supplier.key for supplier in task.suppliers})
    asked = [need for need in task.needs if str(need.key) in relevant]
    ids = [str(need.key) for need in asked]
    suppliers = sorted(task.suppliers, key=lambda supplier: str(supplier.key))
    return {
        name: evaluate_rankings(dict(zip(ids, rank(suppliers, asked), strict=True)), relevant)
        for name, rank in ENGINES.items()
        if name not in PEERS or importlib.util.find_spec(PEERS[name])
    }


def as_markdown(engines: Mapping[str, Evaluation]) -> str:
    """Return the figures as a table."""
    figures = [found.as_dict() for found in engines.values()]
    lines = [
        "| engine | " + " | ".join(figures[0]) + " | p |",
        "|---|" + "--:|" * (len(figures[0]) + 1),
    ]
    for (name, found), row in zip(engines.items(), figures, strict=True):
        chance = _against(engines, found).get("p")
        cells = [f"{value:.{0 if figure == 'n' else 3}f}" for figure, value in row.items()]
        cells.append("" if chance is None else f"{chance:.4f}")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _against(engines: Mapping[str, Evaluation], found: Evaluation) -> dict[str, float]:
    other = engines.get(REFERENCE)
    return {"p": chance_of_difference(found, other)} if other and other is not found else {}


def chance_of_difference(one: Evaluation, other: Evaluation, *, rounds: int = 10_000) -> float:
    """Return how often random signs make the mean difference in nDCG@10 at least as large."""
    differences = np.array(
        [a.ndcg_at_10 - b.ndcg_at_10 for a, b in zip(one.needs, other.needs, strict=True)]
    )
    signs = np.random.default_rng(0)
    seen = abs(differences.sum()) - 1e-9
    larger = sum(
        abs((signs.integers(0, 2, len(differences)) * 2 - 1) @ differences) >= seen
        for _ in range(rounds)
    )
    return float((larger + 1) / (rounds + 1))


def _engine(settings: Settings) -> Rank:
    def rank(suppliers: Sequence[Document], needs: Sequence[Document]) -> Rankings:
        index = Index.build(suppliers, settings, thesaurus=shipped_vocabulary().thesaurus)
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


def _words(text: str) -> list[str]:
    """Return the engine's words of a text, for engines that take a list."""
    return [word for line in text.splitlines() for word in word_terms(line)]


def _whole(documents: Sequence[Document]) -> list[Document]:
    return [Document(each.key, {"text": _text(each).replace("\n", " ")}) for each in documents]


def _whole_profiles(suppliers: Sequence[Document], needs: Sequence[Document]) -> Rankings:
    return _engine(Settings(passage_share=0, concept_weight=0))(_whole(suppliers), needs)


def _ranked(suppliers: Sequence[Document], values: np.ndarray[Any, Any]) -> list[str]:
    order = np.argsort(-values, kind="stable")
    return [str(suppliers[place].key) for place in order if values[place] > 0]


def _bm25s(suppliers: Sequence[Document], needs: Sequence[Document]) -> Rankings:
    index = importlib.import_module("bm25s").BM25()
    index.index([_words(_text(supplier)) for supplier in suppliers], show_progress=False)
    rankings = []
    for need in needs:
        words = [word for word in _words(_text(need)) if word in index.vocab_dict]
        rankings.append(_ranked(suppliers, index.get_scores(words)) if words else [])
    return rankings


def _rank_bm25(suppliers: Sequence[Document], needs: Sequence[Document]) -> Rankings:
    module = importlib.import_module("rank_bm25")
    index = module.BM25Okapi([_words(_text(supplier)) for supplier in suppliers])
    return [_ranked(suppliers, index.get_scores(_words(_text(need)))) for need in needs]


def _tantivy(suppliers: Sequence[Document], needs: Sequence[Document]) -> Rankings:
    tantivy = importlib.import_module("tantivy")
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("words", tokenizer_name="whitespace")
    builder.add_integer_field("place", stored=True)
    schema = builder.build()
    index = tantivy.Index(schema)
    writer = index.writer(num_threads=1)
    for place, supplier in enumerate(suppliers):
        writer.add_document(tantivy.Document(words=" ".join(_words(_text(supplier))), place=place))
    writer.commit()
    index.reload()
    searcher = index.searcher()
    rankings = []
    for need in needs:
        terms = [tantivy.Query.term_query(schema, "words", word) for word in _words(_text(need))]
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])
        hits = searcher.search(query, limit=len(suppliers)).hits if terms else []
        places = [(-score, searcher.doc(address)["place"][0]) for score, address in hits]
        rankings.append([str(suppliers[place].key) for _, place in sorted(places)])
    return rankings


REFERENCE = "bm25s, same words"
PEERS: Mapping[str, str] = {
    REFERENCE: "bm25s",
    "rank_bm25, same words": "rank_bm25",
    "tantivy, same words": "tantivy",
}
ENGINES: Mapping[str, Rank] = {
    "**default engine**": _engine(Settings()),
    "without the thesaurus": _engine(Settings(concept_weight=0)),
    "whole profiles alone": _whole_profiles,
    "baseline (TF-IDF cosine, sublinear)": _engine(BASELINE),
    "TF-IDF cosine, same words": _vectorizer(analyzer=_words),
    REFERENCE: _bm25s,
    "rank_bm25, same words": _rank_bm25,
    "tantivy, same words": _tantivy,
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
    everything = [
        Document(row["code"], {"name": row["name_ja"], "text": row["text"]}) for row in _rows(classes)
    ]
    makers = [each for each in everything if not str(each.key).endswith(("00", "09"))]
    by_kind: dict[str, list[dict[str, str]]] = {}
    for row in _rows(queries):
        by_kind.setdefault(row["kind"], []).append(row)
    for kind, rows in by_kind.items():
        needs = {row["query_id"]: Document(row["query_id"], {"text": row["text"]}) for row in rows}
        answers = [Judgement(row["query_id"], row["code"], 1) for row in rows]
        for suppliers in (everything, makers):
            yield Task(f"{len(suppliers)} classes ({kind})", suppliers, list(needs.values()), answers)


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
