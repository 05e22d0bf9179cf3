"""What a monitoring system reads of requests and jobs: how many and how long, never who or what.

All processes of a machine write into the folder that PROMETHEUS_MULTIPROC_DIR names, as the library
has it (https://prometheus.github.io/client_python/multiprocess/); without it each counts for itself.
"""

from typing import Final

from prometheus_client import Histogram

SECONDS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

REQUESTS: Final = Histogram(
    "sme_match_request_seconds",
    "Time from the beginning of a request to its answer.",
    ("method", "rule", "status"),
    buckets=SECONDS,
)
"""`rule` is the pattern of the address: the address itself may hold the token of a link."""

JOB_RUNS: Final = Histogram(
    "sme_match_job_seconds",
    "Time that one run of a scheduled job took.",
    ("job", "result"),
    buckets=(*SECONDS, 60.0, 300.0),
)
