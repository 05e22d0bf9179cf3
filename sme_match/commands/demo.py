"""Commands around the demonstration region and synthetic load."""

import click
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from sme_match.accounts.passwords import hash_password
from sme_match.commands.database import migrate_command
from sme_match.core.actor import SYSTEM
from sme_match.core.clock import jst_date
from sme_match.demo.build import build_demo, list_sign_ins
from sme_match.demo.constants import DEMO_PASSWORD
from sme_match.demo.synthetic import BODY_NAME, build_synthetic
from sme_match.matching.services.running import run_engine
from sme_match.needs.models import Need
from sme_match.support_bodies.models import SupportBody
from sme_match.web.context import installation

MATCHED_NEEDS = 50


@click.command("load-demo")
def load_demo() -> None:
    """Load the demonstration region into an empty database; a filled one is left alone."""
    site = installation()
    if site.settings.is_production:
        raise click.ClickException("The demonstration region is not for production.")
    with site.database.reading() as session:
        if session.scalar(select(SupportBody.id).limit(1)) is not None:
            click.echo("The database holds data already: nothing was loaded.")
            return
    click.echo("Loading the demonstration region (about half a minute) …")
    now = site.clock()
    with site.database.unit_of_work() as session:
        summary = build_demo(
            session,
            today=jst_date(now),
            now=now,
            password_hash=hash_password(DEMO_PASSWORD),
            match_need=lambda opened, need: _match(opened, need.id),
            room_base_url=site.settings.room_base_url,
        )
    click.echo(
        f"{summary.bodies} support bodies, {summary.smes} SMEs, {summary.buyers} buyers, "
        f"{summary.needs} needs, {summary.meetings} meetings, {summary.outcomes} outcomes."
    )


@click.command("sign-ins")
def sign_ins() -> None:
    """Print one sign-in for each role of each body of the demonstration region."""
    with installation().database.reading() as session:
        people = list_sign_ins(session)
    click.echo(f"\n{installation().settings.base_url}   password for all: {DEMO_PASSWORD}\n")
    for person in people:
        click.echo(f"  {person.role.value:14} {person.email:40} {person.name}  {person.body}")
    click.echo("")


@click.command("demo")
@click.pass_context
def demo(context: click.Context) -> None:
    """Migrate, load the demonstration region and print its sign-ins, in one process: `make run`."""
    for step in (migrate_command, load_demo, sign_ins):
        context.invoke(step)


@click.command("load-synthetic")
@click.option("--companies", default=10_000, show_default=True)
@click.option("--needs", default=1_000, show_default=True)
@click.option("--matched", default=MATCHED_NEEDS, show_default=True, help="Needs the engine runs for.")
def load_synthetic(companies: int, needs: int, matched: int) -> None:
    """Add a body with many companies and needs, to measure under load."""
    site = installation()
    if site.settings.is_production:
        raise click.ClickException("Synthetic data is not for production.")
    with site.database.unit_of_work() as session:
        if session.scalar(select(SupportBody.id).where(SupportBody.name == BODY_NAME)) is not None:
            click.echo("The synthetic body is there already: nothing was loaded.")
            return
        body_id = build_synthetic(
            session,
            companies=companies,
            needs=needs,
            now=site.clock(),
            password_hash=hash_password(DEMO_PASSWORD),
        )
        ids = session.scalars(select(Need.id).where(Need.body_id == body_id).limit(matched)).all()
        for need_id in ids:
            _match(session, need_id)
    click.echo(f"{companies} companies and {needs} needs were added; the engine ran for {len(ids)}.")


def _match(session: Session, need_id: int) -> None:
    need = session.scalars(
        select(Need)
        .where(Need.id == need_id)
        .options(joinedload(Need.buyer), selectinload(Need.conditions))
        .execution_options(populate_existing=True)
    ).one()
    run_engine(session, need, actor=SYSTEM, now=installation().clock())
