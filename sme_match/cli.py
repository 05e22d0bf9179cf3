"""The commands of the installation: `flask --app wsgi COMMAND`."""

from flask import Flask

from sme_match.commands.accounts import create_administrator, reset_second_factor
from sme_match.commands.audit import verify_audit
from sme_match.commands.backups import backup_command, restore_command, verify_backup
from sme_match.commands.database import migrate_command, scheduler
from sme_match.commands.demo import demo, load_demo, load_synthetic, sign_ins
from sme_match.commands.matching import evaluate_command, match_commands
from sme_match.commands.metrics import metrics
from sme_match.commands.registers import import_companies, import_needs
from sme_match.commands.series import import_series

COMMANDS = (
    migrate_command,
    scheduler,
    metrics,
    backup_command,
    verify_backup,
    restore_command,
    verify_audit,
    demo,
    load_demo,
    sign_ins,
    load_synthetic,
    evaluate_command,
    match_commands,
    import_companies,
    import_needs,
    import_series,
    create_administrator,
    reset_second_factor,
)


def init_app(app: Flask) -> None:
    """Register the commands."""
    for command in COMMANDS:
        app.cli.add_command(command)
