"""Commands around the matching engine."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask.cli import with_appcontext

from sme_match.commands.registers import find_body
from sme_match.core.actor import SYSTEM
from sme_match.core.errors import InvalidError
from sme_match.matching.batch import (
    Answers,
    Written,
    answers_here,
    ask_group,
    list_groups,
    write_group,
)
from sme_match.matching.corpus import load_corpus
from sme_match.matching.engine.documents import BASELINE, Settings
from sme_match.matching.engine.evaluation import (
    as_csv,
    evaluate,
    read_judgements,
    read_needs,
    read_suppliers,
)
from sme_match.matching.engine.index import Index
from sme_match.matching.engine.shards import Terms
from sme_match.matching.services.running import terms_for
from sme_match.matching.vocabulary import shipped_vocabulary
from sme_match.support_bodies.queries import list_body_ids
from sme_match.web.context import Installation, installation

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

Engine = Callable[[Index, Terms], Answers]


@click.command("evaluate")
@click.option("--suppliers", required=True, type=FILE, help="CSV: corporate_number, capability_text")
@click.option("--needs", required=True, type=FILE, help="CSV: need_id, text")
@click.option("--qrels", required=True, type=FILE, help="CSV: need_id, corporate_number, relevance")
@click.option("--baseline", is_flag=True, help="Plain TF-IDF cosine instead of the engine's default.")
@click.option(
    "--per-query",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Also write a CSV file with one line for each need.",
)
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def evaluate_command(
    suppliers: Path, needs: Path, qrels: Path, *, baseline: bool, per_query: Path | None, as_json: bool
) -> None:
    """Measure the engine on needs whose right suppliers are known."""
    try:
        result = evaluate(
            read_suppliers(suppliers.read_bytes()),
            read_needs(needs.read_bytes()),
            read_judgements(qrels.read_bytes()),
            settings=BASELINE if baseline else Settings(),
            thesaurus=shipped_vocabulary().thesaurus,
        )
        if per_query:
            per_query.write_text(as_csv(result), encoding="utf-8")
    except InvalidError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.FileError(str(error.filename), error.strerror) from None
    if as_json:
        click.echo(json.dumps(result.as_dict()))
        return
    for name, value in result.as_dict().items():
        click.echo(f"{name:10} {value:.4g}")


@click.group("match")
def match_commands() -> None:
    """Run the matching engine on the register."""


@match_commands.command("run")
@with_appcontext
@click.option("--body", default="", help="Name or number of one support body; otherwise all.")
@click.option("--scheduler", default="", help="Address of a dask scheduler, as tcp://HOST:8786.")
@click.option(
    "--shards",
    default=0,
    type=click.IntRange(min=0),
    help="Parts of the index on the workers; 0 is one for each worker.",
)
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def match_run(body: str, scheduler: str, *, shards: int, as_json: bool) -> None:
    """Match all open needs again, in this process or on the workers of a dask scheduler.

    The results are the same. Decisions stay; proposals nobody decided on are renewed.
    """
    site, started = installation(), time.monotonic()
    with site.database.reading() as session:
        bodies = [find_body(session, body).id] if body else list_body_ids(session)
    with _engine(scheduler, shards) as engine:
        written = [each for body_id in bodies for each in _match_body(site, body_id, engine)]
    report = {
        "bodies": len(bodies),
        "runs": sum(each.runs for each in written),
        "changed_meanwhile": sum(each.changed for each in written),
        "seconds": round(time.monotonic() - started, 3),
    }
    if as_json:
        click.echo(json.dumps(report))
        return
    for name, value in report.items():
        click.echo(f"{name:18} {value}")


def _match_body(site: Installation, body_id: int, engine: Engine) -> Iterator[Written]:
    """Ask for all open needs of a body, then record the answers group by group."""
    now = site.clock()
    with site.database.reading() as session:
        terms = terms_for(session, body_id, now)
        corpus = load_corpus(session, body_id=body_id)
        listed = list_groups(session, body_id=body_id)
        groups = [ask_group(session, corpus, terms, need_ids) for need_ids in listed]
    if not groups:
        return
    answers = engine(corpus.index, terms)
    questions = ([each.question for each in group.values()] for group in groups)
    for group, results in zip(groups, answers(questions), strict=True):
        with site.database.unit_of_work() as session:
            yield write_group(session, SYSTEM, group, results, now=now)


@contextmanager
def _engine(scheduler: str, shards: int) -> Iterator[Engine]:
    """Give what answers questions: this process, or the workers of a scheduler."""
    if not scheduler:
        yield answers_here
        return
    try:
        from sme_match.commands import cluster  # noqa: PLC0415 -- dask is an optional extra
    except ImportError:
        raise click.ClickException(
            "dask.distributed is not installed: pip install -r requirements-cluster.txt"
        ) from None
    try:
        client = cluster.connect(scheduler)
    except (OSError, ValueError) as error:
        raise click.ClickException(f"No workers through {scheduler}: {error}") from None
    with client:
        yield lambda index, terms: cluster.answers_of(client, index, terms, count=shards)
