"""Running a state machine on the database: few steps in the tests, many when asked for."""

from typing import Any

from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from sme_match.db.session import Database

ORDINARY_EXAMPLES = 100
"""What hypothesis draws unless told otherwise; `make steps` tells it."""


def take_steps(machine: type[Any], database: Database, *, examples: int, steps: int) -> None:
    """Run the machine, whose class is told the database.

    A failure is told at once as it was drawn: making it shorter would take minutes.
    """
    few = settings(
        max_examples=examples,
        stateful_step_count=steps,
        phases=(Phase.reuse, Phase.generate),
        print_blob=True,
    )
    asked = settings()
    bound = type(machine.__name__, (machine,), {"database": database})
    run_state_machine_as_test(bound, settings=asked if asked.max_examples > ORDINARY_EXAMPLES else few)
