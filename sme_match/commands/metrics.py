"""The command that serves figures to a monitoring system."""

import os
import signal
import threading

import click
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector

from sme_match.monitoring import Backlog
from sme_match.web.context import installation

FOLDER = "PROMETHEUS_MULTIPROC_DIR"


@click.command("metrics")
@click.option("--host", default="127.0.0.1", show_default=True, help="An address nobody else reaches.")
@click.option("--port", default=9464, show_default=True)
def metrics(host: str, port: int) -> None:
    """Serve figures for Prometheus on an address of its own, until SIGTERM or SIGINT."""
    site = installation()
    registry = CollectorRegistry()
    registry.register(Backlog(site.database, site.clock))
    if FOLDER in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        click.echo(f"{FOLDER} is not set: only what waits is told, no requests and jobs.", err=True)
    stopping = threading.Event()
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_, lambda *_: stopping.set())
    server, thread = start_http_server(port, host, registry)
    stopping.wait()
    server.shutdown()
    thread.join()
