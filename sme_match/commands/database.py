"""Commands around the database and the scheduler."""

import click

from sme_match.db.engine import make_engine
from sme_match.db.migrations import migrate
from sme_match.db.scope import allow_use, is_held, role_of
from sme_match.jobs import Context, run_once, run_scheduler
from sme_match.web.context import installation


@click.command("migrate")
def migrate_command() -> None:
    """Bring the database to the newest migration."""
    site = installation()
    owner = make_engine(site.settings.owner_url)
    migrate(owner)
    allow_use(owner, role_of(site.database.engine))
    owner.dispose()
    click.echo("The database is up to date.")
    if not is_held(site.database.engine, "need"):
        click.echo(
            "No policy holds the service, so the database keeps no bodies apart: see the README."
        )


@click.command("scheduler")
@click.option("--once", is_flag=True, help="Run every job once and stop (for cron).")
def scheduler(*, once: bool) -> None:
    """Run the scheduled jobs: mails, reminders, expiries. Any number may stand by."""
    site = installation()
    context = Context(database=site.database, settings=site.settings)
    if once:
        for name, result in run_once(context).items():
            click.echo(f"{name}: {result}")
        return
    run_scheduler(context)
