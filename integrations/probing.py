"""What tests of connections share: watching answers, reading certificates, trying rights."""

from __future__ import annotations

import time
from collections.abc import Awaitable
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

import httpx2
from cryptography import x509

from integrations.contract import UpstreamDenied
from integrations.findings import Certificate, Right

__all__ = ["Witness", "certificates_in", "tried"]

_MAX_CERTIFICATES: Final = 20


class Witness(httpx2.AsyncBaseTransport):
    """Passes requests on and remembers what the answers' heads tell: how long they took, the
    server's clock and its certificate."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self.latency: float | None = None
        self.clock_skew: float | None = None
        self.certificate: Certificate | None = None
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send it. The shortest answer counts: the first one also opened the connection."""
        began = time.time()
        response = await self._inner.handle_async_request(request)
        took = time.time() - began
        if self.latency is None or took < self.latency:
            self.latency = took
            self.clock_skew = _skew(response, began, took)
        self.certificate = self.certificate or _peer(response)
        return response

    async def aclose(self) -> None:
        """Close every connection."""
        await self._inner.aclose()


def certificates_in(pem: str, what: str) -> tuple[Certificate, ...]:
    """The certificates in a PEM text; none where it holds none or is damaged."""
    try:
        found = x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        return ()
    return tuple(_certificate(one, what) for one in found[:_MAX_CERTIFICATES])


async def tried(title: str, call: Awaitable[object], without: str = "") -> Right:
    """The right that `call` needs: held unless the upstream denies it."""
    try:
        await call
    except UpstreamDenied:
        return Right(title, held=False, without=without)
    return Right(title, held=True)


def _skew(response: httpx2.Response, began: float, took: float) -> float | None:
    """Its clock minus ours. A `Date` has whole seconds and was written at some moment between
    question and answer: less than both leave open is none."""
    try:
        moment = parsedate_to_datetime(response.headers["date"])
    except (KeyError, ValueError):
        return None
    theirs = moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() + 0.5
    difference = theirs - (began + took / 2)
    return 0.0 if abs(difference) < 1.0 + took / 2 else difference


def _peer(response: httpx2.Response) -> Certificate | None:
    stream = response.extensions.get("network_stream")
    tls = stream.get_extra_info("ssl_object") if stream is not None else None
    data = tls.getpeercert(binary_form=True) if tls is not None else None
    if not data:
        return None
    try:
        return _certificate(x509.load_der_x509_certificate(data), "the server's certificate")
    except ValueError:
        return None


def _certificate(found: x509.Certificate, what: str) -> Certificate:
    subject = found.subject.rfc4514_string() or "(no subject)"
    return Certificate(what, subject, found.not_valid_after_utc.timestamp())
