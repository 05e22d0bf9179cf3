"""Commands around the database and the scheduler."""

import click
from sqlalchemy import make_url

from sme_match.db.engine import make_engine
from sme_match.db.migrations import migrate
from sme_match.db.scope import allow_use
from sme_match.jobs import Context, run_once, run_scheduler
from sme_match.web.context import installation


@click.command("migrate")
def migrate_command() -> None:
    """Bring the database to the newest migration."""
    settings = installation().settings
    owner = make_engine(settings.owner_url)
    migrate(owner)
    allow_use(owner, make_url(settings.database_url).username)
    owner.dispose()
    click.echo("The database is up to date.")
    if owner.dialect.name == "postgresql" and settings.owner_url == settings.database_url:
        click.echo("The service owns its tables, so no policy keeps bodies apart: see the README.")


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
