"""A real PostgreSQL on loopback, started and stopped by the tests themselves."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from sme_match.schema import METADATA

START_SECONDS = 30


def find_binaries() -> Path | None:
    """Return the folder of the newest installed server, or None."""
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[-3])
    )
    if installed:
        return installed[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


APP_ROLE = "app"
"""The role of the service, which owns nothing; `test` owns the database."""


def as_owner(url: str) -> str:
    """Return the address of a database for the owner of its tables."""
    return url.replace(f"//{APP_ROLE}@", "//test@")


def empty_all_tables(url: str) -> None:
    """Delete all rows of a database, given the address of its owner, and number anew."""
    engine = create_engine(url)
    with engine.begin() as connection:
        names = ", ".join(f'"{table.name}"' for table in METADATA.sorted_tables)
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    engine.dispose()


@contextmanager
def running_server(binaries: Path) -> Iterator[str]:
    """Run a server with an empty cluster; give the URL of its database `test` for the service."""
    with empty_cluster(binaries) as folder:
        port = free_port()
        with serving(binaries, folder, port) as url:
            make_database(binaries, port)
            subprocess.run(
                [
                    binaries / "createuser", "-h", "127.0.0.1", "-p", str(port), "-U", "test",
                    "--no-superuser", "--no-createdb", "--no-createrole", APP_ROLE,
                ],
                check=True, capture_output=True, cwd="/",
            )  # fmt: skip
            yield url.replace("//test@", f"//{APP_ROLE}@")


def make_database(binaries: Path, port: int) -> None:
    """Make the database `test` on a running server."""
    subprocess.run(
        [binaries / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "test", "test"],
        check=True, capture_output=True, cwd="/",
    )  # fmt: skip


@contextmanager
def empty_cluster(binaries: Path) -> Iterator[Path]:
    """Give the folder of a new cluster, which goes at the end."""
    folder = Path(tempfile.mkdtemp(prefix="sme-match-pg-"))
    try:
        if user := _user():
            shutil.chown(folder, user)
        subprocess.run(
            [
                binaries / "initdb", "-D", folder / "data", "-U", "test", "-A", "trust",
                "-E", "UTF8", "--locale=C", "--no-sync",
            ],
            check=True, capture_output=True, user=user, cwd="/",
        )  # fmt: skip
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def serving(binaries: Path, folder: Path, port: int) -> Iterator[str]:
    """Run a server on a cluster, as often as one likes; give the URL of the database `test`."""
    server = subprocess.Popen(
        [
            binaries / "postgres", "-D", folder / "data", "-h", "127.0.0.1", "-p", str(port),
            "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "synchronous_commit=off",
            "-c", "full_page_writes=off", "-c", "max_connections=100",
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=_user(), cwd="/",
    )  # fmt: skip
    try:
        _wait(binaries, port, server)
        yield f"postgresql+psycopg://test@127.0.0.1:{port}/test"
    finally:
        # At once: whoever is connected is cut off.
        server.send_signal(signal.SIGINT)
        server.wait(timeout=START_SECONDS)


def _user() -> str | None:
    """Return who runs the server: it refuses to run as root, who hands it to the user of Debian."""
    return "postgres" if os.geteuid() == 0 else None


def free_port() -> int:
    """Return a port of the loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(binaries: Path, port: int, server: subprocess.Popen[bytes]) -> None:
    """Return when the server answers; it takes connections a little before that."""
    ask: list[str | Path] = [binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if server.poll() is not None:
            raise RuntimeError("PostgreSQL stopped while starting.")
        if subprocess.run(ask, check=False, cwd="/").returncode == 0:
            return
        time.sleep(0.05)
    raise RuntimeError("PostgreSQL did not start in time.")
