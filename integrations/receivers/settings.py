"""What is configured of a receiver."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from integrations.tls import TlsMaterial
from integrations.upstream import NAME_PATTERN

__all__ = ["AnyReceiver", "FileReceiver", "SyslogReceiver", "WebhookReceiver"]

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class _Receiver(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=NAME_PATTERN)
    since: Literal["start", "now"] = Field(
        default="start", description="Begin with the oldest entry that is kept, or the next one"
    )


class FileReceiver(_Receiver):
    """A file of JSON lines on this machine."""

    kind: Literal["file"]
    path: Path


class SyslogReceiver(_Receiver):
    """A syslog server that reads RFC 5424 from a stream."""

    kind: Literal["syslog"]
    host: str = Field(min_length=1, max_length=253)
    port: int = Field(default=6514, ge=1, le=65535)
    tls: bool = True
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    facility: int = Field(default=13, ge=0, le=23, description="13 is 'log audit'")

    @field_validator("host")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        try:
            value.encode("idna")
        except UnicodeError:
            raise ValueError("this is no name of a host") from None
        return value

    @property
    def material(self) -> TlsMaterial:
        """What the server is verified by, and what is shown to it."""
        return TlsMaterial(ca=self.ca_file, cert=self.cert_file, key=self.key_file)


class WebhookReceiver(_Receiver):
    """A program that takes JSON lines by HTTP."""

    kind: Literal["webhook"]
    url: str = Field(max_length=2048)
    secret_file: Path | None = Field(
        default=None, description="What requests are signed with: whsec_… or plain text"
    )
    ca_file: Path | None = None

    @field_validator("url")
    @classmethod
    def _is_safe(cls, value: str) -> str:
        parts = urlsplit(value)
        _reachable(parts)
        if parts.username or parts.password:
            raise ValueError("put no user and password in the URL; use secret_file")
        if not parts.hostname or parts.scheme not in {"http", "https"}:
            raise ValueError("give an https URL")
        if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            raise ValueError("only a program on this machine is asked without TLS: give https")
        return parts._replace(scheme=parts.scheme.lower()).geturl()


def _reachable(parts: SplitResult) -> None:
    """Refuses (`ValueError`) what no connection can be opened to."""
    try:
        (parts.hostname or "").encode("idna")
        port = parts.port
    except ValueError:  # that of names too
        raise ValueError("this is no host, or no port") from None
    if port == 0:
        raise ValueError("there is no port 0")


AnyReceiver = Annotated[
    FileReceiver | SyslogReceiver | WebhookReceiver, Field(discriminator="kind")
]
