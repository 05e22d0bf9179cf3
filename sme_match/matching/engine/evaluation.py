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
from sme_match.matching.engine.index import NO_THESAURUS, Index
from sme_match.matching.engine.thesaurus import Thesaurus

SUPPLIER_COLUMNS: Final = ("corporate_number", "capability_text")
NEED_COLUMNS: Final = ("need_id", "text")
QREL_COLUMNS: Final = ("need_id", "corporate_number", "relevance")
_DEFAULT_SETTINGS: Final = Settings()
_DEPTH: Final = 10
_RECALL_DEPTH: Final = 100
_FIELD_LIMIT: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class Judgement:
    """One line of the answers: how relevant a supplier is to a need; 0 means not at all."""

    need_id: str
    corporate_number: str
    relevance: float


@dataclass(frozen=True, slots=True)
class NeedResult:
    """How well the suppliers were ranked for one need.

    `first_rank` is the rank of the first relevant supplier, None where none was found.
    """

    need_id: str
    first_rank: int | None
    ndcg_at_10: float
    average_precision: float
    recall_at_100: float

    @property
    def reciprocal_rank(self) -> float:
        """Return 1 / rank of the first relevant supplier, 0 where none was found."""
        return 1 / self.first_rank if self.first_rank else 0.0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The needs that have at least one relevant supplier in the index, and means over them."""

    needs: tuple[NeedResult, ...]

    def hit_at(self, depth: int) -> float:
        """Return the share of needs with a relevant supplier among the first `depth`."""
        return _mean(need.first_rank is not None and need.first_rank <= depth for need in self.needs)

    @property
    def mrr(self) -> float:
        """Return the mean reciprocal rank."""
        return _mean(need.reciprocal_rank for need in self.needs)

    @property
    def ndcg_at_10(self) -> float:
        """Return the mean nDCG at 10."""
        return _mean(need.ndcg_at_10 for need in self.needs)

    def as_dict(self) -> dict[str, float]:
        """Return the means under their customary names."""
        return {
            "n": len(self.needs),
            "hit@1": self.hit_at(1),
            "hit@10": self.hit_at(10),
            "mrr": self.mrr,
            "ndcg@10": self.ndcg_at_10,
            "map": _mean(need.average_precision for need in self.needs),
            "recall@100": _mean(need.recall_at_100 for need in self.needs),
        }


def evaluate(
    suppliers: Iterable[Document],
    needs: Iterable[Document],
    judgements: Iterable[Judgement],
    *,
    settings: Settings = _DEFAULT_SETTINGS,
    thesaurus: Thesaurus = NO_THESAURUS,
) -> Evaluation:
    """Rank all suppliers for each need and compare with the known answers.

    A need counts when at least one of its relevant suppliers (relevance above 0) is among the
    suppliers; others cannot be answered. The reciprocal rank looks at the full ranking of
    suppliers that share anything with the need; a supplier that shares nothing is not found.
    nDCG uses the relevance as gain and 1 / log2(rank + 1) as discount (Järvelin and
    Kekäläinen 2002); average precision and recall take every relevance above 0 as equal.
    """
    index = Index.build(suppliers, settings, thesaurus=thesaurus)
    relevant = relevant_suppliers(judgements, set(index.keys))
    asked = [need for need in needs if str(need.key) in relevant]
    rankings = index.search_many(asked, top_k=index.size)
    return evaluate_rankings(
        {
            str(need.key): [str(hit.key) for hit in ranking]
            for need, ranking in zip(asked, rankings, strict=True)
        },
        relevant,
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
    rankings: Mapping[str, Sequence[str]], relevant: Mapping[str, Mapping[str, float]]
) -> Evaluation:
    """Return the figures for rankings that any engine made: suppliers by need, best first."""
    return Evaluation(
        tuple(
            _need_result(need_id, ranking, relevant[need_id]) for need_id, ranking in rankings.items()
        )
    )


def _need_result(need_id: str, ranking: Sequence[str], gains: Mapping[str, float]) -> NeedResult:
    found = {rank: gains[key] for rank, key in enumerate(ranking, start=1) if key in gains}
    ideal = enumerate(sorted(gains.values(), reverse=True)[:_DEPTH], start=1)
    reached = sum(gain / log2(rank + 1) for rank, gain in found.items() if rank <= _DEPTH)
    return NeedResult(
        need_id,
        first_rank=min(found, default=None),
        ndcg_at_10=reached / sum(gain / log2(rank + 1) for rank, gain in ideal),
        average_precision=sum(count / rank for count, rank in enumerate(found, start=1)) / len(gains),
        recall_at_100=sum(rank <= _RECALL_DEPTH for rank in found) / len(gains),
    )


def as_csv(result: Evaluation) -> str:
    """Return one line per need; an empty rank means that no relevant supplier was found."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(
        ("need_id", "first_relevant_rank", "reciprocal_rank", "ndcg@10", "ap", "recall@100")
    )
    writer.writerows(
        (
            need.need_id,
            need.first_rank,
            need.reciprocal_rank,
            need.ndcg_at_10,
            need.average_precision,
            need.recall_at_100,
        )
        for need in result.needs
    )
    return lines.getvalue()


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
