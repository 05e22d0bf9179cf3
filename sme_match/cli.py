"""Commands of the installation: `flask --app wsgi COMMAND`."""

import click
from flask import Flask

from sme_match.db.migrations import migrate
from sme_match.web.context import installation


def init_app(app: Flask) -> None:
    """Register the commands."""
    for command in (migrate_command,):
        app.cli.add_command(command)


@click.command("migrate")
def migrate_command() -> None:
    """Bring the database to the newest migration."""
    migrate(installation().database.engine)
    click.echo("The database is up to date.")
