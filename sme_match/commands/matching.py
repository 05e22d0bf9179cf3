"""Commands around the matching engine."""

import json
from pathlib import Path

import click

from sme_match.core.errors import InvalidError
from sme_match.matching.engine.documents import BASELINE, Settings
from sme_match.matching.engine.evaluation import (
    as_csv,
    evaluate,
    read_judgements,
    read_needs,
    read_suppliers,
)
from sme_match.matching.vocabulary import shipped_vocabulary

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


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
