"""`Access`: everything needed to talk to one API server, however it was configured."""

from __future__ import annotations

import os
import re
import ssl
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from integrations.kubernetes.errors import ConfigurationError
from integrations.tls import no_password

__all__ = [
    "Access",
    "ClientCredential",
    "CredentialSource",
    "StaticCredential",
    "certificates_of",
    "ssl_context",
]

_CERTIFICATE: Final = re.compile(
    rb"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class ClientCredential:
    """What proves who we are: a bearer token, a client certificate (PEM), both or neither.

    `expires` is Unix seconds, None when unknown.
    """

    token: str | None = field(default=None, repr=False)
    certificate: bytes | None = field(default=None, repr=False)
    key: bytes | None = field(default=None, repr=False)
    expires: float | None = None


class CredentialSource(Protocol):
    """Gives the credential in force; may read a file or run a program to get it."""

    async def current(self) -> ClientCredential:
        """The credential to use now. Raises `ConfigurationError` when there is none."""

    def invalidate(self) -> bool:
        """The API server refused it. True when `current` may give another one."""


class StaticCredential:
    """A credential that never changes."""

    def __init__(self, credential: ClientCredential) -> None:
        self._credential = credential

    @property
    def known(self) -> ClientCredential:
        """The same, without asking."""
        return self._credential

    async def current(self) -> ClientCredential:
        """The one there is."""
        return self._credential

    def invalidate(self) -> bool:
        """There is no other one."""
        return False


@dataclass(frozen=True, slots=True)
class Access:
    """Where the API server is, how to trust it and how to sign in.

    `server_name` overrides the name its certificate is checked against. `headers` are sent
    with every request (impersonation; one name may be there several times). `proxy` is the URL
    of a proxy to go through; it may hold a password.
    """

    server: str
    credentials: CredentialSource
    ca: bytes | None = None
    insecure: bool = False
    server_name: str | None = None
    headers: Sequence[tuple[str, str]] = ()
    proxy: str | None = field(default=None, repr=False)


def ssl_context(access: Access, credential: ClientCredential, upstream: str) -> ssl.SSLContext:
    """A client context for `access`; raises `ConfigurationError` for unusable PEM data."""
    try:
        context = ssl.create_default_context() if access.ca is None else _trusting(access.ca)
        if access.insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if credential.certificate is not None:
            _load_pair(context, credential.certificate, credential.key)
    except (ssl.SSLError, ValueError, UnicodeDecodeError) as error:
        message = f"its certificate data cannot be read: {error}"
        raise ConfigurationError(upstream, message) from error
    return context


def proxy_context(access: Access) -> ssl.SSLContext | None:
    """What an https proxy is verified by; None where there is none. client-go takes the cluster's
    authority for its proxy too, and no verification for none; a public one is as good."""
    if not (access.proxy or "").startswith("https:"):
        return None
    context = ssl.create_default_context()
    if access.ca is not None:
        _trust(context, access.ca)
    if access.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def certificates_of(ca: bytes) -> list[str]:
    """The certificates of a bundle, sorted, without what stands between them or how they are
    broken into lines: equal for equal trust."""
    found = (b"".join(one.split()) for one in _CERTIFICATE.findall(ca))
    return sorted({one.decode("latin-1") for one in found})


def _trusting(ca: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    _trust(context, ca)
    return context


def _trust(context: ssl.SSLContext, ca: bytes) -> None:
    """Trust what Go would: each certificate of a bundle by itself, also one that another signed (an
    intermediate authority, the server's own). What stands between them is a comment in any
    encoding, and one that cannot be read is passed over. Raises ValueError or `ssl.SSLError`
    where nothing is left."""
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    read, reason = 0, ValueError("the certificate authority holds no certificate (PEM)")
    for found in _CERTIFICATE.findall(ca):
        try:
            context.load_verify_locations(cadata=found.decode("ascii"))
        except (ssl.SSLError, ValueError):
            reason = ValueError("the certificate authority holds no certificate that can be read")
        else:
            read += 1
    if not read:
        raise reason


def _load_pair(context: ssl.SSLContext, certificate: bytes, key: bytes | None) -> None:
    # OpenSSL's binding only reads files: a private one, gone before we return.
    handle, path = tempfile.mkstemp(prefix="craton-", suffix=".pem")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(certificate.rstrip() + b"\n" + (key or b""))
        context.load_cert_chain(path, password=no_password)
    finally:
        os.unlink(path)  # noqa: PTH108  # mkstemp gives a str path
