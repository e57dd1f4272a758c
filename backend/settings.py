"""The one typed configuration, from environment, file and defaults (in this order).

Environment: ``CRATON_<NAME>``, nested with ``__``. File: ``$CRATON_CONFIG``, else
``craton.toml`` in the data directory. The table in the README is tested against this class.
"""

from __future__ import annotations

import json
import os
import re
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import platformdirs
from pydantic import Field, SecretStr, TypeAdapter, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from auth.providers import AnyProvider, Declared
from integrations.discovery import kinds, load
from integrations.receivers.settings import AnyReceiver

__all__ = ["Settings", "default_home"]

_DATABASES: Final = ("postgresql+asyncpg://", "sqlite+aiosqlite://")
_PUBLIC_URL: Final = re.compile(r"https?://[^/?#@\s\"'<>;,]+(/[A-Za-z0-9._~-]+)*/?")


def default_home() -> Path:
    """The data directory: ``CRATON_HOME``, else the platform's place for user data."""
    chosen = os.environ.get("CRATON_HOME")
    return Path(chosen) if chosen else Path(platformdirs.user_data_dir("craton"))


class Settings(BaseSettings):
    """Everything an operator can set. Descriptions become the README's table."""

    model_config = SettingsConfigDict(
        env_prefix="CRATON_", env_nested_delimiter="__", extra="ignore", frozen=True
    )

    home: Path = Field(default_factory=default_home, description="Data directory")
    host: str = Field(default="127.0.0.1", description="Address the console listens on")
    port: int = Field(
        default=8080, ge=0, le=65535, description="Port; a free one is chosen when it is taken"
    )
    public_url: str = Field(
        default="",
        description="URL browsers use, e.g. https://craton.example; sets the Origin, "
        "and with a path (https://example/console) what the console is below",
    )
    allowed_hosts: tuple[str, ...] = Field(
        default=(), description="Further Host names accepted (JSON list)"
    )
    forwarded_allow_ips: str = Field(
        default="", description="Proxy addresses whose X-Forwarded-* are believed"
    )
    max_connections: int = Field(
        default=0, ge=0, le=1_000_000, description="Connections held at once; 0: 16384, or fewer "
        "where the process may not open as many files",
    )  # fmt: skip
    max_connections_per_address: int = Field(
        default=1024, ge=1, description="Of these, held by one address (IPv6: a /64); not for the "
        "proxies of CRATON_FORWARDED_ALLOW_IPS, at most half of all",
    )  # fmt: skip
    organisation: str = Field(
        default="main", pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", description="Organisation name"
    )
    database_url: str = Field(
        default="", description="postgresql+asyncpg://… ; empty means SQLite in the data directory"
    )
    bootstrap_admin: str = Field(
        default="", description="Login of the first admin, made at start without the link"
    )
    bootstrap_password_file: Path | None = Field(
        default=None, description="File that holds that admin's password"
    )
    session_idle_minutes: int = Field(
        default=60,
        ge=1,
        le=1440,
        description="A session unused this long ends; a page that is only open does not use it",
    )
    session_absolute_hours: int = Field(
        default=12, ge=1, le=168, description="A session this old ends"
    )
    kubectl_url: str = Field(
        default="",
        pattern=r"^(https://[^/?#@\s\"'<>;,]+(/[A-Za-z0-9._~-]+)*)?$",
        description="https URL of this console for kubectl, where CRATON_PUBLIC_URL is none",
    )
    kubectl_ca_file: Path | None = Field(
        default=None, description="The CA (PEM) that kubectl checks it with; else its system's"
    )
    device_idle_hours: int = Field(
        default=8, ge=1, le=168, description="A command line's session unused this long ends"
    )
    device_sign_in: bool = Field(
        default=True, description="Let people sign in on the command line (craton login)"
    )
    step_up_minutes: int = Field(
        default=10, ge=1, le=1440, description="Whoever changes rights, makes tokens or reveals "
        "a secret gave their password within so many minutes",
    )  # fmt: skip
    terminal_idle_minutes: int = Field(
        default=15, ge=1, le=240, description="A terminal in which nothing was typed for so many "
        "minutes ends, after a warning",
    )  # fmt: skip
    terminal_hours: int = Field(
        default=3, ge=1, le=3, description="A terminal ends after so many hours in any case (a "
        "kubelet ends quiet ones after four)",
    )  # fmt: skip
    group_hours: int = Field(
        default=24, ge=1, le=8760, description="So many hours after an identity provider last said "
        "that somebody is in a group, their API tokens hold its roles no more",
    )  # fmt: skip
    token_days: int = Field(
        default=90, ge=1, le=3660, description="An API token ends after so many days, unless told"
    )
    token_max_days: int = Field(
        default=366, ge=1, le=3660, description="The longest an API token may be made for"
    )
    token_overlap_hours: int = Field(
        default=24, ge=0, le=720, description="A rotated API token works so much longer"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severe log line written"
    )
    log_format: Literal["auto", "json", "text"] = Field(
        default="auto", description="json, text, or text on a terminal and json elsewhere"
    )
    metrics_token_file: Path | None = Field(
        default=None, description="File with the bearer token for /metrics; loopback needs none"
    )
    activity_days: int = Field(
        default=400, ge=1, le=3660, description="How long the activity record is kept"
    )
    job_days: int = Field(
        default=30, ge=1, le=3660, description="How long finished jobs are remembered"
    )
    job_lease_seconds: float = Field(
        default=15, ge=0.5, le=600, description="A replica silent this long loses its jobs"
    )
    update_suffix: str = Field(
        default="", pattern=r"^[A-Za-z0-9_-]{0,64}$", description="Secret suffix of /v1/update/"
    )
    update_defaults: bool = Field(
        default=True,
        description="Make Flatcar's application, channels and groups where nothing is configured",
    )
    update_default_track: str = Field(
        default="",
        max_length=256,
        description="Track whose group serves machines of a track that no group has, e.g. stable",
    )
    update_mirrors: tuple[str, ...] = Field(
        default=("https://update.release.flatcar-linux.net",),
        description="Base URLs releases may be imported from over the API (JSON list)",
    )
    update_mirror_networks: tuple[IPv4Network | IPv6Network, ...] = Field(
        default=(),
        description="Private networks mirrors may be in, e.g. 10.20.0.0/16 (JSON list)",
    )
    updates_enabled: bool = Field(
        default=True, description="Serve the update service inside the console"
    )
    secrets_key_file: Path | None = Field(
        default=None, description="File with the key ring that seals secrets in the database"
    )
    secrets_keys: SecretStr = Field(
        default=SecretStr(""), description="That key ring itself, instead of the file"
    )
    connection_networks: tuple[IPv4Network | IPv6Network, ...] = Field(
        default=(),
        description="Private networks that connections made in the console may lead to (JSON list)",
    )
    connection_http_hosts: tuple[str, ...] = Field(
        default=(), description="Hosts that such connections may ask without TLS (JSON list)"
    )
    identity_providers: tuple[Declared, ...] = Field(
        default=(),
        description="Identity providers to sign in with: OpenID Connect, LDAP, SAML (JSON list)",
    )
    audit_receivers: tuple[AnyReceiver, ...] = Field(
        default=(),
        description="Where the activity record is sent too: file, syslog, webhook (JSON list)",
    )
    licence: SecretStr = Field(
        default=SecretStr(""), description="Licences, as issued, with white space between them"
    )
    licence_file: Path | None = Field(
        default=None, description="File with licences, e.g. a mounted Secret; read again as it "
        "changes, within a minute",
    )  # fmt: skip
    licence_keys_file: Path | None = Field(
        default=None, description="Key set (JWKS) of who issues licences, instead of the one "
        "built in",
    )  # fmt: skip
    billing_zone: str = Field(
        default="UTC", max_length=64, description="Time zone whose days and months usage is "
        "billed by, e.g. Europe/Berlin",
    )  # fmt: skip
    connections: dict[str, tuple[Any, ...]] = Field(default_factory=dict)
    """By kind, each of its integration's settings; given as one name a kind, see `kinds`."""

    @cached_property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite+aiosqlite:///{self.home / 'craton.db'}"

    @property
    def public_origin(self) -> str:
        """Scheme, host and port of the public URL; empty without one."""
        return (
            "{0.scheme}://{0.netloc}".format(urlsplit(self.public_url)) if self.public_url else ""
        )

    @property
    def path_prefix(self) -> str:
        """The public URL's path, without a slash at its end: what the console is below."""
        return urlsplit(self.public_url).path.rstrip("/")

    @model_validator(mode="before")
    @classmethod
    def _gather_connections(cls, values: Any) -> Any:
        """``etcd = […]`` and its like belong to the integration of that name."""
        if not isinstance(values, dict):
            return values
        rest = {name: value for name, value in values.items() if name not in kinds()}
        declared = {name: values[name] for name in kinds() if name in values}
        return {**rest, "connections": {**rest.get("connections", {}), **declared}}

    @field_validator("database_url")
    @classmethod
    def _is_database(cls, value: str) -> str:
        """One of the two databases, by the drivers that are here. The error repeats nothing of
        the address, which may hold a password."""
        if value and not value.startswith(_DATABASES):
            raise ValueError(f"must begin with {' or '.join(_DATABASES)}")
        try:
            make_url(value or _DATABASES[0])
        except (ArgumentError, ValueError):
            raise ValueError("must be like postgresql+asyncpg://user@host:5432/name") from None
        return value

    @field_validator("billing_zone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("must be a time zone, such as UTC or Europe/Berlin") from None
        return value

    @field_validator("public_url")
    @classmethod
    def _is_url(cls, value: str) -> str:
        """An origin and, at most, a plain path: it is put into pages, cookies and redirects."""
        if value and not _PUBLIC_URL.fullmatch(value):
            raise ValueError("must be like https://craton.example or https://example/console")
        return value

    @field_validator("identity_providers")
    @classmethod
    def _are_different(cls, value: tuple[AnyProvider, ...]) -> tuple[AnyProvider, ...]:
        """Their names are keys."""
        if len({provider.name for provider in value}) != len(value):
            raise ValueError("two identity providers have the same name")
        return value

    @field_validator("audit_receivers")
    @classmethod
    def _have_names(cls, value: tuple[AnyReceiver, ...]) -> tuple[AnyReceiver, ...]:
        """What each was sent is kept under its name."""
        if len({receiver.name for receiver in value}) != len(value):
            raise ValueError("two receivers of the activity record have the same name")
        return value

    @field_validator("connections", mode="before")
    @classmethod
    def _read_connections(cls, value: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
        return {kind: _declared(kind, entries) for kind, entries in value.items()}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (ours takes its place)
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (the base class's signature)
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (the same)
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then environment, then the TOML file."""
        file = Path(os.environ.get("CRATON_CONFIG", default_home() / "craton.toml"))
        return (
            init_settings,
            _Environment(settings_cls),
            TomlConfigSettingsSource(settings_cls, toml_file=file),
        )


class _Environment(EnvSettingsSource):
    """The environment, with one variable for each kind of connection there is."""

    def __call__(self) -> dict[str, Any]:
        """What is set there."""
        found = super().__call__()
        for kind in kinds():
            text = self.env_vars.get(f"craton_{kind}")
            if text:
                try:
                    found[kind] = json.loads(text)
                except ValueError as error:
                    raise ValueError(f"CRATON_{kind.upper()} is not a JSON list") from error
        return found


def _declared(kind: str, entries: Any) -> tuple[Any, ...]:
    model: Any = load(kind).settings
    found: tuple[Any, ...] = TypeAdapter(tuple[model, ...]).validate_python(entries)
    return found


def describe() -> list[tuple[str, str, str]]:
    """(environment name, default, description) of every setting, for README and doctor."""
    return [
        (f"CRATON_{name.upper()}", _default(field.default), field.description or "")
        for name, field in Settings.model_fields.items()
        if name != "connections"
    ] + [
        (f"CRATON_{kind.upper()}", "", f"{load(kind).title} connections (JSON list)")
        for kind in kinds()
    ]


def _default(value: Any) -> str:
    if isinstance(value, tuple):
        return json.dumps(value) if value else ""
    return "" if value is None or "Undefined" in repr(value) else str(value)
