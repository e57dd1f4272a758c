"""What an operator declares to connect one etcd cluster. Plain data; nothing is opened here."""

from __future__ import annotations

from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic.types import PositiveFloat, PositiveInt

from integrations.addresses import SITE
from integrations.tls import TlsMaterial
from integrations.upstream import NAME_PATTERN, base_url

MAX_PEM = 256 * 1024

KUBERNETES_PREFIX = "/registry/"
"""Where an API server keeps its objects unless it is told otherwise (`--etcd-prefix`)."""


class Changes(StrEnum):
    """Whether keys may be changed through the console at all."""

    FORBIDDEN = "forbidden"
    ALLOWED = "allowed"


class KubernetesKeys(StrEnum):
    """Whether Kubernetes' own keys may be changed where others may."""

    PROTECTED = "protected"
    WRITABLE = "writable"


Endpoint = Annotated[str, AfterValidator(base_url)]


class EtcdSettings(BaseModel):
    """One cluster: where its members answer, how we prove who we are, and our limits.

    A client certificate must carry **no common name** when etcd's own authentication is on:
    the gateway answers 400 to one that has it. Give a user and a password instead.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=NAME_PATTERN)
    endpoints: tuple[Endpoint, ...] = Field(min_length=1, max_length=32)
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    username: str = ""
    password: SecretStr = SecretStr("")

    ca_data: str = Field(default="", max_length=MAX_PEM)
    cert_data: str = Field(default="", max_length=MAX_PEM)
    key_data: SecretStr = Field(default=SecretStr(""), max_length=MAX_PEM)
    """PEM text instead of the files."""

    networks: tuple[IPv4Network | IPv6Network, ...] = SITE
    """Private networks that the endpoints' names may lead to (`integrations.addresses`)."""
    typed: bool = False
    """Whether somebody typed it in the console: then an address is not allowed by being written,
    only by being in `networks` (security reference, section 5)."""
    prefix: str = ""
    """Only keys below this prefix are watched and shown; empty means every key."""
    changes: Changes = Changes.FORBIDDEN
    kubernetes_keys: KubernetesKeys = KubernetesKeys.PROTECTED
    kubernetes_prefix: str = Field(default=KUBERNETES_PREFIX, min_length=1, max_length=256)
    """Keys below it are an API server's."""
    key_limit: PositiveInt = 1_000_000
    """Above this many keys the index stops growing and says so."""
    page_size: PositiveInt = 10_000
    deadline: PositiveFloat = 5.0
    """Seconds for one call, over all the members it tries."""
    concurrency: PositiveInt = 8
    """Calls under way at one member at a time (open watches not counted)."""
    poll_interval: PositiveFloat = 2.0
    metrics_interval: PositiveFloat = 15.0
    consistency_interval: PositiveFloat = 10 * 60.0
    """Seconds between two comparisons of the members' data: each walks all keys."""
    watch_recycle: PositiveFloat = 15 * 60.0
    """An open watch survives the loss of its rights, so it is renewed after these seconds."""
    watch_silence: PositiveFloat = 12 * 60.0
    """More than the server's progress interval (10 minutes): longer silence is a dead watch."""
    watch_header_timeout: PositiveFloat = 5.0
    max_response: PositiveInt = 64 * 1024 * 1024
    """Bytes of one answer, or of one line of a watch."""

    @property
    def tls(self) -> TlsMaterial:
        """What members are verified by and what we present."""
        return TlsMaterial(
            ca=self.ca,
            cert=self.cert,
            key=self.key,
            ca_data=self.ca_data,
            cert_data=self.cert_data,
            key_data=self.key_data.get_secret_value(),
        )

    @model_validator(mode="after")
    def _pairs(self) -> Self:
        cert, key = self.cert_data, self.key_data.get_secret_value()
        if (self.cert is None) != (self.key is None) or bool(cert) != bool(key):
            raise ValueError("a client certificate needs both the certificate and its key")
        if bool(self.username) != bool(self.password.get_secret_value()):
            raise ValueError("give both username and password, or neither")
        return self
