"""The service as on several machines, on loopback: each machine is a process group of its own."""

import os
import shutil
import signal
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import URLError

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.postgresql import free_port

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120


@dataclass
class Machine:
    """One process group that can be lost and started again."""

    command: list[str]
    environ: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command, cwd=ROOT, env=dict(self.environ), start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def kill(self) -> None:
        """Lose the machine: no process of it says goodbye."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@contextmanager
def running(*machines: Machine) -> Iterator[None]:
    """Start the machines, and lose them all at the end."""
    try:
        for machine in machines:
            machine.start()
        yield
    finally:
        for machine in machines:
            machine.kill()


def web(port: int, environ: Mapping[str, str]) -> Machine:
    gunicorn = str(Path(sys.executable).parent / "gunicorn")
    options = ["--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "4"]
    return Machine([gunicorn, *options, "--no-control-socket", "wsgi:app"], environ)


def scheduler(environ: Mapping[str, str]) -> Machine:
    return Machine([sys.executable, "-m", "flask", "--app", "wsgi", "scheduler"], environ)


def find_nginx() -> str | None:
    return shutil.which("nginx") or shutil.which("/usr/sbin/nginx")


def nginx(binary: str, folder: Path, *, port: int, webs: tuple[int, int]) -> Machine:
    """Run the example of `deploy/` with addresses and files of this machine; the rest is as it is."""
    written = (ROOT / "deploy" / "nginx.conf").read_text()
    here = {
        "user www-data;": "user root;" if os.geteuid() == 0 else "",
        "/run/nginx.pid": f"{folder}/nginx.pid",
        "/var/log/nginx/error.log": f"{folder}/error.log",
        "10.0.0.11:8000": f"127.0.0.1:{webs[0]}",
        "10.0.0.12:8000": f"127.0.0.1:{webs[1]}",
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        "server_name match.example.jp;": "server_name localhost;",
        "/etc/letsencrypt/live/match.example.jp/fullchain.pem": f"{folder}/certificate.pem",
        "/etc/letsencrypt/live/match.example.jp/privkey.pem": f"{folder}/key.pem",
    }
    for example, own in here.items():
        assert example in written
        written = written.replace(example, own)
    (folder / "nginx.conf").write_text(written)
    make_certificate(folder)
    return Machine(
        [binary, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"], os.environ
    )


def make_certificate(folder: Path) -> None:
    """Write a certificate for localhost that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def wait_until_ready(address: str, trusted: ssl.SSLContext | None = None) -> None:
    """Wait for a 200 of `/readyz`."""
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            urllib.request.urlopen(f"{address}/readyz", timeout=5, context=trusted).close()  # noqa: S310 -- our own address
        except (URLError, OSError):
            assert time.monotonic() < until, f"{address} does not answer"
            time.sleep(0.2)
        else:
            return
