"""Certificates are read again when renewed, and warned of before they end."""

from __future__ import annotations

import asyncio
import datetime as dt
import ssl
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from backend.connections.expiry import expiry_warning
from integrations.contract import ConfigurationError
from integrations.findings import Certificate
from integrations.probing import certificates_in
from integrations.tls import RenewingTransport, TlsMaterial

DAY = 86_400.0


def self_signed(name: str, days: int = 30) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (30, ""),
        (8.5, "in 8 days, on 1970-"),
        (1.5, "expires tomorrow"),
        (0.5, "expires today"),
        (-3, "expired on 1970-"),
    ],
)
def test_the_warning_says_which_and_when(days: float, words: str) -> None:
    now = 100 * DAY
    found = [
        Certificate("the CA", "CN=later", now + 40 * DAY),
        Certificate("our client certificate", "CN=us", now + days * DAY),
    ]
    said = expiry_warning(found, now)
    assert words in said
    assert bool(said) == bool(words)
    assert "later" not in said


class Inner(httpx2.AsyncBaseTransport):
    def __init__(self, context: ssl.SSLContext) -> None:
        self.subjects = {value for ca in context.get_ca_certs() for ((_, value),) in ca["subject"]}
        self.closed = False

    async def handle_async_request(self, _request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json=sorted(self.subjects))

    async def aclose(self) -> None:
        self.closed = True


async def test_a_renewed_file_is_used_and_a_half_written_one_is_not(tmp_path: Path) -> None:
    file, made = tmp_path / "ca.crt", list[Inner]()

    def build(context: ssl.SSLContext) -> Inner:
        made.append(Inner(context))
        return made[-1]

    transport = RenewingTransport("etcd", TlsMaterial(ca=file), build, look_seconds=0.0)
    async with httpx2.AsyncClient(transport=transport, base_url="https://x") as http:
        with pytest.raises(ConfigurationError, match="cannot be read: No such file"):
            await http.get("/")
        file.write_text(self_signed("one"))
        assert (await http.get("/")).json() == ["one"]
        await asyncio.gather(*(http.get("/") for _ in range(5)))
        assert len(made) == 1
        file.write_text("-----BEGIN CERTIFICATE-----\nhalf")
        assert (await http.get("/")).json() == ["one"]
        file.write_text(self_signed("two"))
        assert (await http.get("/")).json() == ["two"]
        assert not made[0].closed
        file.write_text(self_signed("three"))
        assert (await http.get("/")).json() == ["three"]
        assert made[0].closed
    assert all(inner.closed for inner in made)


def test_certificates_are_read_from_a_bundle() -> None:
    bundle = self_signed("a") + self_signed("b", days=3)
    assert [c.subject for c in certificates_in(bundle, "the CA")] == ["CN=a", "CN=b"]
    assert certificates_in("nonsense", "the CA") == ()
