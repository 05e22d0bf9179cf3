"""Sessions and the unit of work. Nothing outside this package commits."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from sme_match.db.engine import for_reading, make_engine
from sme_match.db.scope import EVERY_BODY, NO_BODY, SCOPE

T = TypeVar("T")


class Database:
    """The database of one installation: one engine, sessions for reading and for writing.

    `folder` is where files derived from the database may be kept on this machine; sessions carry
    it in their `info`.
    """

    def __init__(self, url: str, *, folder: Path | None = None) -> None:
        self.engine: Engine = make_engine(url)
        self._info = {"folder": folder}
        self._reading = for_reading(self.engine)

    def open_session(self, *, write: bool, scope: str = NO_BODY) -> Session:
        """Return a new session; one for reading cannot change anything.

        It reaches the bodies of the scope (`db.scope`); none where nothing is said.
        """
        bind = self.engine if write else self._reading
        return Session(bind, expire_on_commit=False, info={**self._info, SCOPE: scope})

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """Commit what the block did, or nothing of it when it raises; it reaches every body."""
        with self.open_session(write=True, scope=EVERY_BODY) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session for reading; it reaches every body."""
        with self.open_session(write=False, scope=EVERY_BODY) as session:
            yield session

    def sweep(self, due: Callable[[Session], Sequence[T]], act: Callable[[Session, T], int]) -> int:
        """Do what is due, each in a transaction of its own; return the sum of what came of it."""
        with self.reading() as session:
            found = due(session)
        done = 0
        for each in found:
            with self.unit_of_work() as session:
                done += act(session, each)
        return done

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()
