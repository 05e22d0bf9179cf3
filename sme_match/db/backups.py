"""Backups of the whole database: made while the service runs, verified before they count, restored.

SQLite: `VACUUM INTO`, which reads one consistent state; stepwise copies restart under writes and a copy
of the file alone lacks its journal. PostgreSQL: `pg_dump` in its custom format. A backup is written
under another name and renamed once it has been verified, so a file with the right name is whole.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, inspect, make_url, text

from sme_match.db.engine import QUERY_ONLY
from sme_match.db.migrations import current_revision
from sme_match.db.scope import EVERY_BODY

STEM = "sme_match-"
TIME_FORMAT = "%Y%m%dT%H%M%SZ"
SUFFIXES = {"sqlite": ".sqlite3", "postgresql": ".dump"}
PRIVATE = 0o600
DAILY, WEEKLY, MONTHLY = 14, 8, 12
"""How many newest days, weeks and months keep their last backup."""


class BackupError(Exception):
    """A backup could not be made, or is not whole; the message says why."""


def back_up(engine: Engine, folder: Path, *, now: datetime) -> Path:
    """Write a verified backup into the folder and return its path.

    Raises:
        BackupError: when it cannot be made or does not verify; nothing is left behind then.
    """
    kind = engine.dialect.name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{STEM}{now.astimezone(UTC):{TIME_FORMAT}}{SUFFIXES[kind]}"
    if path.exists():
        raise BackupError(f"{path.name} exists already.")
    part = path.with_suffix(path.suffix + ".part")
    part.unlink(missing_ok=True)
    try:
        # Private from the first byte on, whatever the umask.
        part.touch(mode=PRIVATE)
        if kind == "sqlite":
            # Past the hooks of the engine: VACUUM runs in no transaction.
            with closing(engine.raw_connection()) as connection:
                cursor = connection.cursor()
                cursor.execute("PRAGMA query_only=OFF")
                connection.info.pop(QUERY_ONLY, None)
                cursor.execute("VACUUM INTO ?", (str(part),))
        else:
            # The policies of rows hold for this role as well, so it says that it reaches every body.
            arguments = ["--format=custom", "--enable-row-security", f"--file={part}"]
            _run(["pg_dump", *arguments], engine.url)
        verify(part)
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def verify(path: Path) -> None:
    """Read a backup through.

    Raises:
        BackupError: when it is damaged or holds no database of this service.
    """
    if not path.is_file():
        raise BackupError(f"There is no file {path}.")
    with path.open("rb") as file:
        start = file.read(16)
    if start.startswith(b"SQLite format 3"):
        _verify_sqlite(path)
    elif start.startswith(b"PGDMP"):
        listing = _run(["pg_restore", "--list", str(path)])
        if " TABLE DATA " not in listing or "alembic_version" not in listing:
            raise BackupError(f"{path.name} holds no database of this service.")
        # Reading all of it finds what the table of contents does not tell.
        _run(["pg_restore", "--file=/dev/null", str(path)])
    else:
        raise BackupError(f"{path.name} is no backup.")


def restore(path: Path, url: str) -> None:
    """Fill an empty database from a backup.

    Raises:
        BackupError: when the backup is damaged, of the other kind of database, or the database at
            `url` is not empty.
    """
    verify(path)
    target = make_url(url)
    kind = target.get_backend_name()
    if path.suffix != SUFFIXES[kind]:
        raise BackupError(f"{path.name} cannot be restored into {kind}.")
    if kind == "sqlite":
        _restore_sqlite(path, Path(target.database or ""))
        return
    engine = create_engine(target)
    try:
        if inspect(engine).get_table_names():
            raise BackupError("The database is not empty. Restore into a new one; nothing was changed.")
    finally:
        engine.dispose()
    arguments = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    _run(["pg_restore", *arguments, f"--dbname={target.database}", str(path)], target)


def list_backups(folder: Path) -> list[tuple[datetime, Path]]:
    """Return the backups of a folder with their times, oldest first."""
    found = []
    for path in folder.glob(f"{STEM}*"):
        try:
            at = datetime.strptime(path.name[len(STEM) :].split(".")[0], f"{TIME_FORMAT[:-1]}%z")
        except ValueError:
            continue
        if path.suffix in SUFFIXES.values():
            found.append((at, path))
    return sorted(found)


def remove_old(folder: Path) -> list[Path]:
    """Delete the backups that need not be kept and return them."""
    listed = list_backups(folder)
    keep = to_keep(at for at, _ in listed)
    old = [path for at, path in listed if at not in keep]
    for path in old:
        path.unlink()
    return old


def to_keep(times: Iterable[datetime]) -> frozenset[datetime]:
    """Return the last backup of each of the newest days, weeks and months that have one."""
    ordered = sorted(times)
    kept: set[datetime] = set()
    for count, period in ((DAILY, "%Y-%m-%d"), (WEEKLY, "%G-%V"), (MONTHLY, "%Y-%m")):
        last_of = {f"{at:{period}}": at for at in ordered}
        kept.update(list(last_of.values())[-count:])
    return frozenset(kept)


def _restore_sqlite(path: Path, file: Path) -> None:
    # A journal that a crash left behind would be played into the restored file.
    for there in (file, Path(f"{file}-wal"), Path(f"{file}-journal")):
        if there.exists():
            raise BackupError(f"{there} exists. Move it away first; nothing was changed.")
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.unlink(missing_ok=True)
    part.touch(mode=PRIVATE)
    shutil.copyfile(path, part)
    part.rename(file)


def _verify_sqlite(path: Path) -> None:
    engine = create_engine(f"sqlite:///file:{path}?mode=ro&uri=true")
    try:
        with engine.connect() as connection:
            problems = connection.execute(text("PRAGMA integrity_check")).scalars().all()
            orphans = connection.execute(text("PRAGMA foreign_key_check")).first()
        revision = current_revision(engine)
    except Exception as error:
        raise BackupError(f"{path.name} cannot be read: {error}") from error
    finally:
        engine.dispose()
    if problems != ["ok"] or orphans is not None:
        raise BackupError(f"{path.name} is damaged.")
    if revision is None:
        raise BackupError(f"{path.name} holds no database of this service.")


def _run(command: Sequence[str], url: URL | None = None) -> str:
    """Run a program of PostgreSQL; what it needs to connect goes through its environment."""
    program = shutil.which(command[0])
    if program is None:
        raise BackupError(f"{command[0]} is not installed: it comes with PostgreSQL's client programs.")
    environment = dict(os.environ)
    if url is not None:
        given = {
            "PGHOST": url.host,
            "PGPORT": url.port,
            "PGUSER": url.username,
            "PGPASSWORD": url.password,
            "PGDATABASE": url.database,
            "PGOPTIONS": f"-c app.body={EVERY_BODY}",
        }
        environment |= {name: str(value) for name, value in given.items() if value is not None}
    done = subprocess.run(  # noqa: S603 -- a fixed program, no shell
        [program, *command[1:]], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupError(f"{command[0]} failed: {done.stderr.strip()[-500:]}")
    return done.stdout
