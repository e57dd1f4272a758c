"""What a Kubernetes connection can be told. Plain Pydantic: the backend nests it."""

from __future__ import annotations

from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated

from pydantic import (
    AnyHttpUrl,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)

from integrations.addresses import SITE
from integrations.caller import is_token

__all__ = ["ConnectionSettings", "Limits", "RightsSource"]

MiB = 1024 * 1024


class RightsSource(StrEnum):
    """Whose rights decide what a person may do in a cluster."""

    CONSOLE = "console"
    BOTH = "both"


class Limits(BaseModel):
    """Bounds on what is asked of, and taken from, one API server."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    deadline: float = Field(10.0, gt=0, description="Seconds a single call may take in all")
    page_deadline: float = Field(60.0, gt=0, description="Seconds one page of a listing may take")
    calls: int = Field(8, ge=1, description="Calls in flight at once, watches not counted")
    answer_bytes: int = Field(8 * MiB, ge=1024, description="Largest answer to a single call")
    page_bytes: int = Field(64 * MiB, ge=1024, description="Largest page of a listing")
    line_bytes: int = Field(8 * MiB, ge=1024, description="Largest single event of a watch")
    page_size: int = Field(500, ge=1, le=5000, description="Objects in one page of a listing")
    events_kept: int = Field(10_000, ge=1, description="Newest Kubernetes events kept in memory")
    custom_kinds: int = Field(
        100, ge=0, le=1000, description="Custom kinds whose metadata is watched all the time"
    )
    probe_interval: float = Field(5.0, gt=0, description="Seconds between two health probes")
    idle: float = Field(90.0, gt=0, description="Seconds of silence after which a watch reopens")
    backoff_first: float = Field(0.25, gt=0, description="Seconds before the first retry")
    backoff_limit: float = Field(20.0, gt=0, description="Longest wait between two retries")
    denied_retry: float = Field(60.0, gt=0, description="Seconds between tries after 401 or 403")


class ConnectionSettings(BaseModel):
    """One cluster. Exactly one of `kubeconfig` (a file), `kubeconfig_data` (its text),
    `server` (with `token` and `ca_data`) and `in_cluster` says how to reach it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$")]
    kubeconfig: Path | None = None
    context: str | None = Field(None, description="A context of the kubeconfig, else its current")
    in_cluster: bool = False
    kubeconfig_data: SecretStr = Field(
        default=SecretStr(""),
        max_length=MiB,
        description="A kubeconfig with everything inside; it may name no file and no program",
    )
    server: str = Field(default="", max_length=2048, description="Address of the API server")
    token: SecretStr = Field(
        default=SecretStr(""), max_length=64 * 1024, description="Bearer token for `server`"
    )
    ca_data: str = Field(
        default="", max_length=MiB // 4, description="PEM text that verifies `server`"
    )
    allow_exec: bool = Field(
        default=True,
        description="Whether the kubeconfig may name a program to run for credentials",
    )
    networks: tuple[IPv4Network | IPv6Network, ...] = Field(
        SITE, description="Private networks that the API server's name may lead to"
    )
    rights: RightsSource = Field(
        RightsSource.CONSOLE,
        description="Whose rights decide on details and changes: the console's alone, or both "
        "the console's and the cluster's own, which is then asked as the caller (impersonation)",
    )
    typed: bool = Field(
        default=False,
        description="Typed in the console: an address is not allowed by being written",
    )
    limits: Limits = Limits()

    @field_validator("server")
    @classmethod
    def _address(cls, value: str) -> str:
        if value:
            parsed = AnyHttpUrl(value)
            if parsed.username or parsed.password or parsed.query or parsed.fragment:
                raise ValueError("give scheme, host and port only")
        return value

    @field_validator("token")
    @classmethod
    def _sendable(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not is_token(value.get_secret_value()):
            raise ValueError("a token is made of visible ASCII characters without spaces")
        return value

    @model_validator(mode="after")
    def _one_way_in(self) -> ConnectionSettings:
        data = self.kubeconfig_data.get_secret_value()
        ways = (self.kubeconfig is not None, bool(data), bool(self.server), self.in_cluster)
        if sum(ways) != 1:
            raise ValueError("set one of kubeconfig, kubeconfig_data, server and in_cluster")
        return self
