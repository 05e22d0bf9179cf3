"""How long all needs take against all companies, with conditions and explanations of the top 50.

Made-up profiles of three lines hold words of the trade, names of industries and a long tail of rare
words. The same needs are answered by the engine in this process, by the engine on two dask workers
(processes of this machine, the companies split between them; results are compared and must be
identical), and by scikit-learn's product of the same counts alone, which neither judges conditions
nor looks at lines nor explains anything.

    python benchmarks/batch.py --companies 10000 --needs 1000

Seconds are of the clock on the wall; CPU seconds are of this process, and of each worker.
"""

import argparse
import random
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.metrics.pairwise import linear_kernel

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sme_match.matching.batch import NEEDS_AT_ONCE, Answers, answers_here
from sme_match.matching.engine.conditions import CapabilityFacts, CompanyFacts, Condition
from sme_match.matching.engine.documents import Document, Key
from sme_match.matching.engine.index import Index
from sme_match.matching.engine.match import MatchResult, NeedValue
from sme_match.matching.engine.shards import Question, Terms, rank_part
from sme_match.needs.enums import ConditionKind, ConditionLevel
from sme_match.reference.jsic import JSICLevel, list_jsic
from sme_match.reference.materials import list_materials
from sme_match.reference.processes import list_processes

ROOT = Path(__file__).resolve().parent.parent
TODAY = datetime.now(UTC).date()
TOP, CHUNK = 50, 100
TOPICS, TAIL = 60, 40_000
WORKERS = 2
LONGEST_START = 120


@dataclass
class Row:
    """What one way of answering took; peak memory in MB is of this process since it began."""

    name: str
    seconds: float
    cpu: float
    workers_cpu: float = 0.0
    peak: float = 0.0


def make_texts(count: int, *, lines: int, seed: int) -> Iterator[str]:
    """Yield texts of the trade, every line on one of some topics."""
    rng, topics = random.Random(seed), random.Random(0)
    words = [process.ja for process in list_processes()] + [each.code for each in list_materials()]
    words += [each.ja for each in list_jsic(JSICLevel.DETAIL)]
    subjects = [topics.sample(words, 40) for _ in range(TOPICS)]
    common = ["加工", "対応", "部品", "製作", "試作", "量産", "小ロット", "精密", "短納期", "図面"]
    for _ in range(count):
        chosen = []
        for _ in range(lines):
            tail = [f"型番{int(rng.paretovariate(0.7)) % TAIL}X" for _ in range(3)]
            subject = rng.choice(subjects)
            chosen.append("、".join(rng.sample(subject, 6) + rng.sample(common, 3) + tail))
        yield "\n".join(chosen)


def make_index(count: int) -> Index:
    """Return an index of companies that state lots, accuracy and where they are."""
    rng = random.Random(3)
    documents = [
        Document(number, {"capability": text}, TODAY)
        for number, text in enumerate(make_texts(count, lines=3, seed=1))
    ]
    facts: dict[Key, CompanyFacts] = {
        number: CompanyFacts(
            number,
            tuple(
                CapabilityFacts(
                    lot_min=rng.choice([None, 1, 10, 100]),
                    tolerance_mm=rng.choice([None, 0.005, 0.01, 0.05]),
                )
                for _ in range(3)
            ),
            prefecture=f"{rng.randrange(1, 48):02d}",
        )
        for number in range(count)
    }
    return Index.build(documents, facts=facts)


def make_questions(count: int) -> list[Question]:
    """Return needs with two musts and a wish each."""
    rng = random.Random(4)
    return [
        Question(
            NeedValue(
                Document(f"n{number}", {"description": text}),
                (
                    Condition(ConditionKind.LOT, ConditionLevel.MUST, rng.choice([1, 10, 50])),
                    Condition(
                        ConditionKind.TOLERANCE_MM, ConditionLevel.MUST, rng.choice([0.01, 0.05])
                    ),
                    Condition(
                        ConditionKind.PREFECTURE, ConditionLevel.WISH, f"{rng.randrange(1, 48):02d}"
                    ),
                ),
            )
        )
        for number, text in enumerate(make_texts(count, lines=1, seed=2))
    ]


