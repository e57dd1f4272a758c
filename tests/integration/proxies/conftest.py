"""A console behind a real nginx, each as a site sets it up."""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.consoleprocess import ConsoleProcess, launch_console
from tests.nginx import nginx
from tests.ports import held_port
from tests.stackfixtures import RunningStack


@dataclass
class Site:
    """A console and the address browsers use for it. `access` is the proxy's log."""

    console: ConsoleProcess
    url: str
    access: Path
    port: int
    """The console's own, behind the proxy."""


def certificate(folder: Path) -> str:
    """nginx's directives for a certificate of 127.0.0.1, made for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return f"ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """A factory: `server` is nginx's block, with UPSTREAM for the console's address; `settings`
    may name the address browsers use as PUBLIC."""
    with ExitStack() as running:

        def make(server: str, *, path: str = "", tls: bool = False, **settings: str) -> Site:
            made = behind_nginx(server, tmp_path, path=path, tls=tls, settings=settings)
            return running.enter_context(made)

        yield make


@contextmanager
def behind_nginx(
    server: str,
    folder: Path,
    *,
    path: str,
    tls: bool,
    settings: dict[str, str],
    stack: RunningStack | None = None,
) -> Iterator[Site]:
    """A console on a port it chose itself, behind nginx on another: that one is held while the
    console chooses."""
    scheme = "https" if tls else "http"
    with ExitStack() as running:
        with held_port() as outer:
            url = f"{scheme}://127.0.0.1:{outer}{path}"
            environment = {name: value.replace("PUBLIC", url) for name, value in settings.items()}
            console = launch_console(folder / "home", stack, environment=environment)
            running.callback(console.stop)
            inner = console.port
        assert inner != outer
        listen = f"listen 127.0.0.1:{outer}{' ssl http2' if tls else ''};"
        listen += certificate(folder) if tls else ""
        block = listen + server.replace("UPSTREAM", f"http://127.0.0.1:{inner}")
        access = running.enter_context(nginx(folder / "nginx", outer, block, scheme=scheme))
        yield Site(console, url, access, inner)
