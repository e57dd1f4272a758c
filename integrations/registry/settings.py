"""What an operator declares to connect one registry. Plain data; nothing is opened here."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic.types import PositiveFloat, PositiveInt

from integrations.addresses import SITE
from integrations.tls import TlsMaterial
from integrations.upstream import NAME_PATTERN, base_url


class RegistrySettings(BaseModel):
    """One registry: where it answers, how we sign in, what it may send us to, our limits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=NAME_PATTERN)
    url: Annotated[str, AfterValidator(base_url)]
    ca: Path | None = None
    ca_data: str = Field(default="", max_length=256 * 1024)
    """PEM text instead of the file."""
    username: str = ""
    password: SecretStr = SecretStr("")
    realm_hosts: tuple[str, ...] = ()
    """Hosts (``host`` or ``host:port``) that may be asked for tokens, beside the registry's
    own: following any realm would hand our password to whoever the registry names."""
    blob_hosts: tuple[str, ...] = ()
    """Hosts that blob reads may be redirected to, beside the registry's own."""
    networks: tuple[IPv4Network | IPv6Network, ...] = SITE
    """Private networks that the names of these hosts may lead to (`integrations.addresses`)."""
    typed: bool = False
    """Whether somebody typed it in the console: then an address is not allowed by being written,
    only by being in `networks` (security reference, section 5)."""
    webhook_secret: SecretStr = SecretStr("")
    """What the registry must send in ``Authorization: Bearer …``; empty: no webhook."""
    webhook_secret_file: Path | None = None
    """A file with that secret, instead."""

    repositories: tuple[str, ...] = ()
    """Read these instead of the catalogue, where our account may not list it."""
    crawl_interval: PositiveFloat = 300.0
    ping_interval: PositiveFloat = 3.0
    deadline: PositiveFloat = 10.0
    concurrency: PositiveInt = 8
    page_size: PositiveInt = 1000
    repository_limit: PositiveInt = 50_000
    tag_limit: PositiveInt = 10_000
    """Tags read of one repository at most."""
    resolve_limit: PositiveInt = 2_000
    """Tags resolved to digests without anybody looking, newest names first."""
    tag_ttl: PositiveFloat = 60.0
    """Seconds a tag's digest is believed before it is revalidated when looked at."""
    cache_bytes: PositiveInt = 64 * 1024 * 1024
    max_document: PositiveInt = 4 * 1024 * 1024
    """Bytes of one manifest, config or list page."""

    @model_validator(mode="after")
    def _pair(self) -> Self:
        if bool(self.username) != bool(self.password.get_secret_value()):
            raise ValueError("give both username and password, or neither")
        return self

    @property
    def tls(self) -> TlsMaterial:
        """What the registry is verified by."""
        return TlsMaterial(ca=self.ca, ca_data=self.ca_data)

    @property
    def hook_secret(self) -> str:
        """The webhook's secret, from its field or its file; empty when there is none."""
        if self.webhook_secret_file is not None:
            try:
                return self.webhook_secret_file.read_text().strip()
            except OSError:  # not written yet: then nothing can be authorised by it
                return ""
        return self.webhook_secret.get_secret_value()

    @property
    def host(self) -> str:
        """``host[:port]`` of the registry."""
        return urlsplit(self.url).netloc.lower()
