"""How long a search may go on, counted so that a busy machine changes nothing but the waiting."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ortools.sat.python import cp_model

from sme_match.events.timetable.solution import Objective

POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Progress:
    """A sign of life: what is being done, the share of the limit that is spent, the best so far."""

    stage: str
    share: float
    objective: Objective | None = None


@dataclass
class Budget:
    """What is left of the limit, in units of deterministic time (about a second of one core each)."""

    limit: float
    seed: int = 0
    progress: Callable[[Progress], None] | None = None
    stop: Callable[[], bool] | None = None
    spent: float = 0.0
    started: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> float:
        """Say how much of the limit is left."""
        return max(0.0, self.limit - self.spent)

    @property
    def seconds(self) -> float:
        """Say how many seconds have passed."""
        return time.monotonic() - self.started

    def stopped(self) -> bool:
        """Say whether somebody asked to stop."""
        return self.stop is not None and self.stop()

    def report(self, stage: str, objective: Objective | None = None) -> None:
        """Tell who waits how far the search is."""
        if self.progress is not None:
            share = min(1.0, self.spent / self.limit) if self.limit else 1.0
            self.progress(Progress(stage, share, objective))

    def run(
        self, model: cp_model.CpModel, *, limit: float | None = None, **parameters: object
    ) -> tuple[cp_model.CpSolver, int]:
        """Solve `model` with one worker within `limit` and what is left; return solver and status."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = self.seed % 2**31
        solver.parameters.max_deterministic_time = max(
            1e-6, self.left if limit is None else min(self.left, limit)
        )
        for name, value in parameters.items():
            setattr(solver.parameters, name, value)
        finished = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(solver, finished), daemon=True)
        if self.stop is not None:
            watcher.start()
        status = solver.solve(model)
        finished.set()
        if self.stop is not None:
            watcher.join()
        self.spent += solver.response_proto.deterministic_time
        return solver, int(status)

    def _watch(self, solver: cp_model.CpSolver, finished: threading.Event) -> None:
        while not finished.wait(POLL_SECONDS):
            if self.stopped():
                solver.stop_search()
