"""How well the text search finds known partners: the same index code on labelled CSV files."""

import csv
import io
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import log2
from typing import Final

from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text
from sme_match.matching.engine.documents import Document, Settings
from sme_match.matching.engine.index import Index

SUPPLIER_COLUMNS: Final = ("corporate_number", "capability_text")
NEED_COLUMNS: Final = ("need_id", "text")
QREL_COLUMNS: Final = ("need_id", "corporate_number", "relevance")
_DEFAULT_SETTINGS: Final = Settings()
_DEPTH: Final = 10
_FIELD_LIMIT: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class Judgement:
    """One line of the answers: how relevant a supplier is to a need; 0 means not at all."""

    need_id: str
    corporate_number: str
    relevance: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures over the `n` needs that have at least one relevant supplier in the index."""

    n: int
    hit_at_1: float
    hit_at_10: float
    mrr: float
    ndcg_at_10: float

    def as_dict(self) -> dict[str, float]:
        """Return the figures under their customary names."""
        return {
            "n": self.n,
            "hit@1": self.hit_at_1,
            "hit@10": self.hit_at_10,
            "mrr": self.mrr,
            "ndcg@10": self.ndcg_at_10,
        }


def evaluate(
    suppliers: Iterable[Document],
    needs: Iterable[Document],
    judgements: Iterable[Judgement],
    *,
    settings: Settings = _DEFAULT_SETTINGS,
) -> Evaluation:
    """Rank all suppliers for each need and compare with the known answers.

    A need counts when at least one of its relevant suppliers (relevance above 0) is among the
    suppliers; others cannot be answered. The reciprocal rank looks at the full ranking of
    suppliers that share anything with the need; a supplier that shares nothing is not found.
    nDCG uses the relevance as gain and 1 / log2(rank + 1) as discount (Järvelin and
    Kekäläinen 2002).
    """
    index = Index.build(suppliers, settings)
    relevant = relevant_suppliers(judgements, set(index.keys))
    asked = [need for need in needs if str(need.key) in relevant]
    rankings = index.search_many(asked, top_k=index.size)
    return evaluate_rankings(
        [[str(hit.key) for hit in ranking] for ranking in rankings],
        [relevant[str(need.key)] for need in asked],
    )


def relevant_suppliers(
    judgements: Iterable[Judgement], known: Collection[object]
) -> dict[str, dict[str, float]]:
    """Return need -> supplier -> relevance of the known suppliers that are relevant at all."""
    relevant: dict[str, dict[str, float]] = defaultdict(dict)
    for judgement in judgements:
        if judgement.relevance > 0 and judgement.corporate_number in known:
            relevant[judgement.need_id][judgement.corporate_number] = judgement.relevance
    return dict(relevant)


def evaluate_rankings(
    rankings: Sequence[Sequence[str]], relevant: Sequence[Mapping[str, float]]
) -> Evaluation:
    """Return the figures for rankings that any engine made, best first, with what was relevant."""
    ranks = [_ranks(ranking, gains) for ranking, gains in zip(rankings, relevant, strict=True)]
    firsts = [min(found) if found else None for found, _ in ranks]
    return Evaluation(
        n=len(ranks),
        hit_at_1=_mean(first == 1 for first in firsts),
        hit_at_10=_mean(first is not None and first <= _DEPTH for first in firsts),
        mrr=_mean(0.0 if first is None else 1 / first for first in firsts),
        ndcg_at_10=_mean(_ndcg(found, ideal) for found, ideal in ranks),
    )


def _ranks(ranking: Sequence[str], gains: Mapping[str, float]) -> tuple[dict[int, float], list[float]]:
    """Return the gain at each rank (from 1) where one is, and all gains there are to win."""
    found = {rank: gains[key] for rank, key in enumerate(ranking, start=1) if key in gains}
    return found, sorted(gains.values(), reverse=True)


def _ndcg(found: Mapping[int, float], ideal: Sequence[float]) -> float:
    reached = sum(gain / log2(rank + 1) for rank, gain in found.items() if rank <= _DEPTH)
    return reached / sum(gain / log2(rank + 1) for rank, gain in enumerate(ideal[:_DEPTH], start=1))


def _mean(values: Iterable[float]) -> float:
    collected = list(values)
    return sum(collected) / len(collected) if collected else 0.0


def read_suppliers(content: bytes) -> list[Document]:
    """Read suppliers; lines with the same number are one supplier.

    Raises:
        InvalidError: The file is empty, in an unknown encoding, or lacks a column.
    """
    texts: dict[str, list[str]] = defaultdict(list)
    for row in _rows(content, SUPPLIER_COLUMNS):
        texts[row["corporate_number"]].append(row["capability_text"])
    return [Document(key, {"past": "\n".join(lines)}) for key, lines in texts.items()]


def read_needs(content: bytes) -> list[Document]:
    """Read needs; of lines with the same id the last counts.

    Raises:
        InvalidError: The file is empty, in an unknown encoding, or lacks a column.
    """
    needs = {}
    for row in _rows(content, NEED_COLUMNS):
        needs[row["need_id"]] = Document(
            row["need_id"], {"text": row["text"]}, _day(row.get("date") or "")
        )
    return list(needs.values())


def read_judgements(content: bytes) -> list[Judgement]:
    """Read answers; an empty relevance means relevant.

    Raises:
        InvalidError: The file is empty, in an unknown encoding, lacks a column, or holds a
            relevance that is not a number.
    """
    judgements = []
    for number, row in enumerate(_rows(content, QREL_COLUMNS), start=2):
        try:
            relevance = float(row["relevance"] or 1)
        except ValueError:
            raise InvalidError(
                mark_text("%(line)s行目：relevance は数値で入力してください（%(value)s）。"),
                line=number,
                value=row["relevance"],
            ) from None
        judgements.append(Judgement(row["need_id"], row["corporate_number"], relevance))
    return judgements


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _rows(content: bytes, columns: Sequence[str]) -> list[dict[str, str]]:
    text = _decode(content)
    if not text.strip():
        raise InvalidError(mark_text("ファイルが空です。"))
    csv.field_size_limit(_FIELD_LIMIT)
    reader = csv.DictReader(io.StringIO(text, newline=""), restval="")
    names = [(name or "").strip() for name in reader.fieldnames or ()]
    reader.fieldnames = names
    missing = [column for column in columns if column not in names]
    if missing:
        raise InvalidError(
            mark_text("列「%(columns)s」が見つかりません。1行目の見出しを確認してください。"),
            columns="、".join(missing),
        )
    try:
        rows = [{name: (row[name] or "").strip() for name in names} for row in reader]
    except csv.Error as error:
        raise InvalidError(
            mark_text("CSV として読めません（%(line)s行目）。"), line=reader.line_num
        ) from error
    identity = columns[0]
    return [row for row in rows if row[identity]]


def _decode(content: bytes) -> str:
    """Decode UTF-8 (with or without BOM), or CP932 as Excel saves it in Japan.

    CP932 gives a meaning to almost any bytes; a zero byte tells UTF-16 and workbooks apart.
    """
    for encoding in () if b"\0" in content else ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidError(
        mark_text("文字コードを判別できません。UTF-8 または Shift_JIS（CP932）で保存してください。")
    )
