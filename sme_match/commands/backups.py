"""Commands around backups of the database."""

from pathlib import Path

import click

from sme_match.db.backups import BackupError, back_up, remove_old, restore, verify
from sme_match.web.context import installation

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("backup")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--keep-all", is_flag=True, help="Delete no older backups.")
def backup_command(folder: Path, *, keep_all: bool) -> None:
    """Write a verified backup into FOLDER while the service runs.

    The last backups of the newest 14 days, 8 weeks and 12 months are kept, older ones deleted.
    """
    site = installation()
    try:
        path = back_up(site.database.engine, folder, now=site.clock())
    except (BackupError, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{path} ({path.stat().st_size:,} bytes), verified")
    for old in [] if keep_all else remove_old(folder):
        click.echo(f"deleted {old.name}")


@click.command("verify-backup")
@click.argument("path", type=_FILE)
def verify_backup(path: Path) -> None:
    """Read a backup through and say whether it is whole."""
    try:
        verify(path)
    except BackupError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{path.name} is whole.")


@click.command("restore")
@click.argument("path", type=_FILE)
def restore_command(path: Path) -> None:
    """Fill the empty database of DATABASE_OWNER_URL, else of DATABASE_URL, from a backup."""
    try:
        restore(path, installation().settings.owner_url)
    except (BackupError, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo("Restored. Now run `flask --app wsgi migrate`: it also lets the service use the tables.")
