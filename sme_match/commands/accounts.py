"""Commands that let administrators in when no page can."""

import click
from flask.cli import with_appcontext

from sme_match.accounts.services.invitations import invite_administrator
from sme_match.accounts.services.second_factor import reset_from_command_line
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


@click.command("reset-second-factor")
@with_appcontext
@click.argument("email")
def reset_second_factor(email: str) -> None:
    """Take the second factor from an account, when nobody in the service can do it."""
    base = installation()
    try:
        with base.database.unit_of_work() as session:
            reset_from_command_line(session, email, now=base.clock())
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo("The password alone signs in again; the person was told by mail.")
