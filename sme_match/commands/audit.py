"""The command that compares the audit log with its seals."""

import click
from flask.cli import with_appcontext

from sme_match.audit.seals import find_broken
from sme_match.web.context import installation


@click.command("verify-audit")
@with_appcontext
def verify_audit() -> None:
    """Say whether every sealed entry of the audit log is still what it was."""
    with installation().database.reading() as session:
        broken = list(find_broken(session))
    for each in broken:
        click.echo(
            f"Entries {each.first_id}-{each.last_id}, sealed {each.sealed_at:%Y-%m-%d %H:%M} UTC, "
            "were changed, removed or added to."
        )
    if broken:
        raise click.ClickException("The audit log does not fit its seals.")
    click.echo("The audit log fits its seals.")
