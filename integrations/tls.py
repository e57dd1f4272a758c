"""TLS of a client that lives long: trust and certificate from files or text, renewed in place.

A certificate on disk is renewed by something else (cert-manager, kubeadm) while we run. So
nothing is read when a client is made: `RenewingTransport` reads at the first request, looks
every few seconds whether a file changed, and then goes on with a new pool of connections. What
cannot be read is a `ConfigurationError` of that request, and tried again at the next.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx2

from integrations.contract import ConfigurationError

__all__ = ["RenewingTransport", "TlsMaterial", "no_password"]

MAX_BYTES: Final = 1024 * 1024
LOOK_SECONDS: Final = 5.0

_Signature = tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class TlsMaterial:
    """What a server is verified by (else the system's trust) and what we present to it.

    Each part is a file or PEM text; text wins.
    """

    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    ca_data: str = ""
    cert_data: str = ""
    key_data: str = field(default="", repr=False)

    def signature(self) -> _Signature:
        """Changes when one of the files does. Blocking."""
        return tuple(_stat(path) for path in (self.ca, self.cert, self.key) if path is not None)

    def context(self, upstream: str) -> ssl.SSLContext:
        """A client context. Blocking; raises `ConfigurationError` naming the unusable part."""
        authority = self.authority(upstream)
        try:
            context = ssl.create_default_context(cadata=authority or None)
        except (ssl.SSLError, ValueError) as error:
            text = f"its CA certificate cannot be used: {_reason(error)}"
            raise ConfigurationError(upstream, text) from error
        cert, key = self.pair(upstream)
        if cert:
            try:
                _present(context, cert, key)
            except (ssl.SSLError, ValueError) as error:
                text = f"its client certificate cannot be used: {_reason(error)}"
                raise ConfigurationError(upstream, text) from error
        return context

    def authority(self, upstream: str) -> str:
        """The certificate authorities as PEM, empty for the system's. Blocking."""
        return self.ca_data or self._read(upstream, "CA file", self.ca)

    def pair(self, upstream: str) -> tuple[str, str]:
        """The client certificate and its key as PEM, empty where there is none. Blocking."""
        return (
            self.cert_data or self._read(upstream, "client certificate file", self.cert),
            self.key_data or self._read(upstream, "client key file", self.key),
        )

    def _read(self, upstream: str, what: str, path: Path | None) -> str:
        if path is None:
            return ""
        try:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
            if len(data) > MAX_BYTES:
                raise ConfigurationError(upstream, f"the {what} {path} is larger than 1 MiB")
            return data.decode("ascii")
        except OSError as error:
            text = f"the {what} {path} cannot be read: {error.strerror}"
            raise ConfigurationError(upstream, text) from error
        except UnicodeDecodeError as error:
            raise ConfigurationError(upstream, f"the {what} {path} is not PEM text") from error


class RenewingTransport(httpx2.AsyncBaseTransport):
    """`build` makes the real transport for a context; requests under way keep the one they
    began with, which is closed one renewal later."""

    def __init__(
        self,
        upstream: str,
        material: TlsMaterial,
        build: Callable[[ssl.SSLContext], httpx2.AsyncBaseTransport],
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._upstream = upstream
        self._material = material
        self._build = build
        self._look_seconds = look_seconds
        self._lock = asyncio.Lock()
        self._inner: httpx2.AsyncBaseTransport | None = None
        self._retired: httpx2.AsyncBaseTransport | None = None
        self._signature: _Signature = ()
        self._looked = 0.0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send it. Raises `ConfigurationError` when the files cannot be used."""
        inner = await self._current()
        return await inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close every connection."""
        for transport in (self._inner, self._retired):
            if transport is not None:
                await transport.aclose()

    async def _current(self) -> httpx2.AsyncBaseTransport:
        async with self._lock:
            now = time.monotonic()
            if self._inner is not None and now - self._looked < self._look_seconds:
                return self._inner
            self._looked = now
            signature = await asyncio.to_thread(self._material.signature)
            if self._inner is not None and signature == self._signature:
                return self._inner
            try:
                context = await asyncio.to_thread(self._material.context, self._upstream)
            except ConfigurationError:
                # A file being replaced is half written for a moment: what works, goes on.
                if self._inner is None:
                    raise
                return self._inner
            self._signature = signature
            retired, self._retired = self._retired, self._inner
            self._inner = self._build(context)
            if retired is not None:
                await retired.aclose()
            return self._inner


def _stat(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_mtime_ns, found.st_size, found.st_ino)


def no_password() -> bytes:
    """For OpenSSL, which would ask for it on the terminal and wait: refuses a private key that is
    encrypted."""
    raise ValueError("its private key is encrypted, and there is nobody to give its password")


def _present(context: ssl.SSLContext, certificate: str, key: str) -> None:
    # OpenSSL's binding only reads files: a private one, gone before we return.
    handle, path = tempfile.mkstemp(prefix="craton-", suffix=".pem")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(certificate.rstrip() + "\n" + key)
        context.load_cert_chain(path, password=no_password)
    finally:
        Path(path).unlink()


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", None) or error)
