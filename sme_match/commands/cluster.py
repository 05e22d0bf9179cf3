"""The engine on several processes or machines through dask.distributed (requirements-cluster.txt).

Workers run whatever a client sends them, and read it with pickle: scheduler and workers must be
reachable by this installation alone.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import cycle
from typing import Any

from distributed import Client

from sme_match.matching.batch import Answers
from sme_match.matching.engine.documents import Key
from sme_match.matching.engine.index import Index
from sme_match.matching.engine.match import Candidate, MatchResult
from sme_match.matching.engine.shards import (
    Question,
    Terms,
    explain_part,
    merge,
    rank_part,
    shards,
)

SECONDS_TO_CONNECT = 10
GROUPS_AHEAD = 3
"""How many groups are under way while one is recorded, so that no worker waits for the database."""

Found = Sequence[MatchResult]
Explained = Sequence[Mapping[Key, Candidate]]


def connect(address: str) -> Client:
    """Return a connection to a scheduler.

    Raises:
        OSError: Nobody answers there.
        ValueError: The address is none, or the scheduler has no worker.
    """
    client: Client = Client(  # type: ignore[no-untyped-call]
        address, timeout=SECONDS_TO_CONNECT, direct_to_workers=True, set_as_default=False
    )
    if not _workers(client):
        client.close()  # type: ignore[no-untyped-call]
        raise ValueError("the scheduler has no worker")
    return client


def _workers(client: Any) -> list[str]:  # noqa: ANN401 -- dask is not typed
    return sorted(client.scheduler_info(n_workers=-1)["workers"])


def answers_of(client: Any, index: Index, terms: Terms, *, count: int = 0) -> Answers:  # noqa: ANN401 -- dask is not typed
    """Send the index to the workers in parts, once; return what answers questions with them.

    A part stays on its worker. Without a count each worker has one.
    """
    workers = _workers(client)
    parts = [
        (client.scatter(part, workers=[worker], broadcast=False, hash=False), worker)
        for part, worker in zip(shards(index, count or len(workers)), cycle(workers), strict=False)
    ]

    def submit(questions: Sequence[Question]) -> tuple[Any, list[Any]]:
        ranked = [
            client.submit(_rank, part, questions, terms, workers=[worker], pure=False)
            for part, worker in parts
        ]
        merged = client.submit(_merge, ranked, questions, terms, pure=False)
        explained = [
            client.submit(_explain, part, merged, questions, terms, workers=[worker], pure=False)
            for part, worker in parts
        ]
        return merged, explained

    def collect(futures: tuple[Any, list[Any]]) -> Found:
        merged, explained = client.gather(futures)
        return [
            found.with_explained({key: part[key] for part in of_need for key in part})
            for found, *of_need in zip(merged, *explained, strict=True)
        ]

    def answers(groups: Iterable[Sequence[Question]]) -> Iterator[Found]:
        under_way: deque[tuple[Any, list[Any]]] = deque()
        for questions in groups:
            under_way.append(submit(questions))
            if len(under_way) > GROUPS_AHEAD:
                yield collect(under_way.popleft())
        while under_way:
            yield collect(under_way.popleft())

    return answers


def _rank(part: Index, questions: Sequence[Question], terms: Terms) -> Found:
    return [rank_part(part, question, terms) for question in questions]


def _merge(ranked: Sequence[Found], questions: Sequence[Question], terms: Terms) -> Found:
    return [
        merge(results, question, terms) for question, *results in zip(questions, *ranked, strict=True)
    ]


def _explain(part: Index, merged: Found, questions: Sequence[Question], terms: Terms) -> Explained:
    return [
        explain_part(part, found, question, terms)
        for found, question in zip(merged, questions, strict=True)
    ]
