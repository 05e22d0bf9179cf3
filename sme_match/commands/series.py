"""The command that brings an official series in, by the same rules as the pages of administrators."""

from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.commands.registers import FILE, report, say_written
from sme_match.core.actor import Actor, Role
from sme_match.core.errors import DomainError
from sme_match.db.scope import EVERY_BODY
from sme_match.registers.models import RegisterImport
from sme_match.registers.rows import ImportRow, summarise
from sme_match.registers.services import apply_import, read_file, start_import
from sme_match.statistics.imported.columns import FIRST_YEAR, LAST_YEAR
from sme_match.statistics.imported.register import official_register
from sme_match.statistics.imported.services import SeriesDraft, create_series
from sme_match.statistics.models import OfficialSeries
from sme_match.web.context import installation

YEAR = click.IntRange(FIRST_YEAR, LAST_YEAR)
ACTOR = Actor(role=Role.ADMINISTRATOR, name="コマンドによる取り込み")


@click.command("import-series")
@with_appcontext
@click.argument("file", type=FILE)
@click.option("--title", required=True, help="Name of the series; a known one takes the figures in.")
@click.option("--publisher", default="", help="Who publishes it, in which survey.")
@click.option("--basis", default="", help="What the figures cover: survey, years, nominal or real.")
@click.option("--licence", default="", help="The terms under which it may be shown.")
@click.option("--unit", default="", help="Unit of the figures, such as 百万円 or 人.")
@click.option("--source", default="", help="Where the file was taken from.")
@click.option("--break", "breaks", type=YEAR, multiple=True, help="A year not comparable with earlier.")
@click.option("--accept", is_flag=True, help="Also bring in the rows that are asked about.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
def import_series(
    file: Path, *, title: str, breaks: tuple[int, ...], accept: bool, dry_run: bool, **stated: str
) -> None:
    """Import an official series from XLSX or CSV: year, prefecture code, industry, value.

    A new series needs everything that must stand under its figures. Rows that cannot be right are
    refused; those that are asked about stay out unless --accept is given.
    """
    base, draft = installation(), SeriesDraft(title=title, breaks=breaks, **stated)
    try:
        if dry_run:
            # What is not committed is undone when the session closes.
            with base.database.open_session(write=True, scope=EVERY_BODY) as session:
                _import(session, file, draft, accept=accept)
            return
        with base.database.unit_of_work() as session:
            applied = _import(session, file, draft, accept=accept)
    except DomainError as error:
        field = getattr(error, "field", None)
        raise click.ClickException(f"--{field}: {error}" if field else str(error)) from error
    say_written(applied)


def _import(session: Session, file: Path, draft: SeriesDraft, *, accept: bool) -> RegisterImport:
    now = installation().clock()
    series = session.scalar(select(OfficialSeries).where(OfficialSeries.title == draft.title))
    if series is None:
        series = create_series(session, ACTOR, draft, now=now)
    register = official_register(session, str(series.id))
    read = read_file(register, filename=file.name, data=file.read_bytes())
    started = start_import(session, ACTOR, register, read, now=now)
    report(started, register)
    asked = summarise(ImportRow.of_json(stored) for stored in started.rows).questions
    decisions = {row.number: row.way_in for row in asked} if accept else {}
    return apply_import(
        session, ACTOR, register, started.id, decisions=decisions, now=now, parsed=read.parsed
    )
