"""The command that lets the first administrator in."""

import click
from flask.cli import with_appcontext

from sme_match.accounts.services.invitations import invite_administrator
from sme_match.core.errors import DomainError
from sme_match.web.context import installation


@click.command("create-administrator")
@with_appcontext
@click.argument("email")
@click.argument("name")
def create_administrator(email: str, name: str) -> None:
    """Print an invitation for an administrator: no account exists before the first one accepts."""
    base = installation()
    try:
        with base.database.unit_of_work() as session:
            link = invite_administrator(
                session, email=email, name=name, base_url=base.settings.base_url, now=base.clock()
            )
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo("Open this link within 7 days; it works once:")
    click.echo(link)