def main() -> None:
    """Measure and print a table."""
    arguments = _arguments()
    questions, terms = make_questions(arguments.needs), Terms(TODAY, TOP)
    built, index = _measured("index from texts", lambda: make_index(arguments.companies))
    rows = [built]
    row, _ = _measured("search and conditions alone", lambda: _rank(index, questions, terms))
    rows.append(row)
    row, here = _measured(
        "the engine, one process", lambda: _all(answers_here(index, terms), questions)
    )
    rows.append(row)
    row, _ = _measured("scikit-learn `linear_kernel` alone", lambda: _product(index, questions))
    rows.append(row)
    if not arguments.alone:
        rows += _on_cluster(index, questions, terms, here)
    print(f"{arguments.companies:,} companies, {arguments.needs:,} needs, the top {TOP} explained\n")
    print("| | seconds | CPU s | CPU s of the workers | peak MB so far |")
    print("|---|--:|--:|--:|--:|")
    for row in rows:
        figures = f"{row.seconds:.1f} | {row.cpu:.1f} | {row.workers_cpu:.1f} | {row.peak:,.0f}"
        print(f"| {row.name} | {figures} |")


def _measured(name: str, call: Callable[[], Any]) -> tuple[Row, Any]:
    wall, cpu = time.perf_counter(), time.process_time()
    found = call()
    row = Row(name, time.perf_counter() - wall, time.process_time() - cpu)
    row.peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{row.name}: {row.seconds:.1f} s", file=sys.stderr, flush=True)
    return row, found


def _all(answers: Answers, questions: Sequence[Question]) -> list[MatchResult]:
    each = iter(questions)
    groups = iter(lambda: list(islice(each, NEEDS_AT_ONCE)), [])
    return [result for results in answers(groups) for result in results]


def _rank(index: Index, questions: Sequence[Question], terms: Terms) -> None:
    for question in questions:
        rank_part(index, question, terms)


def _product(index: Index, questions: Sequence[Question]) -> None:
    """Multiply whole profiles by the needs, some at a time, and take the best of each."""
    segment = index.segments[0]
    profiles = sparse.csr_matrix(segment.profiles)
    needs = sparse.csr_matrix(index.queries([question.need.document for question in questions]))
    for start in range(0, len(questions), CHUNK):
        values = linear_kernel(needs[start : start + CHUNK], profiles)
        best = np.argpartition(values, -TOP, axis=1)[:, -TOP:]
        np.take_along_axis(best, np.argsort(-np.take_along_axis(values, best, 1), 1), 1)


def _on_cluster(
    index: Index, questions: Sequence[Question], terms: Terms, here: list[MatchResult]
) -> list[Row]:
    from sme_match.commands.cluster import answers_of, connect  # noqa: PLC0415 -- an optional extra

    with _cluster() as address, connect(address) as client:
        before = _cpu(client)
        sent, answers = _measured(
            f"sending the index to {WORKERS} workers", lambda: answers_of(client, index, terms)
        )
        sent.workers_cpu = _cpu(client) - before
        before = _cpu(client)
        row, there = _measured(f"the engine on {WORKERS} workers", lambda: _all(answers, questions))
        row.workers_cpu = _cpu(client) - before
        peaks = client.run(_peak)
        print("peak MB of the workers:", [round(each) for each in peaks.values()], file=sys.stderr)
    if there != here:
        raise SystemExit("the cluster found something else than one process")
    return [sent, row]


def _cpu(client: Any) -> float:  # noqa: ANN401 -- dask is not typed
    return float(sum(client.run(time.process_time).values()))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def _cluster() -> Iterator[str]:
    """Start a scheduler and workers on the loopback interface."""
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        port = str(opened.getsockname()[1])
    address = f"tcp://127.0.0.1:{port}"
    common = ["--host", "127.0.0.1", "--no-dashboard"]
    with ExitStack() as running, tempfile.TemporaryDirectory() as folder:
        running.enter_context(_process("scheduler", *common, "--port", port))
        for _ in range(WORKERS):
            running.enter_context(
                _process(
                    "worker", address, *common, "--no-nanny", "--nthreads", "1",
                    "--memory-limit", "8GB", "--local-directory", folder,
                )
            )  # fmt: skip
        _await_workers(address)
        yield address


def _await_workers(address: str) -> None:
    from distributed import Client  # noqa: PLC0415 -- an optional extra

    with Client(address, timeout=LONGEST_START) as client:  # type: ignore[no-untyped-call]
        client.wait_for_workers(WORKERS, timeout=LONGEST_START)


@contextmanager
def _process(kind: str, *arguments: str) -> Iterator[None]:
    command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="All needs against all companies.")
    parser.add_argument("--companies", type=int, default=10_000)
    parser.add_argument("--needs", type=int, default=1_000)
    parser.add_argument("--alone", action="store_true", help="leave the dask cluster out")
    return parser.parse_args()


if __name__ == "__main__":
    main()
